//! Base64, gzip and percent-encoding of event data.
use std::io::Read as _;

/// Base64 (RFC 4648, 4 and 5): either alphabet, padding or none, line breaks between; nothing for any other letter.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut letters = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    for byte in letters.by_ref() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).unwrap_or_default());
        }
    }
    // Six bits left over are a letter too few; behind the first `=` only more of them may stand.
    (held < 6 && letters.all(|byte| byte == b'=')).then_some(out)
}

/// What gzip may not open.
pub(super) enum Inflated {
    Bytes(Vec<u8>),
    TooLarge,
    Broken,
}

/// Gzip (RFC 1952) of at most so many bytes.
pub(super) fn gzip(bytes: &[u8], bytes_max: usize) -> Inflated {
    let mut out = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    match flate2::read::MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut out) {
        Ok(_) if out.len() > bytes_max => Inflated::TooLarge,
        Ok(_) => Inflated::Bytes(out),
        Err(_) => Inflated::Broken,
    }
}

/// Percent-encoding with `+` for a blank, as keys of objects stand in events.
pub(super) fn percent(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |at: usize| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high << 4 | low).unwrap_or_default());
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    out
}

/// Percent-encodes what may not stand in a request target as it is: blanks, control bytes, and these letters.
pub(super) fn encode(text: &str, these: &[u8], out: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        if byte.is_ascii_graphic() && !these.contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
}
