//! Encodings that applications undo before they use a text. Broken ones are left as they are.

/// Base64 (RFC 4648, 4 and 5) of at least six letters; nothing where a letter does not belong to it.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() < 6 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b'\r' | b'\n' | b' ' => continue,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).unwrap_or_default());
        }
    }
    (held < 6).then_some(out)
}

/// Percent-encoding (RFC 3986, 2.1), with `+` for a blank where `plus`.
pub(super) fn percent(text: &str, plus: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match (byte, digits(bytes, at, 2)) {
            (b'%', Some(code)) => {
                out.push(u8::try_from(code).unwrap_or_default());
                at += 2;
            }
            (b'+', _) if plus => out.push(b' '),
            _ => out.push(byte),
        }
    }
    out
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = bytes.get(at..at + count)?;
    digits.iter().try_fold(0, |code, &byte| Some(code << 4 | char::from(byte).to_digit(16)?))
}

/// Escapes of JSON, JavaScript, Python and C: `\u0041`, `\u{41}`, `\x41`, `\n`, `\'`.
pub(super) fn escapes(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut units: Vec<u16> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let unit = (byte == b'\\').then(|| unicode(bytes, at)).flatten();
        if let Some((unit, length)) = unit {
            units.push(unit);
            at += length;
            continue;
        }
        flush(&mut units, &mut out);
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escaped) = bytes.get(at) else { break };
        at += 1;
        match escaped {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'0' => out.push(0),
            b'x' if let Some(code) = digits(bytes, at, 2) => {
                flush(&mut vec![u16::try_from(code).unwrap_or_default()], &mut out);
                at += 2;
            }
            other => out.push(other),
        }
    }
    flush(&mut units, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A unit of UTF-16 behind a backslash, and how many bytes it takes.
fn unicode(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    if bytes.get(at) != Some(&b'u') {
        return None;
    }
    if bytes.get(at + 1) == Some(&b'{') {
        let length = bytes.get(at + 2..)?.iter().take(5).position(|&byte| byte == b'}')?;
        let code = digits(bytes, at + 2, length)?;
        return Some((u16::try_from(code).ok()?, length + 3));
    }
    Some((u16::try_from(digits(bytes, at + 1, 4)?).ok()?, 5))
}

fn flush(units: &mut Vec<u16>, out: &mut Vec<u8>) {
    if !units.is_empty() {
        out.extend_from_slice(String::from_utf16_lossy(units).as_bytes());
        units.clear();
    }
}

/// Character references of HTML: the named ones that matter to any syntax, and all numbers.
pub(super) fn entities(text: &str) -> String {
    const NAMED: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("semi", ';'),
    ];
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let decoded = piece.split_once(';').and_then(|(name, rest)| {
            let code = match name.strip_prefix('#') {
                Some(number) => match number.strip_prefix(['x', 'X']) {
                    Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
                    None => number.parse().ok(),
                }
                .and_then(char::from_u32),
                None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter),
            };
            code.map(|letter| (letter, rest))
        });
        match decoded {
            Some((letter, rest)) => {
                out.push(letter);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(piece);
            }
        }
    }
    out
}
