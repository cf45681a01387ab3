//! Escapes of URLs, HTML, JavaScript, CSS, shells and SQL.
use super::{byte_at, from, is_space, until};
use memchr::{memchr, memchr2};
use std::collections::BTreeMap;

/// What stands at a trigger byte: how many bytes it takes, and the byte that they mean.
struct Escape {
    taken: usize,
    byte: Option<u8>,
}

impl Escape {
    fn byte(taken: usize, byte: u8) -> Option<Self> {
        Some(Self { taken, byte: Some(byte) })
    }
}

/// Rewrites every escape. `next` finds the next trigger, `decode` sees the value from there on; `None` keeps the trigger.
fn rewrite(
    value: &[u8],
    out: &mut Vec<u8>,
    next: impl Fn(&[u8]) -> Option<usize>,
    decode: impl Fn(&[u8]) -> Option<Escape>,
) -> bool {
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = next(from(value, at)) {
        at += found;
        let Some(escape) = decode(from(value, at)) else {
            at += 1;
            continue;
        };
        out.extend_from_slice(from(until(value, at), copied));
        out.extend(escape.byte);
        at += escape.taken;
        copied = at;
    }
    if copied == 0 {
        return false;
    }
    out.extend_from_slice(from(value, copied));
    true
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn is_hex(byte: u8) -> bool {
    hex_digit(byte).is_some()
}

/// Two hexadecimal digits.
fn hex_pair(text: &[u8]) -> Option<u8> {
    match text {
        [high, low, ..] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    }
}

/// The low byte of four hexadecimal digits; full-width ASCII (U+FF01 to U+FF5E) becomes ASCII.
fn narrow(high: u8, low: u8) -> u8 {
    if high == 0xff && low > 0 && low < 0x5f { low + 0x20 } else { low }
}

/// Every `+` becomes a blank: all that URL decoding does without escapes.
fn pluses(value: &[u8], out: &mut Vec<u8>) -> bool {
    if memchr(b'+', value).is_none() {
        return false;
    }
    out.extend(value.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }));
    true
}

/// `%xx` and `+`.
pub(super) fn url(value: &[u8], out: &mut Vec<u8>) -> bool {
    if memchr(b'%', value).is_none() {
        return pluses(value, out);
    }
    rewrite(
        value,
        out,
        |rest| memchr2(b'%', b'+', rest),
        |rest| match rest {
            [b'+', ..] => Escape::byte(1, b' '),
            [_, digits @ ..] => Escape::byte(3, hex_pair(digits)?),
            [] => None,
        },
    )
}

/// `%xx`, `+`, and IIS's `%uxxxx` through the code page or, without one, by its low byte.
pub(super) fn url_unicode(value: &[u8], map: Option<&BTreeMap<u32, u8>>, out: &mut Vec<u8>) -> bool {
    if memchr(b'%', value).is_none() {
        return pluses(value, out);
    }
    rewrite(
        value,
        out,
        |rest| memchr2(b'%', b'+', rest),
        |rest| match rest {
            [b'+', ..] => Escape::byte(1, b' '),
            [_, b'u' | b'U', digits @ ..] => {
                let (high, low) = (hex_pair(digits)?, hex_pair(from(digits, 2))?);
                let mapped = map.and_then(|map| map.get(&(u32::from(high) << 8 | u32::from(low))).copied());
                Escape::byte(6, mapped.unwrap_or_else(|| narrow(high, low)))
            }
            [_, digits @ ..] => Escape::byte(3, hex_pair(digits)?),
            [] => None,
        },
    )
}

/// Everything but letters, digits and `*` as `%xx`, a blank as `+`.
pub(super) fn url_encode(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.reserve(value.len());
    let mut changed = false;
    for &byte in value {
        match byte {
            b' ' => out.push(b'+'),
            _ if byte.is_ascii_alphanumeric() || byte == b'*' => {
                out.push(byte);
                continue;
            }
            _ => {
                out.push(b'%');
                out.extend(hex_of(byte));
            }
        }
        changed = true;
    }
    changed
}

fn hex_of(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 })
}

/// Two digits for each byte.
pub(super) fn hex_encode(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend(value.iter().flat_map(|&byte| hex_of(byte)));
    !value.is_empty()
}

/// Pairs of digits, without asking whether they are digits, as ModSecurity does; an odd last one goes.
pub(super) fn hex(value: &[u8], out: &mut Vec<u8>) -> bool {
    let digit = |byte: u8| {
        if byte >= b'A' { (byte & 0xdf).wrapping_sub(b'A').wrapping_add(10) } else { byte.wrapping_sub(b'0') }
    };
    let (pairs, _) = value.as_chunks::<2>();
    out.extend(pairs.iter().map(|&[high, low]| digit(high).wrapping_mul(16).wrapping_add(digit(low))));
    out.as_slice() != value
}

/// `&#10;`, `&#xa;` and five names, the semicolon optional. Numbers may have any number of digits; their low byte counts.
///
/// ModSecurity 3.0.13 began to read two (hexadecimal) or three digits only, so that a character with leading zeros passes
/// unread, and to take any word that begins with a name for the name. Here, as in 3.0.9, all digits and whole names count.
pub(super) fn html_entities(value: &[u8], out: &mut Vec<u8>) -> bool {
    rewrite(
        value,
        out,
        |rest| memchr(b'&', rest),
        |rest| {
            let (end, byte) = match rest {
                [_, b'#', b'x' | b'X', digits @ ..] => {
                    let length = run(digits, u8::is_ascii_hexdigit);
                    (3 + length, low_byte(until(digits, length), 16)?)
                }
                [_, b'#', digits @ ..] => {
                    let length = run(digits, u8::is_ascii_digit);
                    (2 + length, low_byte(until(digits, length), 10)?)
                }
                [_, name @ ..] => {
                    let length = run(name, u8::is_ascii_alphanumeric);
                    (1 + length, named_entity(until(name, length))?)
                }
                [] => return None,
            };
            Escape::byte(end + usize::from(byte_at(rest, end) == b';'), byte)
        },
    )
}

fn run(text: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    text.iter().position(|byte| !belongs(byte)).unwrap_or(text.len())
}

/// The low byte of a number, which stops growing at the greatest `long` as `strtol` does.
fn low_byte(digits: &[u8], radix: i64) -> Option<u8> {
    if digits.is_empty() {
        return None;
    }
    let number = digits
        .iter()
        .filter_map(|&byte| hex_digit(byte))
        .try_fold(0i64, |number, digit| number.checked_mul(radix)?.checked_add(i64::from(digit)));
    Some((number.unwrap_or(i64::MAX) & 0xff) as u8)
}

fn named_entity(name: &[u8]) -> Option<u8> {
    const NAMES: [(&[u8], u8); 5] =
        [(b"quot", b'"'), (b"amp", b'&'), (b"lt", b'<'), (b"gt", b'>'), (b"nbsp", 0xa0)];
    NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|&(_, byte)| byte)
}

/// The letters after a backslash that mean a control character, in C and JavaScript.
fn control_letter(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    })
}

/// Up to three octal digits: how many, and their number.
fn octal(text: &[u8]) -> (usize, u16) {
    let length = run(until(text, 3), |byte| matches!(byte, b'0'..=b'7'));
    (length, until(text, length).iter().fold(0, |number, digit| number * 8 + u16::from(digit - b'0')))
}

/// `\uHHHH`, `\xHH`, `\OOO`, `\n`, and `\c` for any other character.
pub(super) fn javascript(value: &[u8], out: &mut Vec<u8>) -> bool {
    rewrite(
        value,
        out,
        |rest| memchr(b'\\', rest),
        |rest| {
            let escaped = from(rest, 1);
            let first = *escaped.first()?;
            let digits = from(escaped, 1);
            if first == b'u'
                && let (Some(high), Some(low)) = (hex_pair(digits), hex_pair(from(digits, 2)))
            {
                return Escape::byte(6, narrow(high, low));
            }
            if first == b'x'
                && let Some(byte) = hex_pair(digits)
            {
                return Escape::byte(4, byte);
            }
            let (length, number) = octal(escaped);
            match (length, u8::try_from(number)) {
                (0, _) => Escape::byte(2, control_letter(first).unwrap_or(first)),
                (_, Ok(byte)) => Escape::byte(1 + length, byte),
                // three digits past 0o377: two of them
                (_, Err(_)) => Escape::byte(3, (number >> 3) as u8),
            }
        },
    )
}

/// ANSI C escapes. A backslash before anything else goes.
pub(super) fn escape_sequences(value: &[u8], out: &mut Vec<u8>) -> bool {
    rewrite(
        value,
        out,
        |rest| memchr(b'\\', rest),
        |rest| {
            let escaped = from(rest, 1);
            let first = *escaped.first()?;
            if let Some(byte) = control_letter(first) {
                return Escape::byte(2, byte);
            }
            if matches!(first, b'x' | b'X')
                && let Some(byte) = hex_pair(from(escaped, 1))
            {
                return Escape::byte(4, byte);
            }
            match octal(escaped) {
                (0, _) => Escape::byte(2, first),
                (length, number) => Escape::byte(1 + length, (number & 0xff) as u8),
            }
        },
    )
}

/// CSS 2: one to six hexadecimal digits after a backslash (their low byte counts), and one white space after them.
pub(super) fn css(value: &[u8], out: &mut Vec<u8>) -> bool {
    rewrite(
        value,
        out,
        |rest| memchr(b'\\', rest),
        |rest| {
            let escaped = from(rest, 1);
            let digits = until(escaped, run(until(escaped, 6), |&byte| is_hex(byte)));
            let byte = match digits {
                [] => {
                    return Some(match escaped.first() {
                        None => Escape { taken: 1, byte: None },
                        Some(b'\n') => Escape { taken: 2, byte: None },
                        Some(&byte) => Escape { taken: 2, byte: Some(byte) },
                    });
                }
                [digit] => hex_digit(*digit)?,
                [high, low] | [_, high, low] => hex_pair(&[*high, *low])?,
                [above @ .., third, fourth, high, low] => {
                    let low = hex_pair(&[*high, *low])?;
                    let full_width = above.iter().all(|&digit| digit == b'0');
                    if full_width { narrow(hex_pair(&[*third, *fourth])?, low) } else { low }
                }
            };
            let end = 1 + digits.len();
            Escape::byte(end + usize::from(end < rest.len() && is_space(byte_at(rest, end))), byte)
        },
    )
}

/// `0x` and pairs of digits, as SQL writes strings.
pub(super) fn sql_hex(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr(b'0', from(value, at)) {
        at += found;
        let digits = from(value, at + 2);
        if !matches!(byte_at(value, at + 1), b'x' | b'X') || hex_pair(digits).is_none() {
            at += 1;
            continue;
        }
        out.extend_from_slice(from(until(value, at), copied));
        let before = out.len();
        let (pairs, _) = digits.as_chunks::<2>();
        out.extend(pairs.iter().map_while(|pair| hex_pair(pair)));
        at += 2 + 2 * (out.len() - before);
        copied = at;
    }
    if copied == 0 {
        return false;
    }
    out.extend_from_slice(from(value, copied));
    true
}
