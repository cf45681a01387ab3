//! UTF-8 to `%uxxxx`.
use super::{byte_at, from, until};

/// Writes each character above U+007F as `%u` and its number (four hexadecimal digits or more).
///
/// As in ModSecurity a NUL goes unless it is the last byte, a first byte without its followers goes, a stray follower stays,
/// and a character that UTF-8 forbids (surrogate, overlong, first byte above 0xF4) also leaves its first byte.
pub(super) fn utf8_to_unicode(value: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(first) = value.iter().position(|&byte| byte == 0 || byte >= 0x80) else { return false };
    out.reserve(value.len() * 2);
    out.extend_from_slice(until(value, first));
    let mut at = first;
    while at < value.len() {
        let rest = from(value, at);
        let run = rest.iter().position(|&byte| byte == 0 || byte >= 0x80).unwrap_or(rest.len());
        out.extend_from_slice(until(rest, run));
        at += run;
        let Some((&lead, followers)) = from(value, at).split_first() else { break };
        let length = match lead {
            0 => {
                if followers.is_empty() {
                    out.push(0);
                }
                at += 1;
                continue;
            }
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => {
                out.push(lead);
                at += 1;
                continue;
            }
        };
        if lead >= 0xf5 {
            out.push(lead);
        }
        match number(lead, followers, length) {
            Some(number) => {
                write_character(out, number, lead, length);
                at += length;
            }
            None => at += 1,
        }
    }
    out.as_slice() != value
}

/// The number of a character of `length` bytes, if its followers are there.
fn number(lead: u8, followers: &[u8], length: usize) -> Option<u32> {
    let bits = u32::from(lead) & (0x7f >> length);
    (0..length - 1).try_fold(bits, |number, at| {
        let follower = byte_at(followers, at);
        (follower & 0xc0 == 0x80).then_some(number << 6 | u32::from(follower & 0x3f))
    })
}

fn write_character(out: &mut Vec<u8>, number: u32, lead: u8, length: usize) {
    out.extend_from_slice(b"%u");
    let digits = (8 - number.leading_zeros() as usize / 4).max(4);
    for place in (0..digits).rev() {
        let digit = (number >> (4 * place) & 15) as u8;
        out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    }
    let surrogate = (0xd800..=0xdfff).contains(&number);
    if surrogate {
        out.push(lead);
    }
    let overlong = match length {
        2 => number < 0x80,
        3 => number < 0x800,
        _ => number < 0x1_0000,
    };
    if overlong {
        out.push(lead);
    }
}
