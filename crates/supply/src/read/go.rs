//! `go.mod` and `go.sum`.
use std::collections::BTreeSet;

use model::{Origin, Span};

use super::{Found, Input};
use crate::doc::Trouble;

/// The versions of `go.mod` are the ones that are built: it is a lock file, too.
pub(super) fn go_mod(input: Input<'_>) -> Found {
    let mut found = Found::new("Go", Origin::Lock);
    let mut block = String::new();
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let code = code.trim();
        if code == ")" {
            block.clear();
            continue;
        }
        let (word, rest) = code.split_once([' ', '\t']).unwrap_or((code, ""));
        if rest.trim() == "(" || word.ends_with('(') {
            word.trim_end_matches('(').clone_into(&mut block);
            continue;
        }
        let (verb, body) = if block.is_empty() { (word, rest.trim()) } else { (block.as_str(), code) };
        let span = |part: &str| {
            let from = here + line.find(part).unwrap_or(0);
            Span::new(input.file, from, from + part.len())
        };
        match verb {
            "module" => found.name = Some(body.trim_matches('"').to_owned()),
            "require" => require(body, comment, span, &mut found),
            "replace" => replace(body, span, &mut found),
            _ => {}
        }
    }
    found
}

fn require(body: &str, comment: &str, span: impl Fn(&str) -> Span, found: &mut Found) {
    let mut words = body.split_whitespace();
    let (Some(name), Some(version)) = (words.next(), words.next()) else {
        if !body.is_empty() {
            found.troubles.push(Trouble::unreadable(span(body), "a requirement has no version"));
        }
        return;
    };
    let mut package = found.package(name.trim_matches('"'), span(name));
    package.version = Some(version.to_owned());
    package.version_at = Some(span(version));
    package.pinned = true;
    package.direct = !comment.contains("indirect");
    found.packages.push(package);
}

/// `replace a [v1] => b v2`, `replace a => ./local`.
fn replace(body: &str, span: impl Fn(&str) -> Span, found: &mut Found) {
    let Some((old, new)) = body.split_once("=>") else { return };
    let mut old = old.split_whitespace();
    let name = old.next().unwrap_or_default();
    let only = old.next();
    let mut new = new.split_whitespace();
    let target = new.next().unwrap_or_default();
    for package in &mut found.packages {
        if package.name != name || only.is_some_and(|only| package.version.as_deref() != Some(only)) {
            continue;
        }
        match new.clone().next() {
            Some(version) => {
                target.clone_into(&mut package.name);
                package.version = Some(version.to_owned());
                package.version_at = Some(span(version));
            }
            None => {
                package.version = None;
                package.source = Some(format!("path:{target}"));
            }
        }
    }
}

/// Checksums only: it lists versions that were looked at, not only those that are built. `link` gives
/// them to the packages of `go.mod`.
pub(super) fn go_sum(input: Input<'_>) -> Found {
    let mut found = Found::new("Go", Origin::Lock);
    let mut seen = BTreeSet::new();
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let mut words = line.split_whitespace();
        let (Some(name), Some(version), Some(hash)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        if version.ends_with("/go.mod") || !seen.insert((name, version)) {
            continue;
        }
        let mut package = found.package(name, Span::new(input.file, here, here + name.len()));
        package.version = Some(version.to_owned());
        package.checksum = Some(hash.to_owned());
        package.locked = true;
        found.packages.push(package);
    }
    found
}
