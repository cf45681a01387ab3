//! Fixes on a git branch of their own, with a message that says what they are.
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::overlay::Texts;
use super::work::Outcome;
use crate::clock;
use crate::commands::CommandError;
use crate::disk::Disk;

/// Branches of one day at most.
const BRANCHES_MAX: usize = 50;

/// A branch that was made, and what to commit there.
pub(super) struct Prepared {
    folder: PathBuf,
    branch: String,
    files: Vec<PathBuf>,
    message: String,
}

/// Sees that the files have no changes of somebody else, and makes the branch.
pub(super) fn prepare(
    folder: &Path,
    disk: &Disk,
    texts: &Texts,
    outcome: &Outcome,
) -> Result<Prepared, CommandError> {
    let files: Vec<PathBuf> = texts.keys().map(|path| disk.root().join(path)).collect();
    let mut status = vec!["status", "--porcelain", "--untracked-files=all", "--"];
    let names: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    status.extend(names.iter().map(String::as_str));
    let dirty = git(folder, &status, None)?;
    if !dirty.trim().is_empty() {
        let first = dirty.lines().next().unwrap_or_default().get(3..).unwrap_or_default().to_owned();
        return Err(CommandError::Commit { why: format!("`{first}` has changes that are not committed") });
    }
    let staged = git(folder, &["diff", "--cached", "--name-only"], None)?;
    if !staged.trim().is_empty() {
        return Err(CommandError::Commit { why: "other changes are staged already".to_owned() });
    }
    let mut checks: Vec<&str> = outcome.done.iter().map(|done| done.key.check).collect();
    checks.sort_unstable();
    checks.dedup();
    let about = match checks.as_slice() {
        [only] => (*only).to_owned(),
        _ => clock::today().to_string(),
    };
    let branch = free_branch(folder, &format!("buckler/fix-{about}"))?;
    git(folder, &["switch", "--quiet", "-c", &branch], None)?;
    Ok(Prepared { folder: folder.to_owned(), branch, files, message: message(outcome) })
}

fn free_branch(folder: &Path, name: &str) -> Result<String, CommandError> {
    for number in 1..=BRANCHES_MAX {
        let branch = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let known = git(folder, &["branch", "--list", "--all", &branch, &format!("origin/{branch}")], None)?;
        if known.trim().is_empty() {
            return Ok(branch);
        }
    }
    Err(CommandError::Commit { why: format!("there are too many branches called `{name}`") })
}

/// Commits the written files; the name of the branch.
pub(super) fn commit(prepared: Prepared) -> Result<String, CommandError> {
    let names: Vec<String> = prepared.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let mut add = vec!["add", "--"];
    add.extend(names.iter().map(String::as_str));
    git(&prepared.folder, &add, None)?;
    git(&prepared.folder, &["commit", "--quiet", "--file", "-"], Some(&prepared.message))?;
    Ok(prepared.branch)
}

/// The message: also the text of a pull request.
fn message(outcome: &Outcome) -> String {
    let count = outcome.done.len();
    let mut checks: Vec<&str> = outcome.done.iter().map(|done| done.key.check).collect();
    checks.sort_unstable();
    checks.dedup();
    let subject = match (checks.as_slice(), count) {
        ([only], _) => format!("Fix {only}"),
        (_, 1) => "Fix 1 finding".to_owned(),
        _ => format!("Fix {count} findings of {} checks", checks.len()),
    };
    let mut text = format!(
        "{subject}\n\nEach change was read again: its finding is gone, nothing else of the application changed.\n"
    );
    for check in checks {
        let title = checks::find(check).map_or(check, |check| check.title());
        put(&mut text, &format!("\n{title} ({check}):"));
        for done in outcome.done.iter().filter(|done| done.key.check == check) {
            put(&mut text, &format!("- {}: {} ({})", done.key.node, done.title, done.place));
        }
    }
    text
}

fn put(text: &mut String, line: &str) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok(), "a String takes everything");
}

fn git(folder: &Path, arguments: &[&str], input: Option<&str>) -> Result<String, CommandError> {
    let failed = |why: std::io::Error| CommandError::Commit { why: why.to_string() };
    let mut command = Command::new("git");
    command.arg("-c").arg("core.quotePath=false").arg("-C").arg(folder).args(arguments);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(text.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(CommandError::Commit { why: said.lines().next().unwrap_or("git failed").to_owned() })
}
