//! Block lists as text: TOML with `block` and `allow`, or plain lines.
use serde::Deserialize;

use super::BlockError;
use super::config::Entry;

/// Most bytes of one file.
pub const FILE_BYTES_MAX: usize = 256 << 20;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    pub block: Vec<Entry>,
    pub allow: Vec<Entry>,
}

/// Reads a file's text. `name` is told in errors; a name that ends in `.toml` is TOML.
///
/// Plain lines: an address or prefix each, as public lists have them. What follows a space, a tab, a comma, `#` or `;`
/// is a comment and becomes the reason. Empty lines are skipped.
///
/// # Errors
/// The first line that cannot be read: half a list would let somebody in unseen.
pub fn read(name: &str, text: &str) -> Result<Lists, BlockError> {
    let at = |line: usize, message: String| BlockError::Line { file: name.to_owned(), line, message };
    if text.len() > FILE_BYTES_MAX {
        return Err(at(1, format!("a list has at most {FILE_BYTES_MAX} bytes; split it")));
    }
    if std::path::Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
        return toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            at(line, error.message().to_owned())
        });
    }
    let mut lists = Lists::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let end = line.find([' ', '\t', ',', '#', ';']).unwrap_or(line.len());
        let (prefix, comment) = line.split_at_checked(end).unwrap_or((line, ""));
        let prefix = super::prefix(prefix).map_err(|message| at(index + 1, message))?;
        let reason = comment.trim_start_matches([' ', '\t', ',', '#', ';']).trim();
        let reason = if reason.is_empty() { name } else { reason };
        let entry = Entry { prefix: Some(prefix), reason: reason.to_owned(), ..Entry::default() };
        lists.block.push(entry);
    }
    Ok(lists)
}
