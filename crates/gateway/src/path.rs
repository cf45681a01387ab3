//! One normalisation of a request's path, for routing, authorization and upstream alike.
//!
//! What two readers could see differently is told as an oddity. A route either refuses it (the default) or takes the
//! normal form, and then the upstream gets the normal form, too.
use crate::config::PathOddity;
use std::borrow::Cow;
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// A path in its normal form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NormalPath {
    /// As it goes to the upstream: unreserved characters decoded, escapes in upper case, no dot segments, no empty segments.
    pub(crate) wire: String,
    /// See [`readable`](Self::readable); `None`: it is the same.
    readable: Option<String>,
    /// What was put in order on the way.
    pub(crate) oddities: BTreeSet<PathOddity>,
}

impl NormalPath {
    /// As routes and policies see it: also every other escape decoded but `%2F` and `%25`.
    pub(crate) fn readable(&self) -> &str {
        self.readable.as_deref().unwrap_or(&self.wire)
    }
}

/// Why a path has no normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathError {
    #[error("the path does not begin with `/`")]
    NotAbsolute,
    #[error("the path has an escape that is no percent sign with two hexadecimal digits")]
    BadEscape,
    #[error("the path holds NUL")]
    Nul,
    #[error("the path leaves its root with `..`")]
    AboveRoot,
}

/// Puts a path in order. Linear in its length; most paths are left as they are after one look.
///
/// # Errors
/// Paths that no configuration accepts.
pub(crate) fn normalise(path: &str) -> Result<NormalPath, PathError> {
    if !path.starts_with('/') {
        return Err(PathError::NotAbsolute);
    }
    if is_normal(path.as_bytes()) {
        return Ok(NormalPath { wire: path.to_owned(), readable: None, oddities: BTreeSet::new() });
    }
    let mut oddities = BTreeSet::new();
    let escaped = escapes(path.as_bytes(), &mut oddities)?;
    let wire = segments(&escaped, &mut oddities)?;
    let readable = match readable(&wire, &mut oddities) {
        Cow::Borrowed(_) => None,
        Cow::Owned(readable) => Some(readable),
    };
    Ok(NormalPath { wire, readable, oddities })
}

/// What a byte is in a path, as a table: every path is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// Letters, digits and marks that every reader takes alike.
    Plain,
    Slash,
    Dot,
    Other,
}

const BYTES: [Byte; 256] = {
    let mut table = [Byte::Other; 256];
    let mut rest: &[u8] = b"-_~!$&'()*+,=:@0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/.";
    while let Some((byte, after)) = rest.split_first() {
        if let Some((_, tail)) = table.split_at_mut_checked(*byte as usize)
            && let Some(entry) = tail.first_mut()
        {
            *entry = match byte {
                b'/' => Byte::Slash,
                b'.' => Byte::Dot,
                _ => Byte::Plain,
            };
        }
        rest = after;
    }
    table
};

/// Only plain bytes; no empty and no dot segment.
fn is_normal(path: &[u8]) -> bool {
    let mut before = Byte::Plain;
    for &byte in path {
        let kind = BYTES.get(usize::from(byte)).copied().unwrap_or(Byte::Other);
        let joins = match kind {
            Byte::Plain => true,
            Byte::Slash => before != Byte::Slash,
            Byte::Dot => before != Byte::Slash && before != Byte::Dot,
            Byte::Other => false,
        };
        if !joins {
            return false;
        }
        before = kind;
    }
    true
}

/// Escapes in their normal form: unreserved ones decoded, digits in upper case, bytes that must be escaped escaped.
fn escapes(path: &[u8], oddities: &mut BTreeSet<PathOddity>) -> Result<String, PathError> {
    let mut out = String::with_capacity(path.len() + 8);
    let mut rest = path.iter().copied();
    while let Some(byte) = rest.next() {
        let (byte, escaped) = match byte {
            b'%' => {
                let digits = rest.next().zip(rest.next());
                let value = digits.and_then(|(high, low)| Some((hex(high)? << 4) | hex(low)?));
                (value.ok_or(PathError::BadEscape)?, true)
            }
            other => (other, false),
        };
        match byte {
            0 => return Err(PathError::Nul),
            b'\\' => {
                oddities.insert(PathOddity::Backslash);
                out.push('/');
                continue;
            }
            b';' => drop(oddities.insert(PathOddity::Parameter)),
            b'/' if escaped => drop(oddities.insert(PathOddity::EncodedSlash)),
            b'%' => {
                let mut ahead = rest.clone();
                let twice = ahead.next().and_then(hex).zip(ahead.next().and_then(hex)).is_some();
                twice.then(|| oddities.insert(PathOddity::DoubleEncoding));
            }
            1..=31 | 127 => drop(oddities.insert(PathOddity::Control)),
            _ => {}
        }
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let mark = !escaped && b"/!$&'()*+,;=:@".contains(&byte);
        if unreserved || mark {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    Ok(out)
}

fn push_escape(out: &mut String, byte: u8) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.push('%');
    out.extend(DIGITS.get(usize::from(byte >> 4)));
    out.extend(DIGITS.get(usize::from(byte & 15)));
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// RFC 3986, section 5.2.4, and no empty segments. Dots before parameters (`/..;x/`) are dots to servers that cut parameters off.
fn segments(path: &str, oddities: &mut BTreeSet<PathOddity>) -> Result<String, PathError> {
    let mut kept: Vec<&str> = Vec::new();
    let mut parts = path.split('/').skip(1).peekable();
    let mut ends_open = false;
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        ends_open = false;
        let name = part.split(';').next().unwrap_or(part);
        match name {
            "" if last && part.is_empty() => ends_open = true,
            "" if part.is_empty() => drop(oddities.insert(PathOddity::EmptySegment)),
            "." => {
                oddities.insert(PathOddity::DotSegment);
                ends_open = last;
            }
            ".." => {
                oddities.insert(PathOddity::DotSegment);
                kept.pop().ok_or(PathError::AboveRoot)?;
                ends_open = last;
            }
            _ => kept.push(part),
        }
    }
    let mut out = String::with_capacity(path.len());
    for part in &kept {
        out.push('/');
        out.push_str(part);
    }
    if ends_open || kept.is_empty() {
        out.push('/');
    }
    Ok(out)
}

/// The form that people write: every escape decoded but those that would change the path's shape.
fn readable<'a>(wire: &'a str, oddities: &mut BTreeSet<PathOddity>) -> Cow<'a, str> {
    if !wire.contains('%') {
        return Cow::Borrowed(wire);
    }
    let mut out = Vec::with_capacity(wire.len());
    let mut pieces = wire.split('%');
    out.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        match u8::from_str_radix(digits, 16) {
            Ok(byte) if !matches!(byte, b'/' | b'%') => out.push(byte),
            _ => {
                out.push(b'%');
                out.extend_from_slice(digits.as_bytes());
            }
        }
        out.extend_from_slice(rest.as_bytes());
    }
    match String::from_utf8(out) {
        Ok(text) => Cow::Owned(text),
        Err(_) => {
            oddities.insert(PathOddity::NotUtf8);
            Cow::Borrowed(wire)
        }
    }
}
