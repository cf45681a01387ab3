//! The `Cookie` header (RFC 6265, 5.4), cut as ModSecurity version 3 cuts it: at every semicolon, whatever quotes say.
//!
//! Readers of the older form (RFC 2965: Tomcat's legacy parser, Python's `http.cookies`) honour quotes, escapes in them,
//! `$Version` and commas. Where these would see other cookies, an [`Oddity`] tells it.
#[cfg(test)]
mod tests;

use super::{Oddity, shown, tell};
use crate::Fields;

pub(super) fn read(header: &[u8], out: &mut Fields) {
    for (_, piece) in pieces(trim_end(header)) {
        let (name, value) = cut(piece);
        if !name.is_empty() {
            out.push(name, value);
        }
    }
}

pub(super) fn oddities(header: &[u8], out: &mut Vec<Oddity>) {
    // Names that were seen: a header holds few, and a long one is told as such before this matters.
    let mut names: Vec<(&[u8], usize)> = Vec::new();
    for (offset, piece) in pieces(trim_end(header)) {
        let (name, value) = cut(piece);
        if name.first() == Some(&b'$') {
            tell(out, offset, || format!("cookie attribute `{}` of RFC 2965", shown(name)));
        }
        if value.first() == Some(&b'"') && (value.len() < 2 || value.last() != Some(&b'"')) {
            tell(out, offset, || format!("cookie `{}`: a quoted value is cut by a semicolon", shown(name)));
        }
        if value.contains(&b'\\') && value.first() == Some(&b'"') {
            tell(out, offset, || format!("cookie `{}`: an escape in a quoted value", shown(name)));
        }
        if !value.starts_with(b"\"") && value.contains(&b',') && value.contains(&b'=') {
            tell(out, offset, || format!("cookie `{}`: a comma may begin another cookie", shown(name)));
        }
        if name.is_empty() && !value.is_empty() {
            tell(out, offset, || "a cookie without a name".to_owned());
        }
        if name.last().is_some_and(u8::is_ascii_whitespace)
            || value.first().is_some_and(u8::is_ascii_whitespace)
        {
            tell(out, offset, || format!("cookie `{}`: spaces around the equals sign", shown(name)));
        }
        if !name.is_empty() {
            names.push((name, offset));
        }
    }
    names.sort_unstable();
    for pair in names.windows(2) {
        if let [(first, _), (second, offset)] = pair
            && first == second
        {
            tell(out, *offset, || format!("cookie `{}` stands there twice", shown(second)));
        }
    }
}

/// The pieces between semicolons with their places.
fn pieces(header: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    header.split(|byte| *byte == b';').scan(0, |offset, piece| {
        let at = *offset;
        *offset += piece.len() + 1;
        Some((at, piece))
    })
}

/// Name without the space before it, and value.
fn cut(piece: &[u8]) -> (&[u8], &[u8]) {
    let equals = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
    let (name, value) = piece.split_at(equals);
    let start = name.iter().position(|byte| !is_space(*byte)).unwrap_or(name.len());
    (name.get(start..).unwrap_or_default(), value.get(1..).unwrap_or_default())
}

/// ModSecurity trims the last piece only; a semicolon at the very end begins none.
fn trim_end(header: &[u8]) -> &[u8] {
    let header = header.strip_suffix(b";").unwrap_or(header);
    let end = header.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    header.get(..end).unwrap_or_default()
}

/// C's `isspace`, with the vertical tab that Rust leaves out.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
