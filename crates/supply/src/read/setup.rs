//! `setup.cfg` and `setup.py`: literal lists only. Nothing is run.
use model::{Origin, ProblemKind, Scope, Span};

use super::requirements::pep508;
use super::{Found, Input};
use crate::doc::Trouble;

pub(super) fn setup_cfg(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Manifest);
    let mut section = String::new();
    let mut scope: Option<Scope> = None;
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim().to_owned();
            scope = None;
            continue;
        }
        let is_inner = line.starts_with([' ', '\t']);
        let mut written = trimmed;
        if !is_inner {
            let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
            scope = match (section.as_str(), key.trim()) {
                ("options", "install_requires") => Some(Scope::Runtime),
                ("options", "tests_require" | "setup_requires") => Some(Scope::Development),
                ("options.extras_require", _) => Some(Scope::Optional),
                _ => None,
            };
            written = value.trim();
        }
        if let Some(scope) = scope.filter(|_| !written.is_empty()) {
            let from = here + line.find(written).unwrap_or(0);
            add(written, from, scope, input, &mut found);
        }
    }
    found
}

fn add(written: &str, start: usize, scope: Scope, input: Input<'_>, found: &mut Found) {
    let at = Span::new(input.file, start, start + written.len());
    if written.starts_with("file:") || written.starts_with('%') {
        computed(at, found);
        return;
    }
    match pep508(written, start, input) {
        Some(mut package) => {
            package.scope = scope;
            found.packages.push(package);
        }
        None => found.troubles.push(Trouble::unreadable(at, format!("`{written}` is no requirement"))),
    }
}

fn computed(at: Span, found: &mut Found) {
    found.troubles.push(Trouble {
        kind: ProblemKind::Unresolved,
        at,
        message: "the requirements are computed by a program".to_owned(),
        help: "only literal lists are read; name them in `pyproject.toml`, or add a lock file".to_owned(),
    });
}

pub(super) fn setup_py(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Manifest);
    for (key, scope) in [
        ("install_requires", Scope::Runtime),
        ("extras_require", Scope::Optional),
        ("tests_require", Scope::Development),
    ] {
        for (at, _) in input.text.match_indices(key) {
            argument(at, at + key.len(), scope, input, &mut found);
        }
    }
    found
}

/// Reads what follows `key` when it is `= [ literals ]` or `= { "x": [ literals ] }`.
fn argument(key_start: usize, key_end: usize, scope: Scope, input: Input<'_>, found: &mut Found) {
    let rest = input.text.get(key_end..).unwrap_or_default();
    let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { return };
    let mut position = input.text.len() - value.len();
    if !value.starts_with(['[', '{', '(']) {
        computed(Span::new(input.file, key_start, key_end), found);
        return;
    }
    let mut depth = 0_usize;
    let mut comment = false;
    while let Some(letter) = input.text.get(position..).and_then(|rest| rest.chars().next()) {
        let after = position + letter.len_utf8();
        match letter {
            '\n' => comment = false,
            _ if comment => {}
            '#' => comment = true,
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' if depth <= 1 => return,
            ']' | '}' | ')' => depth -= 1,
            '"' | '\'' => {
                let Some(length) = input.text.get(after..).and_then(|rest| rest.find(letter)) else { return };
                let literal = input.text.get(after..after + length).unwrap_or_default();
                let is_key = input
                    .text
                    .get(after + length + 1..)
                    .is_some_and(|rest| rest.trim_start().starts_with(':'));
                if !is_key && !literal.trim().is_empty() {
                    add(literal, after, scope, input, found);
                }
                position = after + length + 1;
                continue;
            }
            ' ' | '\t' | '\r' | ',' | ':' => {}
            _ => {
                computed(Span::new(input.file, position, after), found);
                return;
            }
        }
        position = after;
    }
}
