//! Transformations of letters, white space, comments and command lines.
use super::{byte_at, from, is_space, until};
use memchr::memmem;

/// Maps each byte. Nothing is written when none changes.
pub(super) fn map_bytes(value: &[u8], out: &mut Vec<u8>, map: impl Fn(u8) -> u8) -> bool {
    let Some(first) = value.iter().position(|&byte| map(byte) != byte) else { return false };
    out.extend_from_slice(until(value, first));
    out.extend(from(value, first).iter().map(|&byte| map(byte)));
    true
}

/// For each byte whether it stays.
pub(super) type Stays = [bool; 256];

/// All bytes but NUL.
pub(super) const FILLED: Stays = all_but(&[0]);

/// All bytes but white space, and each byte of a no-break space, in Latin-1 or UTF-8: ModSecurity removes those wherever they stand.
pub(super) const SOLID: Stays = all_but(&[b' ', b'\t', b'\n', 0x0b, 0x0c, b'\r', 0xa0, 0xc2]);

#[expect(clippy::indexing_slicing, reason = "a constant, computed by the compiler")]
const fn all_but(gone: &[u8]) -> Stays {
    let mut stays = [true; 256];
    let mut at = 0;
    while at < gone.len() {
        stays[gone[at] as usize] = false;
        at += 1;
    }
    stays
}

/// Keeps the bytes that stay. Nothing is written when all do.
pub(super) fn keep_bytes(value: &[u8], out: &mut Vec<u8>, stays: &Stays) -> bool {
    let is_kept = |byte: &u8| stays.get(usize::from(*byte)).copied().unwrap_or(true);
    let Some(first) = value.iter().position(|byte| !is_kept(byte)) else { return false };
    out.extend_from_slice(value);
    let mut kept = first;
    for byte in from(value, first) {
        // Written wherever it may belong, and written over when it goes.
        if let Some(place) = out.get_mut(kept) {
            *place = *byte;
        }
        kept += usize::from(is_kept(byte));
    }
    out.truncate(kept);
    true
}

fn has_odd_ones(byte: u8) -> bool {
    byte.count_ones() % 2 == 1
}

pub(super) fn parity_even(byte: u8) -> u8 {
    if has_odd_ones(byte) { byte | 0x80 } else { byte & 0x7f }
}

pub(super) fn parity_odd(byte: u8) -> u8 {
    if has_odd_ones(byte) { byte & 0x7f } else { byte | 0x80 }
}

/// Every run of white space becomes one blank.
pub(super) fn compress_whitespace(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut in_space = false;
    let first = value.iter().position(|&byte| {
        let space = is_space(byte);
        let changes = space && (in_space || byte != b' ');
        in_space = space;
        changes
    });
    let Some(first) = first else { return false };
    out.reserve(value.len());
    out.extend_from_slice(until(value, first));
    let mut in_space = out.last() == Some(&b' ');
    for &byte in from(value, first) {
        let space = is_space(byte);
        if !space {
            out.push(byte);
        } else if !in_space {
            out.push(b' ');
        }
        in_space = space;
    }
    true
}

/// What a shell ignores goes: quotes, carets, backslashes; separators become one blank; letters lose their case.
pub(super) fn command_line(value: &[u8], out: &mut Vec<u8>) -> bool {
    let dull = |byte: u8| {
        !matches!(
            byte,
            b'"' | b'\'' | b'\\' | b'^' | b' ' | b',' | b';' | b'\t' | b'\r' | b'\n' | b'A'..=b'Z'
        )
    };
    let Some(first) = value.iter().position(|&byte| !dull(byte)) else { return false };
    out.reserve(value.len());
    out.extend_from_slice(until(value, first));
    let mut space = false;
    for &byte in from(value, first) {
        match byte {
            b'"' | b'\'' | b'\\' | b'^' => {}
            b' ' | b',' | b';' | b'\t' | b'\r' | b'\n' => {
                if !space {
                    out.push(b' ');
                }
                space = true;
            }
            b'/' | b'(' => {
                if space {
                    out.pop();
                }
                space = false;
                out.push(byte);
            }
            _ => {
                out.push(byte.to_ascii_lowercase());
                space = false;
            }
        }
    }
    out.as_slice() != value
}

/// The number of bytes, in decimal.
pub(super) fn length(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(value.len().to_string().as_bytes());
    out.as_slice() != value
}

/// Which end loses its white space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Left,
    Right,
    Both,
}

pub(super) fn trim(value: &[u8], out: &mut Vec<u8>, ends: Ends) -> bool {
    let mut rest = value;
    while let ([first, more @ ..], true) = (rest, ends != Ends::Right) {
        if !is_space(*first) {
            break;
        }
        rest = more;
    }
    while let ([more @ .., last], true) = (rest, ends != Ends::Left) {
        if !is_space(*last) {
            break;
        }
        rest = more;
    }
    if rest.len() == value.len() {
        return false;
    }
    out.extend_from_slice(rest);
    true
}

/// `/* */` becomes a blank; one that is not closed takes the rest with it.
pub(super) fn replace_comments(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while let Some(open) = memmem::find(from(value, at), b"/*") {
        out.extend_from_slice(until(from(value, at), open));
        out.push(b' ');
        let body = at + open + 2;
        match memmem::find(from(value, body), b"*/") {
            Some(close) => at = body + close + 2,
            None => return true,
        }
    }
    if at == 0 {
        return false;
    }
    out.extend_from_slice(from(value, at));
    true
}

/// Removes `/* */`, `<!-- -->`, and everything from `--` or `#` on.
///
/// As in ModSecurity the byte after a comment is taken as it is (the terminating NUL too, when the comment ends the value).
pub(super) fn remove_comments(value: &[u8], out: &mut Vec<u8>) -> bool {
    let begins = |rest: &[u8]| {
        rest.starts_with(b"/*")
            || rest.starts_with(b"<!--")
            || rest.starts_with(b"--")
            || rest.first() == Some(&b'#')
    };
    let mut at = 0;
    let mut changed = false;
    let mut in_comment = false;
    while at < value.len() {
        let rest = from(value, at);
        if in_comment {
            let Some((end, length)) = comment_end(rest) else {
                at = value.len();
                continue;
            };
            in_comment = false;
            out.push(byte_at(value, at + end + length));
            at += end + length + 1;
            continue;
        }
        let next = rest.iter().position(|byte| matches!(byte, b'/' | b'<' | b'-' | b'#'));
        let run = next.unwrap_or(rest.len());
        out.extend_from_slice(until(rest, run));
        at += run;
        let rest = from(value, at);
        if !begins(rest) {
            out.extend(rest.first());
            at += 1;
            continue;
        }
        changed = true;
        match rest.first() {
            Some(b'/') => at += 2,
            Some(b'<') => at += 4,
            _ => return true,
        }
        in_comment = true;
    }
    if in_comment {
        out.push(b' ');
    }
    changed
}

/// Where a comment ends first, and how long its end is.
fn comment_end(rest: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'*', b'-', from(rest, at)) {
        at += found;
        let here = from(rest, at);
        if here.starts_with(b"*/") {
            return Some((at, 2));
        }
        if here.starts_with(b"-->") {
            return Some((at, 3));
        }
        at += 1;
    }
    None
}

/// Removes the marks of comments: `/*`, `*/`, `<!--`, `-->`, `--`, `#`.
pub(super) fn remove_comment_marks(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    let mut changed = false;
    while at < value.len() {
        let rest = from(value, at);
        let run = rest
            .iter()
            .position(|byte| matches!(byte, b'/' | b'*' | b'<' | b'-' | b'#'))
            .unwrap_or(rest.len());
        out.extend_from_slice(until(rest, run));
        at += run;
        let rest = from(value, at);
        let mark = [b"<!--".as_slice(), b"-->", b"/*", b"*/", b"--", b"#"]
            .into_iter()
            .find(|mark| rest.starts_with(mark))
            .map_or(0, <[u8]>::len);
        if mark == 0 {
            out.extend(rest.first());
        }
        changed |= mark > 0;
        at += mark.max(1);
    }
    changed
}
