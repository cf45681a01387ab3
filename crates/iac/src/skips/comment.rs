//! The comments that suppress findings.
use model::{Date, FileId, Skip, SkipOrigin, Span};

/// The next step after a comment that cannot be read.
pub(super) const HELP: &str =
    "write `# buckler:ignore CHECK reason=\"why\"`, and `until=YYYY-MM-DD` if it ends one day";

/// A suppression in a comment, or what is wrong with it.
pub(super) struct Comment {
    pub at: Span,
    pub skips: Result<Vec<Skip>, String>,
}

const OURS: &str = "buckler:ignore";
const THEIRS: &[&str] = &["checkov:skip=", "bridgecrew:skip="];

/// Every such comment of a text.
pub(super) fn find(file: FileId, text: &str) -> Vec<Comment> {
    let has_any = text.contains(OURS) || THEIRS.iter().any(|mark| text.contains(mark));
    if !has_any {
        return Vec::new();
    }
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(in_line(file, start, line.trim_end()));
        start += line.len();
    }
    found
}

fn in_line(file: FileId, start: usize, line: &str) -> Option<Comment> {
    let (mark, is_ours) = match line.find(OURS) {
        Some(at) => (at, true),
        None => (THEIRS.iter().find_map(|mark| line.find(mark))?, false),
    };
    let before = line.get(..mark)?.trim_end();
    let opened = before.strip_suffix('#').or_else(|| before.strip_suffix("//"));
    let opened = opened.or_else(|| before.strip_suffix("/*")).or_else(|| before.strip_suffix('*'))?;
    let at = Span::new(file, start + opened.len(), start + line.len());
    let body = line.get(mark..)?.trim_end_matches("*/").trim_end();
    let skips =
        if is_ours { ours(body.get(OURS.len()..)?, at) } else { theirs(body, at).map(|skip| vec![skip]) };
    Some(Comment { at, skips })
}

/// `CHECK[:reason]` after the mark.
fn theirs(body: &str, at: Span) -> Result<Skip, String> {
    let (_, rest) = body.split_once('=').unwrap_or_default();
    let (name, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let name = name.trim();
    if name.is_empty() {
        return Err("the suppression names no check".to_owned());
    }
    let (name, reason) = (name.to_owned(), reason.trim().to_owned());
    Ok(Skip { name, reason, until: None, at, origin: SkipOrigin::Checkov })
}

/// `CHECK[,CHECK] reason="…" [until=YYYY-MM-DD]` after the mark.
fn ours(body: &str, at: Span) -> Result<Vec<Skip>, String> {
    let body = body.trim_start_matches(':').trim();
    let end = settings_start(body);
    let (names, settings) = body.split_at_checked(end).unwrap_or((body, ""));
    let names: Vec<&str> = names.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err("the suppression names no check".to_owned());
    }
    let reason = setting(settings, "reason")?.unwrap_or_default();
    if reason.is_empty() {
        return Err(format!("the suppression of `{}` gives no reason", names.join(", ")));
    }
    let until = setting(settings, "until")?.map(|until| until.parse::<Date>()).transpose();
    let until = until.map_err(|error| error.to_string())?;
    let skip = |name: &&str| Skip {
        name: (*name).to_owned(),
        reason: reason.clone(),
        until,
        at,
        origin: SkipOrigin::Buckler,
    };
    Ok(names.iter().map(skip).collect())
}

/// Where the first `name=` stands.
fn settings_start(body: &str) -> usize {
    let equals = body.find('=').unwrap_or(body.len());
    let before = body.get(..equals).unwrap_or_default();
    if equals == body.len() { equals } else { before.rfind([' ', ',']).map_or(0, |blank| blank + 1) }
}

/// The value of `name=value` or `name="quoted value"`.
fn setting(settings: &str, name: &str) -> Result<Option<String>, String> {
    let mut rest = settings.trim();
    while let Some((key, value)) = rest.split_once('=') {
        let key = key.trim();
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => {
                quoted.split_once('"').ok_or_else(|| format!("the quote after `{key}=` is not closed"))?
            }
            None => value.split_once(' ').unwrap_or((value, "")),
        };
        if !["reason", "until"].contains(&key) {
            return Err(format!("`{key}` is no setting of a suppression"));
        }
        if key == name {
            return Ok(Some(value.trim().to_owned()));
        }
        rest = behind.trim();
    }
    if rest.is_empty() { Ok(None) } else { Err(format!("`{rest}` cannot be read")) }
}
