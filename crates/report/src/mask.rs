//! Which parts of a template must not be repeated, since they look like secrets.
//!
//! Deliberately generous: a masked harmless value costs a look into the file, a leaked secret in a
//! CI log costs the secret. The detectors that judge are elsewhere; this only decides what to hide.
use std::collections::BTreeMap;

use model::{Check, Data, FileId, Finding, Node, Project, Span, Value};

use crate::view::Nodes;

/// What stands where a secret stood.
pub(crate) const MASK: &str = "***";

/// Weaknesses whose finding points at a secret: hard-coded or stored in clear text.
const SECRET_CONTROLS: &[&str] = &[
    "CWE-256", "CWE-259", "CWE-260", "CWE-312", "CWE-313", "CWE-321", "CWE-359", "CWE-526", "CWE-540",
    "CWE-798",
];

/// Words that name a secret.
const SECRET_WORDS: &[&str] = &[
    "apikey",
    "credential",
    "credentials",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "privatekey",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
];

/// Words that name a secret when a person chose them, as for environment variables.
const ENVIRONMENT_WORDS: &[&str] = &[
    "auth",
    "authorization",
    "bearer",
    "cert",
    "connectionstring",
    "cookie",
    "dsn",
    "pass",
    "pin",
    "salt",
    "signature",
    "webhook",
];

/// Word pairs that name a secret: `API_KEY`, `privateKey`.
const SECRET_KEYS: &[&str] = &[
    "access",
    "account",
    "api",
    "app",
    "auth",
    "client",
    "crypto",
    "encryption",
    "hmac",
    "jwt",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "storage",
];

/// Last words that make it something about a secret instead: `SECRET_ARN`, `TOKEN_TTL`.
const ABOUT: &[&str] = &[
    "algorithm",
    "arn",
    "bucket",
    "count",
    "days",
    "enabled",
    "endpoint",
    "expiration",
    "expiry",
    "file",
    "header",
    "host",
    "hours",
    "id",
    "issuer",
    "length",
    "location",
    "minutes",
    "mode",
    "name",
    "names",
    "path",
    "port",
    "prefix",
    "provider",
    "queue",
    "region",
    "required",
    "rotation",
    "seconds",
    "size",
    "table",
    "template",
    "timeout",
    "topic",
    "ttl",
    "type",
    "uri",
    "validity",
    "version",
];

/// Bytes of a secret from which on its text is looked for: a shorter one would be found everywhere.
const SEARCHED_BYTES_MIN: usize = 4;
/// Bytes of a text in which secrets are looked for one by one; a longer one is hidden whole.
const SEARCHED_IN_BYTES_MAX: usize = 64 << 10;
/// Secrets of a file that are looked for in a copy of a part of it; with more of them the copy is hidden whole.
const COPIED_SECRETS_MAX: usize = 50;

/// Places that must not be shown.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    /// Sorted and disjoint byte ranges.
    ranges: BTreeMap<FileId, Vec<(usize, usize)>>,
}

impl Mask {
    /// Every place of the project that looks like a secret, and those that findings call one.
    pub(crate) fn new<'a>(
        project: &Project,
        nodes: &Nodes<'_>,
        findings: impl IntoIterator<Item = &'a Finding>,
    ) -> Self {
        let mut mask = Self::default();
        for node in project.apps.iter().flat_map(|app| &app.nodes) {
            for (name, value) in &node.attrs {
                mask.add_value(project, (Naming::of(name), name), value);
            }
        }
        for finding in findings.into_iter().filter(|finding| is_about_secrets(finding.check)) {
            let node = nodes.get(&(finding.app, finding.node.as_str()));
            mask.add_finding(project, finding, node.copied());
        }
        for secret in project.apps.iter().flat_map(|app| &app.secrets) {
            mask.add(secret.at.file, secret.at.start as usize, secret.at.end as usize);
        }
        mask.cover_copies(project);
        for ranges in mask.ranges.values_mut() {
            merge(ranges);
        }
        mask
    }

    fn add(&mut self, file: FileId, start: usize, end: usize) {
        if start < end {
            self.ranges.entry(file).or_default().push((start, end));
        }
    }

    /// The same file may have been read twice, and code inside of a template is kept as a copy too.
    fn cover_copies(&mut self, project: &Project) {
        let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, file) in project.files.iter().enumerate() {
            by_path.entry(&file.path).or_default().push(index);
        }
        let pick = |index: &usize| {
            Some((FileId(u32::try_from(*index).ok()?), project.files.get(*index)?.text.as_ref()))
        };
        for copies in by_path.values().filter(|copies| copies.len() > 1) {
            let Some(original) = copies.first().and_then(pick) else { continue };
            for copy in copies.iter().skip(1).filter_map(pick) {
                self.cover_copy(copy, original);
                self.cover_copy(original, copy);
            }
        }
    }

    fn cover_copy(&mut self, (copy, other): (FileId, &str), (from, text): (FileId, &str)) {
        let ranges = self.ranges.get(&from).cloned().unwrap_or_default();
        if text == other {
            return ranges.iter().for_each(|(start, end)| self.add(copy, *start, *end));
        }
        if ranges.len() > COPIED_SECRETS_MAX {
            return self.add(copy, 0, other.len());
        }
        // Lines, since a copy has another indentation.
        let secrets = ranges.iter().filter_map(|(start, end)| text.get(*start..*end));
        let lines = secrets.flat_map(str::lines).map(|line| line.trim().trim_matches(['"', '\'', ',']));
        for secret in lines.filter(|line| line.len() >= SEARCHED_BYTES_MIN && !is_plain(line)) {
            for (at, found) in other.match_indices(secret) {
                self.add(copy, at, at + found.len());
            }
        }
    }

    fn add_value(&mut self, project: &Project, (naming, name): (Naming, &str), value: &Value) {
        match &value.data {
            Data::Map(entries) => {
                entries
                    .iter()
                    .for_each(|entry| self.add_value(project, (naming, &entry.key.text), &entry.value));
            }
            Data::Joined(parts) if refers_to_secret(parts) => {}
            Data::List(items) | Data::Joined(items) => {
                items.iter().for_each(|item| self.add_value(project, (naming, name), item));
            }
            _ if hides(naming, name, value) => self.add_secret(project, value),
            _ => {}
        }
    }

    /// Hides a literal. Its place may be a whole text that it is a part of (JSON in a heredoc): then
    /// only where it stands in there, as far as it is found as it is.
    fn add_secret(&mut self, project: &Project, value: &Value) {
        let (start, end) = (value.at.start as usize, value.at.end as usize);
        let written = project.file(value.at).map_or("", |file| file.slice(value.at));
        let text = value.display();
        let sizes = SEARCHED_BYTES_MIN..=SEARCHED_IN_BYTES_MAX;
        if !sizes.contains(&text.len()) || !sizes.contains(&written.len()) || !written.contains(&text) {
            return self.add(value.at.file, start, end);
        }
        for (at, text) in written.match_indices(&text) {
            self.add(value.at.file, start + at, start + at + text.len());
        }
    }

    /// A finding on a resource's name points at no secret; one on a key means its value.
    fn add_finding(&mut self, project: &Project, finding: &Finding, node: Option<&Node>) {
        if node.is_some_and(|node| node.name_at == finding.at || finding.at.contains(node.span)) {
            return;
        }
        let of_key =
            node.and_then(|node| node.attrs.values().find_map(|value| value_of_key(value, finding.at)));
        let at = of_key.map_or(finding.at, |value| value.at);
        let text = project.file(at).map_or("", |file| file.slice(at));
        if !is_plain(text) {
            self.add(at.file, at.start as usize, at.end as usize);
        }
    }

    /// The text of `start..end` of a file with secrets replaced. Offsets are bytes of the file.
    pub(crate) fn shown(&self, file: FileId, start: usize, text: &str) -> Vec<Part> {
        let end = start + text.len();
        let mut parts = Vec::new();
        let mut at = start;
        let none = Vec::new();
        let ranges = self.ranges.get(&file).unwrap_or(&none);
        let first = ranges.partition_point(|(_, to)| *to <= start);
        for (from, to) in ranges.iter().skip(first).take_while(|(from, _)| *from < end) {
            let (from, to) = ((*from).max(start), (*to).min(end));
            let hidden = text.get(from - start..to - start).unwrap_or_default();
            // Indentation stays, so that a masked block keeps its shape.
            let from = from + (hidden.len() - hidden.trim_start().len());
            push_plain(&mut parts, text, at - start..from.max(at) - start);
            if !hidden.trim().is_empty() {
                parts.push(Part { at: from - start, len: to - from, text: quoted_mask(hidden.trim()) });
            }
            at = to;
        }
        push_plain(&mut parts, text, at - start..text.len());
        parts
    }
}

/// The value of the map key that stands at this place.
fn value_of_key(value: &Value, at: Span) -> Option<&Value> {
    match &value.data {
        Data::Map(entries) => entries.iter().find_map(|entry| {
            if entry.key.at == at { Some(&entry.value) } else { value_of_key(&entry.value, at) }
        }),
        Data::List(items) | Data::Joined(items) => items.iter().find_map(|item| value_of_key(item, at)),
        _ => None,
    }
}

/// A piece of a line: where it stood, in bytes of the line, and what is shown for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) at: usize,
    pub(crate) len: usize,
    pub(crate) text: String,
}

fn push_plain(parts: &mut Vec<Part>, text: &str, range: std::ops::Range<usize>) {
    let piece = text.get(range.clone()).unwrap_or_default();
    if !piece.is_empty() {
        parts.push(Part { at: range.start, len: piece.len(), text: piece.to_owned() });
    }
}

fn quoted_mask(hidden: &str) -> String {
    match hidden.chars().next() {
        Some(quote @ ('"' | '\'')) if hidden.len() > 1 && hidden.ends_with(quote) => {
            format!("{quote}{MASK}{quote}")
        }
        _ => MASK.to_owned(),
    }
}

fn merge(ranges: &mut Vec<(usize, usize)>) {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges.drain(..) {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    *ranges = merged;
}

/// Whether findings of this check point at secrets.
pub(crate) fn is_about_secrets(check: &Check) -> bool {
    check.controls.iter().any(|control| SECRET_CONTROLS.contains(control))
}

/// Who chose the names of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The provider, or this program.
    Schema,
    /// Whoever wrote the template: environment variables.
    Author,
}

impl Naming {
    /// Who chose the names inside this attribute.
    pub(crate) fn of(attribute: &str) -> Self {
        if attribute.contains("environment") || attribute.contains("variables") {
            Self::Author
        } else {
            Self::Schema
        }
    }
}

/// Whether a literal value under this name must not be shown.
pub(crate) fn hides(naming: Naming, name: &str, value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => !is_plain(text) && (names_secret(naming, name) || looks_secret(text)),
        // `maxTokens: 4096` of a model is none, `PIN=4711` may be one.
        Data::Int(_) | Data::Float(_) => naming == Naming::Author && names_secret(naming, name),
        _ => false,
    }
}

/// A dynamic reference of which parts are not literal: `{{resolve:secretsmanager:${Secret}::}}`.
pub(crate) fn refers_to_secret(parts: &[Value]) -> bool {
    parts.first().and_then(Value::as_str).is_some_and(|text| text.starts_with("{{resolve:"))
}

/// Values that are nobody's secret, and references to where the secret is kept.
fn is_plain(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']);
    const WORDS: &[&str] = &[
        "",
        "true",
        "false",
        "null",
        "none",
        "yes",
        "no",
        "enabled",
        "disabled",
        "required",
        "optional",
        "days",
        "hours",
        "minutes",
        "seconds",
        "string",
        "stringlist",
    ];
    WORDS.iter().any(|plain| text.eq_ignore_ascii_case(plain))
        || (text.starts_with("{{resolve:") && text.ends_with("}}"))
        || text.starts_with("arn:")
        || (text.starts_with("${") && text.ends_with('}') && text.matches("${").count() == 1)
}

/// Whether a name promises a secret: `DB_PASSWORD`, `stripeApiKey`, but not `SECRET_ARN`.
fn names_secret(naming: Naming, name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    if ABOUT.contains(&last.as_str()) {
        return false;
    }
    let pair = |pair: &[String]| matches!(pair, [first, second] if second == "key" && SECRET_KEYS.contains(&first.as_str()));
    let known = |word: &String| {
        let word = word.as_str();
        SECRET_WORDS.contains(&word) || (naming == Naming::Author && ENVIRONMENT_WORDS.contains(&word))
    };
    words.iter().any(known) || words.windows(2).any(pair)
}

/// Lower-case words of a name in any of the usual spellings.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for character in name.chars() {
        if !character.is_alphanumeric() {
            previous = ' ';
            continue;
        }
        let begins = previous == ' ' || (character.is_uppercase() && !previous.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        previous = character;
    }
    words
}

/// Shapes that only secrets have, whatever they are called. Parts of one count, too: half a private key is hidden.
fn looks_secret(text: &str) -> bool {
    let found = || {
        let key = sensitive::HashKey::new(b"");
        let place = sensitive::Place::default();
        !sensitive::scan(text.as_bytes(), place, sensitive::Wanted::Secrets, &key).is_empty()
    };
    (text.contains("-----BEGIN") && text.contains("PRIVATE KEY")) || has_userinfo(text) || found()
}

/// `scheme://user:password@host`.
fn has_userinfo(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority
        .rsplit_once('@')
        .is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, pass)| !pass.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in
            ["DB_PASSWORD", "stripeApiKey", "api-key", "JWT_SECRET", "token", "MASTER_KEY", "ACCESS_KEY"]
        {
            assert!(names_secret(Naming::Schema, name), "{name}");
        }
        for name in ["SECRET_ARN", "TOKEN_TTL", "TABLE_NAME", "keyboard", "PASSWORD_LENGTH", "KEY", ""] {
            assert!(!names_secret(Naming::Author, name), "{name}");
        }
    }

    #[test]
    fn shapes_of_secrets_are_known_under_any_name() {
        assert!(looks_secret("AKIAIOSFODNN7EXAMPLE"));
        assert!(looks_secret("postgres://app:hunter2@db.internal/app"));
        assert!(!looks_secret("https://example.com/a@b:c"));
        assert!(!looks_secret("arn:aws:s3:::bucket"));
    }
}
