//! The comments that suppress findings.
use model::{FileId, Skip, SkipOrigin, Span};

/// The next step after a comment that cannot be read.
pub(super) const HELP: &str = Skip::HELP;

/// A suppression in a comment, or what is wrong with it.
pub(super) struct Comment {
    pub at: Span,
    pub skips: Result<Vec<Skip>, String>,
}

const OURS: &str = Skip::MARK;
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
    let skips = if is_ours {
        Skip::all_in(body.get(OURS.len()..)?, at)
    } else {
        theirs(body, at).map(|skip| vec![skip])
    };
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
