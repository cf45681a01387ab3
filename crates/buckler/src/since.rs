//! What changed since a git revision: `--since REV`.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use model::{Finding, Project};

use crate::commands::CommandError;

/// Changed lines of each file, as ranges counted from 1, both ends included.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    files: BTreeMap<String, Vec<(u32, u32)>>,
}

/// Asks git what differs from `revision` in the folder, uncommitted and untracked files included.
pub(crate) fn changes(folder: &Path, revision: &str) -> Result<Changes, CommandError> {
    if revision.starts_with('-') {
        return Err(CommandError::Git { why: format!("`{revision}` is no revision") });
    }
    let diff = git(
        folder,
        &[
            "diff",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--relative",
            revision,
            "--",
            ".",
        ],
    )?;
    let mut changes = parse(&diff);
    for path in git(folder, &["ls-files", "-z", "--others", "--exclude-standard"])?.split('\0') {
        if !path.is_empty() {
            changes.files.insert(path.to_owned(), vec![(1, u32::MAX)]);
        }
    }
    Ok(changes)
}

/// Asks git something about a folder.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<String, CommandError> {
    let mut command = Command::new("git");
    command.arg("-c").arg("core.quotePath=false").arg("-C").arg(folder).args(arguments);
    let output = command.output().map_err(|why| CommandError::Git { why: why.to_string() })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(CommandError::Git { why: said.lines().next().unwrap_or("git failed").to_owned() })
}

/// Reads a diff without context: file headers and hunk headers.
fn parse(diff: &str) -> Changes {
    let mut changes = Changes::default();
    let mut path = None;
    for line in diff.lines() {
        if let Some(name) = line.strip_prefix("+++ ") {
            path = name.strip_prefix("b/").map(|name| name.trim_end_matches('\t').to_owned());
        } else if let (Some(path), Some(hunk)) = (&path, line.strip_prefix("@@ ")) {
            changes.files.entry(path.clone()).or_default().extend(range(hunk));
        }
    }
    changes
}

/// The new side of a hunk header: `-1,2 +3,4 @@ …`. Lines taken away touch what stands around them.
fn range(hunk: &str) -> Option<(u32, u32)> {
    let new = hunk.split(' ').find_map(|part| part.strip_prefix('+'))?;
    let (start, count) = new.split_once(',').unwrap_or((new, "1"));
    let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
    Some(if count == 0 { (start.max(1), start.saturating_add(1)) } else { (start, start + count - 1) })
}

impl Changes {
    /// Whether the resource that a finding is about, the place it points at, or a step of the data's way there has
    /// a changed line.
    pub(crate) fn touch(&self, finding: &Finding, project: &Project) -> bool {
        let app = project.app_of(finding);
        let block = app.and_then(|app| app.named(&finding.node)).map(|node| node.span);
        let steps = finding.path.iter().map(|step| step.at);
        std::iter::once(finding.at).chain(block).chain(steps).any(|span| {
            let Some(file) = project.file(span) else { return false };
            let Some(ranges) = self.files.get(&file.path) else { return false };
            let (first, last) = (file.place(span.start).line, file.place(span.end).line);
            ranges.iter().any(|(start, end)| *start <= last && first <= *end)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_become_ranges() {
        let diff = "diff --git a/t.yaml b/t.yaml\n--- a/t.yaml\n+++ b/t.yaml\n@@ -3 +3,2 @@ Resources:\n+x\n+y\n@@ -9,2 +10,0 @@\n-z\n";
        let changes = parse(diff);
        assert_eq!(changes.files["t.yaml"], vec![(3, 4), (10, 11)]);
    }

    #[test]
    fn a_deleted_file_changes_nothing() {
        assert_eq!(parse("--- a/t\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"), Changes::default());
    }

    static CHECK: model::Check = model::Check {
        id: "a",
        since: "0.1.0",
        severity: model::Severity::Low,
        confidence: model::Confidence::Likely,
        fix: None,
        controls: &[],
        also_known_as: &[],
        page: "",
        area: "",
        run: |_, _| {},
    };

    #[test]
    fn a_changed_step_touches_a_finding_as_its_place_does() {
        let mut project = Project::default();
        let [file, other] = ["a.py", "b.py"].map(|path| project.add_file(path, "one\ntwo\nthree\n"));
        let line = |file, start: usize| model::Span::new(file, start, start + 3);
        let step = |at| model::Related { at, message: String::new() };
        let finding =
            CHECK.in_file("", line(file, 4), "").path(vec![step(line(other, 0)), step(line(file, 4))]);
        let touches = |path: &str, line: u32| {
            let files = BTreeMap::from([(path.to_owned(), vec![(line, line)])]);
            Changes { files }.touch(&finding, &project)
        };
        assert!(touches("a.py", 2), "its place");
        assert!(touches("b.py", 1), "the source");
        assert!(!touches("a.py", 1) && !touches("b.py", 2));
    }
}
