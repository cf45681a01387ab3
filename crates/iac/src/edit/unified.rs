//! Edits as a unified diff that `git apply` and `patch` take.
use std::fmt::Write as _;

use model::{App, FileId, Patch, Project};

use super::{Edit, NotWritten, apply, edits};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// Lines of a file that change, and the lines that stand there instead. Lines keep their line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    pub file: FileId,
    /// The first line, from 0.
    pub line: usize,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

/// The lines that edits change, in order. Edits have to be in order, and without overlap.
#[must_use]
pub fn hunks(project: &Project, edits: &[Edit]) -> Vec<Hunk> {
    let mut found = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let Some(file) = project.file(first.at) else { break };
        let text = &*file.text;
        let start = line_start(text, first.at.start as usize);
        let mut end = line_end(text, first.at.end as usize);
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| next.at.file == first.at.file) {
            if (next.at.start as usize) > end
                || (next.at.start as usize == end && text.get(..end).is_some_and(|text| text.ends_with('\n')))
            {
                break;
            }
            end = end.max(line_end(text, next.at.end as usize));
            count += 1;
        }
        let (own, others) = rest.split_at(count);
        rest = others;
        let old = text.get(start..end).unwrap_or_default();
        let moved: Vec<Edit> = own.iter().map(|edit| moved(edit, start)).collect();
        let line = text.get(..start).unwrap_or_default().matches('\n').count();
        let hunk = Hunk { file: first.at.file, line, removed: lines(old), added: lines(&apply(old, &moved)) };
        found.extend(trimmed(hunk));
    }
    found
}

fn moved(edit: &Edit, by: usize) -> Edit {
    let start = (edit.at.start as usize).saturating_sub(by);
    let end = (edit.at.end as usize).saturating_sub(by);
    Edit { at: model::Span::new(edit.at.file, start, end), text: edit.text.clone() }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Behind the line break.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |newline| at + newline + 1)
}

fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// Without the lines that are the same at both ends. `None` when nothing is left.
fn trimmed(mut hunk: Hunk) -> Option<Hunk> {
    let front = hunk.removed.iter().zip(&hunk.added).take_while(|(old, new)| old == new).count();
    hunk.removed.drain(..front);
    hunk.added.drain(..front);
    hunk.line += front;
    while hunk.removed.last().is_some() && hunk.removed.last() == hunk.added.last() {
        hunk.removed.pop();
        hunk.added.pop();
    }
    (!hunk.removed.is_empty() || !hunk.added.is_empty()).then_some(hunk)
}

/// The edits as a unified diff.
#[must_use]
pub fn unified(project: &Project, edits: &[Edit]) -> String {
    let hunks = hunks(project, edits);
    let mut diff = String::new();
    let mut rest = hunks.as_slice();
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|hunk| hunk.file == first.file).count();
        let (own, others) = rest.split_at(count);
        rest = others;
        let Some(file) = project.files.get(first.file.0 as usize) else { continue };
        let (old, new) = (quoted("a/", &file.path), quoted("b/", &file.path));
        let written = write!(diff, "diff --git {old} {new}\n--- {old}{0}\n+++ {new}{0}\n", tab(&file.path));
        debug_assert!(written.is_ok(), "a String takes everything");
        of_file(&mut diff, &lines(&file.text), own);
    }
    diff
}

/// The patches as a unified diff.
///
/// # Errors
/// When one of them cannot be written.
pub fn patch_text(project: &Project, app: &App, patches: &[Patch]) -> Result<String, NotWritten> {
    edits(project, app, patches).map(|edits| unified(project, &edits))
}

/// A name with a blank ends with a tab, so that nothing is taken for a time.
fn tab(path: &str) -> &'static str {
    if path.contains(' ') { "\t" } else { "" }
}

/// A path as git writes it.
fn quoted(side: &str, path: &str) -> String {
    let is_odd = |character: char| character.is_control() || matches!(character, '"' | '\\');
    if !path.contains(is_odd) {
        return format!("{side}{path}");
    }
    let escaped: String = path
        .chars()
        .map(|character| match character {
            '"' | '\\' => format!("\\{character}"),
            '\n' => "\\n".to_owned(),
            '\t' => "\\t".to_owned(),
            other if other.is_control() => format!("\\{:03o}", u32::from(other)),
            other => other.to_string(),
        })
        .collect();
    format!("\"{side}{escaped}\"")
}

fn of_file(diff: &mut String, text: &[String], hunks: &[Hunk]) {
    let mut shift = 0_isize;
    let mut rest = hunks;
    while let Some(first) = rest.first() {
        let mut count = 1;
        let mut end = first.line + first.removed.len();
        while let Some(next) = rest.get(count).filter(|next| next.line <= end + 2 * CONTEXT) {
            end = next.line + next.removed.len();
            count += 1;
        }
        let (own, others) = rest.split_at(count);
        rest = others;
        let from = first.line.saturating_sub(CONTEXT);
        let to = (end + CONTEXT).min(text.len());
        let mut body = String::new();
        let mut at = from;
        let (mut old, mut new) = (0_usize, 0_usize);
        for hunk in own {
            for line in text.get(at..hunk.line).unwrap_or_default() {
                put(&mut body, ' ', line);
                (old, new) = (old + 1, new + 1);
            }
            hunk.removed.iter().for_each(|line| put(&mut body, '-', line));
            hunk.added.iter().for_each(|line| put(&mut body, '+', line));
            (old, new) = (old + hunk.removed.len(), new + hunk.added.len());
            at = hunk.line + hunk.removed.len();
        }
        for line in text.get(at..to).unwrap_or_default() {
            put(&mut body, ' ', line);
            (old, new) = (old + 1, new + 1);
        }
        let begin = from.saturating_add_signed(shift);
        let place = |line: usize, count: usize| if count == 0 { line } else { line + 1 };
        let written = write!(diff, "@@ -{},{old} +{},{new} @@\n{body}", place(from, old), place(begin, new));
        debug_assert!(written.is_ok(), "a String takes everything");
        shift = shift.saturating_add_unsigned(new).saturating_sub_unsigned(old);
    }
}

fn put(body: &mut String, sign: char, line: &str) {
    body.push(sign);
    body.push_str(line);
    if !line.ends_with('\n') {
        body.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Span;

    #[track_caller]
    fn check(text: &str, changes: &[(usize, usize, &str)], expected: &str) {
        let mut project = Project::default();
        let file = project.add_file("t.yaml", text);
        let edits: Vec<Edit> = changes
            .iter()
            .map(|(start, end, text)| Edit { at: Span::new(file, *start, *end), text: (*text).to_owned() })
            .collect();
        assert_eq!(unified(&project, &edits), expected);
    }

    #[test]
    fn lines_are_shown_with_three_around_them() {
        check(
            "a\nb\nc\nd\ne\nf\n",
            &[(8, 9, "E")],
            "diff --git a/t.yaml b/t.yaml\n--- a/t.yaml\n+++ b/t.yaml\n@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+E\n f\n",
        );
    }

    #[test]
    fn lines_that_are_only_added_replace_nothing() {
        check(
            "a\nb",
            &[(1, 1, "\nx")],
            "diff --git a/t.yaml b/t.yaml\n--- a/t.yaml\n+++ b/t.yaml\n@@ -1,2 +1,3 @@\n a\n+x\n b\n\\ No newline at end of file\n",
        );
        check(
            "a",
            &[(1, 1, "\nx")],
            "diff --git a/t.yaml b/t.yaml\n--- a/t.yaml\n+++ b/t.yaml\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+x\n\\ No newline at end of file\n",
        );
    }
}
