//! URL-encoded forms and queries (WHATWG URL, 5.1), cut as ModSecurity cuts them.
//!
//! An escape that is none stays in the value as it was sent. An empty piece between two separators is an
//! argument without name and value; the one after a last separator is not.
//! ModSecurity only tells invalid escapes of values; this reader tells those of names as well.
#[cfg(test)]
mod tests;

use super::Body;
use crate::{Fields, Limits};
use memchr::{memchr, memchr2};

/// What a form says besides its arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormFacts {
    /// Where the first escape stands that is none, bytes from the start.
    pub invalid_escape: Option<usize>,
    /// Arguments past the limit, which were not read.
    pub left_out: usize,
}

/// Reads a form's arguments into `out` until `arguments_max` of them are there.
pub fn read_form(text: &[u8], separator: u8, arguments_max: usize, out: &mut Fields) -> FormFacts {
    let mut facts = FormFacts::default();
    let (mut rest, mut offset) = (text, 0);
    let room = arguments_max.saturating_sub(out.len());
    let mut read = 0;
    let has_escapes = memchr(b'%', text).is_some();
    while !rest.is_empty() {
        if read == room {
            facts.left_out =
                1 + memchr::memchr_iter(separator, rest.get(..rest.len() - 1).unwrap_or_default()).count();
            break;
        }
        let end = position(separator, rest);
        let (piece, after) = rest.split_at(end);
        let invalid = push(piece, has_escapes, out);
        if facts.invalid_escape.is_none() {
            facts.invalid_escape = invalid.map(|at| offset + at);
        }
        read += 1;
        offset += end + 1;
        rest = after.get(1..).unwrap_or_default();
    }
    facts
}

pub(super) fn read(text: &[u8], limits: &Limits, out: &mut Body) {
    let facts = read_form(text, b'&', limits.arguments_max, &mut out.arguments);
    if let Some(offset) = facts.invalid_escape {
        out.urlencoded_error = true;
        out.tell(offset, || "a percent sign without two hexadecimal digits".to_owned());
    }
    if facts.left_out > 0 {
        let max = limits.arguments_max;
        out.tell(text.len(), || {
            format!("{} arguments past the limit of {max} were not read", facts.left_out)
        });
        out.fail(|| format!("form: more than {max} arguments"));
    }
}

/// Adds one `name=value`; gives the place of its first invalid escape.
fn push(piece: &[u8], has_escapes: bool, out: &mut Fields) -> Option<usize> {
    let equals = position(b'=', piece);
    let (name, value) = piece.split_at(equals);
    let value = value.get(1..).unwrap_or_default();
    let mut invalid = None;
    out.push_with(|bytes| {
        bytes.reserve(piece.len());
        if !has_escapes {
            bytes.extend(pluses(name));
            let middle = bytes.len();
            bytes.extend(pluses(value));
            return middle;
        }
        invalid = decode(name, bytes);
        let middle = bytes.len();
        let in_value = decode(value, bytes).map(|at| at + equals + 1);
        invalid = invalid.or(in_value);
        middle
    });
    invalid
}

/// Where the first `needle` stands, or the length. Most arguments are short: a plain loop beats a call into vector code there.
fn position(needle: u8, text: &[u8]) -> usize {
    let head = text.get(..16).unwrap_or(text);
    if let Some(found) = head.iter().position(|byte| *byte == needle) {
        return found;
    }
    text.get(16..).map_or(text.len(), |tail| memchr(needle, tail).map_or(text.len(), |found| found + 16))
}

/// A text without escapes, decoded.
fn pluses(text: &[u8]) -> impl ExactSizeIterator<Item = u8> + '_ {
    text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte })
}

/// Appends the decoded text; gives the place of the first escape that is none.
fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let mut invalid = None;
    let mut rest = text;
    while let Some(plain) = memchr2(b'%', b'+', rest) {
        let (head, mut tail) = rest.split_at(plain);
        out.extend_from_slice(head);
        // Escapes stand beside each other more often than not.
        loop {
            tail = match tail {
                [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    out.push(nibble(*high) << 4 | nibble(*low));
                    after
                }
                [b'%', after @ ..] => {
                    invalid = invalid.or(Some(text.len() - tail.len()));
                    out.push(b'%');
                    after
                }
                [b'+', after @ ..] => {
                    out.push(b' ');
                    after
                }
                _ => break,
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    invalid
}

/// The value of a hexadecimal digit.
pub(super) fn nibble(digit: u8) -> u8 {
    (digit & 15) + 9 * (digit >> 6)
}
