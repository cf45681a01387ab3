//! Which finding is which, from one scan to the next.
//!
//! A fingerprint is the first 128 bits, in hex, of SHA-256 over these fields, each preceded by its
//! length: the scheme's name `buckler/1`, the check's id, the application's name, the resource's
//! name and the message without places (`:12:5`). So it outlives moved lines, and nobody can choose
//! a resource name that makes a new finding pass for a known one.
//!
//! Of a finding outside of templates two more fields follow: the file's path, and for code the text
//! that the finding points at without blanks and literals. So two calls in one function differ, and
//! nobody can guess a secret from a fingerprint.
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use model::{FileId, Finding, Framework, Project};
use sha2::{Digest as _, Sha256};

const SCHEME: &str = "buckler/1";
const FINGERPRINT_BYTES: usize = 16;

/// Bytes of the code at a finding that count, at most.
const CODE_BYTES_MAX: usize = 1 << 10;

/// What stays the same of a finding while its file is edited elsewhere.
#[must_use]
pub fn fingerprint(project: &Project, finding: &Finding) -> String {
    print(project, &code_files(project), finding)
}

/// Files of the functions' code.
fn code_files(project: &Project) -> BTreeSet<FileId> {
    project.apps.iter().flat_map(|app| &app.code).flat_map(|code| code.files.iter().copied()).collect()
}

fn print(project: &Project, code: &BTreeSet<FileId>, finding: &Finding) -> String {
    let app = project.app_of(finding).map_or("", |app| app.name.as_str());
    let message = without_places(&finding.message);
    let mut hash = Sha256::new();
    for field in [SCHEME, finding.check.id, app, &finding.node, &message] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    for field in outside(project, code, finding) {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().iter().take(FINGERPRINT_BYTES).fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
}

/// What tells findings apart that are in no template.
fn outside(project: &Project, code: &BTreeSet<FileId>, finding: &Finding) -> Vec<String> {
    let Some(file) = project.file(finding.at) else { return Vec::new() };
    let of_files = project.app_of(finding).is_some_and(|app| app.framework == Framework::Files);
    match (code.contains(&finding.at.file), of_files) {
        (true, _) => vec![file.path.clone(), shape(file.slice(finding.at))],
        (false, true) => vec![file.path.clone()],
        (false, false) => Vec::new(),
    }
}

/// Code without blanks and without what its literals say.
fn shape(code: &str) -> String {
    let code = code.get(..code.floor_char_boundary(CODE_BYTES_MAX)).unwrap_or_default();
    let mut out = String::new();
    let mut characters = code.chars().peekable();
    let mut previous = ' ';
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' | '`' => {
                out.push(character);
                let mut escaped = false;
                for inside in characters.by_ref() {
                    if inside == character && !escaped {
                        break;
                    }
                    escaped = inside == '\\' && !escaped;
                }
            }
            // A number, unless it belongs to a name.
            '0'..='9' if !previous.is_alphanumeric() && previous != '_' => {
                out.push('0');
                while characters.next_if(|next| next.is_alphanumeric() || matches!(next, '.' | '_')).is_some()
                {
                }
            }
            _ if character.is_whitespace() => {}
            _ => out.push(character),
        }
        previous = character;
    }
    out
}

/// The fingerprints of findings, in their order. Findings that share one are numbered: `…-2`, `…-3`.
#[must_use]
pub fn fingerprints<'a>(project: &Project, findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let code = code_files(project);
    findings
        .into_iter()
        .map(|finding| {
            let base = print(project, &code, finding);
            let count = seen.entry(base.clone()).or_default();
            *count += 1;
            if *count == 1 { base } else { format!("{base}-{count}") }
        })
        .collect()
}

/// The order of every output: most severe first, then by check, file and place.
pub fn sort(project: &Project, findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &'_ Finding| {
            let path = project.file(finding.at).map(|file| file.path.clone());
            (Reverse(finding.severity), finding.check.id, path, finding.at.start, finding.app)
        };
        key(a).cmp(&key(b)).then_with(|| (&a.node, &a.message).cmp(&(&b.node, &b.message)))
    });
}

/// Takes `:12` and `:12:5` after a name away.
fn without_places(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(':') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let digits = after.chars().skip(1).take_while(char::is_ascii_digit).count();
        // An ARN has colons before digits too (`arn:aws:sns:eu-west-1:123456789012:topic`).
        let (colon, tail) = after.split_at(if (1..=7).contains(&digits) { 1 + digits } else { 1 });
        if colon.len() == 1 || !before.ends_with(|last: char| last.is_alphanumeric()) && !before.is_empty() {
            out.push_str(colon);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_code_has_no_blanks_and_no_literals() {
        assert_eq!(shape("run( \"rm \\\" \" + name2,\n  4711 )"), "run(\"+name2,0)");
        assert_eq!(shape("f('open"), "f('");
    }

    #[test]
    fn places_are_no_part_of_a_message() {
        assert_eq!(without_places("see a.yaml:12:5, please"), "see a.yaml, please");
        assert_eq!(
            without_places("`s3:*` for arn:aws:sns:eu-west-1:123456789012:t"),
            "`s3:*` for arn:aws:sns:eu-west-1:123456789012:t"
        );
        assert_eq!(without_places("plain: text"), "plain: text");
    }
}
