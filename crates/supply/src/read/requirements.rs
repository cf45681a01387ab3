//! `requirements.txt` and PEP 508.
use model::{Origin, Package, SettingKind, Span};

use super::{Found, Include, Input, require};
use crate::doc::Trouble;

/// A package's name as PyPI compares it (PEP 503).
pub(crate) fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars() {
        if matches!(letter, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.push(letter.to_ascii_lowercase());
        }
    }
    normal
}

/// One line of the file with its place.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

pub(super) fn requirements(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Manifest);
    // A continued line becomes one line of the same length, so that places hold.
    let whole = input.text.replace("\\\r\n", "   ").replace("\\\n", "  ");
    let mut start = 0;
    for text in whole.split_inclusive('\n') {
        let line = Line { text: without_comment(text), start };
        start += text.len();
        let trimmed = line.text.trim();
        if trimmed.is_empty() {
            continue;
        }
        let lead = line.text.len() - line.text.trim_start().len();
        let line = Line { text: trimmed, start: line.start + lead };
        if trimmed.starts_with('-') {
            option(line, input, &mut found);
        } else {
            package(line, input, &mut found);
        }
    }
    found
}

/// A comment begins a line or stands after a space.
fn without_comment(line: &str) -> &str {
    let is_start =
        |at: &usize| *at == 0 || line.get(..*at).is_some_and(|before| before.ends_with([' ', '\t']));
    let comment = line.match_indices('#').map(|(at, _)| at).find(is_start);
    comment.and_then(|at| line.get(..at)).unwrap_or(line)
}

fn option(line: Line<'_>, input: Input<'_>, found: &mut Found) {
    let at = Span::new(input.file, line.start, line.start + line.text.len());
    let (name, value) = line.text.split_once(['=', ' ', '\t']).unwrap_or((line.text, ""));
    // The short form needs no space: `-rbase.txt`.
    let (name, value) = match line.text.get(..2) {
        Some(short @ ("-r" | "-c" | "-e" | "-i" | "-f")) => (short, line.text.get(2..).unwrap_or_default()),
        _ => (name, value),
    };
    let value = value.trim_matches(['=', ' ', '\t', '"', '\'']);
    match name {
        "-r" | "--requirement" | "-c" | "--constraint" => {
            let constrains = matches!(name, "-c" | "--constraint");
            found.includes.push(Include { path: value.to_owned(), at, constrains });
        }
        "-i" | "--index-url" => found.setting(SettingKind::Index, value, at),
        "--extra-index-url" => found.setting(SettingKind::ExtraIndex, value, at),
        "-f" | "--find-links" => found.setting(SettingKind::ExtraIndex, value, at),
        "--trusted-host" => found.setting(SettingKind::TrustedHost, value, at),
        "-e" | "--editable" => {
            let from = line.text.find(value).unwrap_or(0);
            package(Line { text: value, start: line.start + from }, input, found);
        }
        _ => {}
    }
}

fn package(line: Line<'_>, input: Input<'_>, found: &mut Found) {
    let (text, options) = line.text.split_once(" --").map_or((line.text, ""), |(text, rest)| (text, rest));
    let text = text.trim_end();
    match pep508(text, line.start, input) {
        Some(mut package) => {
            package.locked = options.contains("hash=");
            package.checksum = options
                .split_once("hash=")
                .and_then(|(_, rest)| rest.split([' ', '\\']).next())
                .map(str::to_owned);
            found.packages.push(package);
        }
        None if text.starts_with('.') || text.starts_with('/') || text.ends_with(".whl") => {}
        None => {
            let at = Span::new(input.file, line.start, line.start + text.len());
            let shown: String = text.chars().take(60).collect();
            found.troubles.push(Trouble::unreadable(at, format!("`{shown}` is no requirement")));
        }
    }
}

/// Reads `name[extra] >=1,<2; marker`, `name @ URL` or a URL with `#egg=name`; `start` is where it stands.
pub(super) fn pep508(text: &str, start: usize, input: Input<'_>) -> Option<Package> {
    let span = |from: usize, to: usize| Span::new(input.file, start + from, start + to);
    let is_url = text.split('@').next().is_some_and(|head| head.contains("://") || head.starts_with("git+"));
    if is_url {
        return address(text, start, input);
    }
    let part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let end = text.find(|letter: char| !part(letter)).unwrap_or(text.len());
    let name = text.get(..end)?;
    if name.is_empty() || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let mut package = Package::new("PyPI", normal_name(name), span(0, end), Origin::Manifest);
    let mut from = end;
    let mut rest = text.get(from..)?;
    let trim = |rest: &str| rest.len() - rest.trim_start().len();
    from += trim(rest);
    rest = rest.trim_start();
    if rest.starts_with('[') {
        let close = rest.find(']')? + 1;
        rest = rest.get(close..)?;
        from += close + trim(rest);
        rest = rest.trim_start();
    }
    if let Some(url) = rest.strip_prefix('@') {
        let url = url.split(" ;").next().unwrap_or(url).trim();
        package.source = Some(url.to_owned());
        package.version_at = Some(span(from, text.len()));
        return Some(package);
    }
    let (specifier, marker) = rest.split_once(';').unwrap_or((rest, ""));
    package.condition = Some(marker.trim().to_owned()).filter(|marker| !marker.is_empty());
    let bare = specifier.trim().trim_start_matches('(').trim_end_matches(')');
    let begins_well = bare.is_empty() || bare.starts_with(['=', '<', '>', '!', '~']);
    if !begins_well {
        return None;
    }
    let at = span(from, from + specifier.trim_end().len());
    require(&mut package, bare, at);
    Some(package)
}

/// `git+https://host/x.git@v1#egg=name`, `https://host/name-1.0.tar.gz`.
fn address(text: &str, start: usize, input: Input<'_>) -> Option<Package> {
    let url = text.split([' ', ';']).next()?;
    let named = url.split_once("egg=").map(|(_, name)| name.split(['&', '[']).next().unwrap_or(name));
    let file = url.split(['#', '?']).next()?.trim_end_matches('/').rsplit('/').next()?;
    let stem = file.split('@').next()?.trim_end_matches(".git");
    // `name-1.0.tar.gz`, `name-1.0-py3-none-any.whl`: the name ends where the version begins.
    let digit = stem.match_indices('-').find(|(at, _)| {
        stem.get(at + 1..).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    });
    let guessed = digit.and_then(|(at, _)| stem.get(..at)).unwrap_or(stem);
    let name = named.unwrap_or(guessed);
    if name.is_empty() {
        return None;
    }
    let at = Span::new(input.file, start, start + url.len());
    let mut package = Package::new("PyPI", normal_name(name), at, Origin::Manifest);
    package.source = Some(url.to_owned());
    package.version_at = Some(at);
    Some(package)
}
