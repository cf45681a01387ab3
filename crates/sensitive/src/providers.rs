//! Keys with a public prefix: one line for each format, and the proof where the provider has one.
use std::ops::Range;

use model::Confidence;

use crate::checksum;
use crate::engine::{Detector, Hit};
use crate::view::{At, View, contains};
use crate::words;

mod table;

/// The symbols of a key after its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbols {
    Alnum,
    /// Small hexadecimal.
    Hex,
    Upper,
    /// RFC 4648: capitals and 2 to 7.
    Base32,
    Base64,
    /// Letters, digits, `-` and `_`.
    Url,
    /// The same, and dots.
    Dotted,
    /// Everything that an address may hold.
    Path,
    Digits,
}

/// What a key of this format must also fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    None,
    /// The last six symbols are a CRC-32 in base 62.
    Crc32,
    /// The first five symbols after the prefix decode to an account's number.
    AwsAccount,
    /// Symbols that stand at a place: `:` in a Telegram token after its digits.
    Holds(&'static str),
    /// CRC-16 at the end of the decoded text (NATS).
    Crc16,
    /// The name before it must hold this word.
    After(&'static str),
    Bech32,
}

/// One format.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) prefix: &'static str,
    symbols: Symbols,
    /// Symbols after the prefix, least and most.
    least: usize,
    most: usize,
    proof: Proof,
    detector: Detector,
}

pub(crate) fn all() -> impl Iterator<Item = &'static Provider> {
    table::PROVIDERS.iter()
}

impl Symbols {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'),
            Self::Path => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'%' | b'=' | b'+' | b'~')
            }
            Self::Digits => byte.is_ascii_digit(),
        }
    }
}

/// Whether a key of this provider begins at the prefix at `here`.
pub(crate) fn verify(view: &View<'_>, here: Range<At>, provider: &'static Provider) -> Option<Hit> {
    let before = view.before(here.start);
    let first = provider.prefix.as_bytes().first().copied().unwrap_or(0);
    let glued = before.is_ascii_alphanumeric() || (before == b'_' && first.is_ascii_alphanumeric());
    if view.slice(here.clone()) != provider.prefix.as_bytes() || glued && !is_escape(view, here.start) {
        return None;
    }
    let end = view.run(here.end, provider.most + 1, |byte| provider.symbols.has(byte));
    let body = view.slice(here.end..end);
    if body.len() < provider.least || body.len() > provider.most {
        return None;
    }
    // A key that ends in the middle of a word is part of something else.
    if provider.least == provider.most && view.at(end).is_ascii_alphanumeric() {
        return None;
    }
    let whole = view.slice(here.start..end);
    let is_example = contains(body, b"example");
    if !is_example && is_dull(body) {
        return None;
    }
    let proven = proven(view, here.start, provider, whole, body)?;
    let confidence = if proven { Confidence::Certain } else { Confidence::Likely };
    let range = if provider.symbols == Symbols::Digits { here.end..end } else { here.start..end };
    Some(Hit { public: provider.prefix.len(), is_example, ..Hit::new(&provider.detector, range, confidence) })
}

/// `\n` before a key is a line's end in a text, not a letter of it; `%3D` likewise.
fn is_escape(view: &View<'_>, at: At) -> bool {
    let two = at.checked_sub(2).map_or(0, |at| view.at(at));
    let three = at.checked_sub(3).map_or(0, |at| view.at(at));
    two == b'\\' || three == b'%'
}

/// Filled with something that is no key: `xxxx`, `0000`, `abcdefgh`, words.
fn is_dull(body: &[u8]) -> bool {
    let half = body.len() / 2;
    let few = words::distinct(body) < 5.min(half.max(3));
    few || words::is_placeholder(body) && body.len() < 60
        || words::longest_run(body, 0) > 6.max(half)
        || words::longest_run(body, 1) > 7.max(half)
        || body.len() >= 20 && words::entropy(body) < 250
}

/// `None` when the proof fails, `Some(true)` when there is one.
fn proven(view: &View<'_>, start: At, provider: &Provider, whole: &[u8], body: &[u8]) -> Option<bool> {
    match provider.proof {
        Proof::None => Some(false),
        // Documents print keys whose checksum is wrong; they look like the real ones to everybody.
        Proof::Crc32 => {
            Some(checksum::ends_with_crc32_base62(body) || checksum::ends_with_crc32_base62(whole))
        }
        Proof::AwsAccount => Some(is_aws_account(body)),
        Proof::Holds(text) => contains(body, text.as_bytes()).then_some(false),
        Proof::Crc16 => ends_with_crc16(whole).then_some(true),
        Proof::After(word) => contains(view.line_before(start, 100), word.as_bytes()).then_some(false),
        Proof::Bech32 => checksum::bech32(&whole.to_ascii_lowercase()).then_some(true),
    }
}

/// Key ids since 2019 hold the account's number: 48 bits in base 32, shifted by one.
fn is_aws_account(body: &[u8]) -> bool {
    const ACCOUNT_MAX: u64 = 999_999_999_999;
    let Some(decoded) = base32(body) else { return false };
    let number = decoded.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (number & 0x7fff_ffff_ff80) >> 7 <= ACCOUNT_MAX
}

fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

/// CRC-16/XMODEM over all but the last two bytes, which hold it, low byte first.
fn ends_with_crc16(text: &[u8]) -> bool {
    let Some(decoded) = base32(text) else { return false };
    let Some((body, sum)) = decoded.split_last_chunk::<2>() else { return false };
    let crc = body.iter().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    });
    crc.to_le_bytes() == *sum
}
