//! The words of a suppression in a comment, whatever file it stands in.
use crate::{Date, Skip, SkipOrigin, Span};

impl Skip {
    /// What a comment of ours begins with.
    pub const MARK: &'static str = "buckler:ignore";
    /// The next step after a comment that cannot be read.
    pub const HELP: &'static str =
        "write `# buckler:ignore CHECK reason=\"why\"`, and `until=YYYY-MM-DD` if it ends one day";

    /// Reads `CHECK[,CHECK] reason="…" [until=YYYY-MM-DD]`: what stands behind [`Skip::MARK`]. `at` is the whole
    /// comment.
    ///
    /// # Errors
    /// In words, when it names no check, gives no reason or has a setting that is none.
    pub fn all_in(words: &str, at: Span) -> Result<Vec<Self>, String> {
        read(words, at)
    }
}

fn read(body: &str, at: Span) -> Result<Vec<Skip>, String> {
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
