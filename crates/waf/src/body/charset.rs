//! Bodies and parameters in other character sets than UTF-8.
//!
//! A body in UTF-7, UTF-16, EBCDIC or an escaping charset (ISO-2022) looks harmless to rules that read bytes, and is an attack to a
//! server that honours the declaration. Such a charset is told as an oddity, and rules get the decoded form as well. A charset
//! that is not known here is an error: nobody can say what the server will read.
use super::{Body, shown};
use crate::{Fields, Limits};
use encoding_rs::Encoding;
use std::borrow::Cow;

/// A declared charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, or one whose first 128 bytes are those of ASCII and which rules need not see decoded.
    Plain,
    /// Bytes below 128 may mean something else than in ASCII.
    Coded(Coding),
    Unknown,
}

/// How a charset is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Whatwg(&'static Encoding),
    Utf7,
    /// Code page 037 or 500.
    Ebcdic {
        is_500: bool,
    },
}

impl Charset {
    /// Finds a charset by its label (WHATWG Encoding, 4.2; IANA for the others), in any case.
    #[must_use]
    pub fn of(label: &[u8]) -> Self {
        let label = label.trim_ascii().to_ascii_lowercase();
        match label.as_slice() {
            b"" => return Self::Plain,
            b"utf-7" | b"utf7" | b"unicode-1-1-utf-7" | b"csutf7" | b"x-unicode-2-0-utf-7" => {
                return Self::Coded(Coding::Utf7);
            }
            b"ibm037" | b"cp037" | b"037" | b"ebcdic-cp-us" | b"ebcdic-cp-ca" | b"ebcdic-cp-nl"
            | b"ibm1140" | b"cp1140" => {
                return Self::Coded(Coding::Ebcdic { is_500: false });
            }
            b"ibm500" | b"cp500" | b"500" | b"ebcdic-cp-be" | b"ebcdic-cp-ch" | b"ibm1148" | b"cp1148" => {
                return Self::Coded(Coding::Ebcdic { is_500: true });
            }
            _ => {}
        }
        match Encoding::for_label(&label) {
            // The only one that all browsers and servers read alike, and those of one byte a character.
            Some(encoding) if encoding == encoding_rs::UTF_8 || encoding.is_single_byte() => Self::Plain,
            Some(encoding) if encoding == encoding_rs::REPLACEMENT => Self::Unknown,
            Some(encoding) => Self::Coded(Coding::Whatwg(encoding)),
            None => Self::Unknown,
        }
    }
}

impl Coding {
    /// The text as UTF-8; what cannot be decoded becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Whatwg(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned().into_bytes(),
            Self::Utf7 => utf7(bytes),
            Self::Ebcdic { is_500 } => bytes.iter().flat_map(|byte| ebcdic(*byte, is_500)).collect(),
        }
    }
}

/// The value of `charset` in a `Content-Type`.
#[must_use]
pub fn declared(content_type: &[u8]) -> &[u8] {
    let parameter = content_type.split(|byte| *byte == b';').skip(1).find_map(|part| {
        let part = part.trim_ascii();
        let (name, value) = part.split_at(part.iter().position(|byte| *byte == b'=')?);
        let value = value.get(1..)?.trim_ascii();
        let value = value.strip_prefix(b"\"").map_or(value, |rest| rest.strip_suffix(b"\"").unwrap_or(rest));
        name.trim_ascii().eq_ignore_ascii_case(b"charset").then_some(value)
    });
    parameter.unwrap_or_default()
}

/// Tells a charset that is none of the usual; gives how to decode it.
pub(super) fn judge(label: &[u8], out: &mut Body) -> Option<Coding> {
    match Charset::of(label) {
        Charset::Plain => None,
        Charset::Coded(coding) => {
            out.tell(0, || format!("text in charset `{}`", shown(label)));
            Some(coding)
        }
        Charset::Unknown => {
            out.tell(0, || format!("charset `{}` is not known", shown(label)));
            out.fail(|| format!("charset `{}` is not known", shown(label)));
            None
        }
    }
}

/// The whole text as UTF-8, when its charset or its zero bytes say that it is something else.
pub(super) fn whole<'b>(content_type: &[u8], body: &'b [u8], out: &mut Body) -> Cow<'b, [u8]> {
    if let Some(coding) = judge(declared(content_type), out) {
        return coding.decode(body).into();
    }
    // Readers that guess (Python's `json`, for one) go by the zero bytes of the first two characters.
    let encoding = match body {
        [0xFE, 0xFF, ..] | [0, 1..=0xFF, 0, 1..=0xFF, ..] => encoding_rs::UTF_16BE,
        [0xFF, 0xFE, ..] | [1..=0xFF, 0, 1..=0xFF, 0, ..] => encoding_rs::UTF_16LE,
        _ => return body.into(),
    };
    out.tell(0, || format!("text in charset `{}`, not declared", encoding.name()));
    out.fail(|| format!("text in charset `{}`, not declared", encoding.name()));
    encoding.decode_with_bom_removal(body).0.into_owned().into_bytes().into()
}

/// Adds the decoded form of each argument where it is another.
pub(super) fn arguments(coding: Coding, limits: &Limits, arguments: &mut Fields) {
    let mut decoded = Fields::default();
    for field in arguments.iter() {
        let (name, value) = (coding.decode(field.name), coding.decode(field.value));
        if name != field.name || value != field.value {
            decoded.push(&name, &value);
        }
    }
    for field in decoded.iter().take(limits.arguments_max.saturating_sub(arguments.len())) {
        arguments.push(field.name, field.value);
    }
}

/// RFC 2152, as lenient as its readers are.
fn utf7(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'+' {
            out.push(*first);
            continue;
        }
        let length = after.iter().position(|byte| sextet(*byte).is_none()).unwrap_or(after.len());
        let (coded, tail) = after.split_at(length);
        rest = tail.strip_prefix(b"-").unwrap_or(tail);
        if coded.is_empty() {
            out.push(b'+');
            continue;
        }
        let (mut bits, mut count, mut units) = (0_u32, 0, Vec::with_capacity(length));
        for value in coded.iter().filter_map(|byte| sextet(*byte)) {
            bits = bits << 6 | u32::from(value);
            count += 6;
            if count >= 16 {
                count -= 16;
                units.push((bits >> count) as u16);
                bits &= (1 << count) - 1;
            }
        }
        out.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
    }
    out
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn ebcdic(byte: u8, is_500: bool) -> Vec<u8> {
    let other = CODE_PAGE_500.iter().find(|(from, _)| is_500 && *from == byte).map(|(_, to)| *to);
    let latin1 = other.or_else(|| CODE_PAGE_037.get(usize::from(byte)).copied()).unwrap_or(byte);
    char::from(latin1).to_string().into_bytes()
}

/// Code page 037 to ISO 8859-1.
#[rustfmt::skip]
const CODE_PAGE_037: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9C, 0x09, 0x86, 0x7F, 0x97, 0x8D, 0x8E, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    0x10, 0x11, 0x12, 0x13, 0x9D, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8F, 0x1C, 0x1D, 0x1E, 0x1F,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0A, 0x17, 0x1B, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9A, 0x9B, 0x14, 0x15, 0x9E, 0x1A,
    0x20, 0xA0, 0xE2, 0xE4, 0xE0, 0xE1, 0xE3, 0xE5, 0xE7, 0xF1, 0xA2, 0x2E, 0x3C, 0x28, 0x2B, 0x7C,
    0x26, 0xE9, 0xEA, 0xEB, 0xE8, 0xED, 0xEE, 0xEF, 0xEC, 0xDF, 0x21, 0x24, 0x2A, 0x29, 0x3B, 0xAC,
    0x2D, 0x2F, 0xC2, 0xC4, 0xC0, 0xC1, 0xC3, 0xC5, 0xC7, 0xD1, 0xA6, 0x2C, 0x25, 0x5F, 0x3E, 0x3F,
    0xF8, 0xC9, 0xCA, 0xCB, 0xC8, 0xCD, 0xCE, 0xCF, 0xCC, 0x60, 0x3A, 0x23, 0x40, 0x27, 0x3D, 0x22,
    0xD8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xAB, 0xBB, 0xF0, 0xFD, 0xFE, 0xB1,
    0xB0, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0xAA, 0xBA, 0xE6, 0xB8, 0xC6, 0xA4,
    0xB5, 0x7E, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0xA1, 0xBF, 0xD0, 0xDD, 0xDE, 0xAE,
    0x5E, 0xA3, 0xA5, 0xB7, 0xA9, 0xA7, 0xB6, 0xBC, 0xBD, 0xBE, 0x5B, 0x5D, 0xAF, 0xA8, 0xB4, 0xD7,
    0x7B, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xAD, 0xF4, 0xF6, 0xF2, 0xF3, 0xF5,
    0x7D, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51, 0x52, 0xB9, 0xFB, 0xFC, 0xF9, 0xFA, 0xFF,
    0x5C, 0xF7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0xB2, 0xD4, 0xD6, 0xD2, 0xD3, 0xD5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xB3, 0xDB, 0xDC, 0xD9, 0xDA, 0x9F,
];

/// Where code page 500 differs.
const CODE_PAGE_500: [(u8, u8); 7] =
    [(0x4A, 0x5B), (0x4F, 0x21), (0x5A, 0x5D), (0x5F, 0x5E), (0xB0, 0xA2), (0xBA, 0xAC), (0xBB, 0x7C)];

#[cfg(test)]
mod tests;
