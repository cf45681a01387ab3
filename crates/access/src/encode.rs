//! Base64, hexadecimal and digests, in the strict forms that security tokens use.
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Base64url without padding (RFC 7515, section 2).
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; white space, padding and set trailing bits are refused, so each value has one form.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Base64 with padding (RFC 4648, section 4).
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads base64 with padding.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// One hexadecimal digit of each half.
fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
}

/// Lowercase hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).collect()
}

/// Reads hexadecimal of either case.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()) {
        *to = *from;
    }
    hash
}

/// `%XX` for everything but letters, digits, `-`, `.`, `_`, `~` (RFC 3986, section 2.3).
#[must_use]
pub fn percent(text: &str) -> String {
    percent_but(text, b"")
}

/// The same, with further bytes that stay.
#[must_use]
pub fn percent_but(text: &str, kept: &[u8]) -> String {
    percent_with(text.as_bytes(), kept)
}

/// The same for bytes that are no text.
#[must_use]
pub fn percent_bytes(bytes: &[u8]) -> String {
    percent_with(bytes, b"")
}

fn percent_with(bytes: &[u8], kept: &[u8]) -> String {
    let mut coded = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            coded.push(char::from(*byte));
        } else {
            coded.push('%');
            coded.extend(digits(*byte).map(|digit| digit.to_ascii_uppercase()));
        }
    }
    coded
}

/// A form body (`application/x-www-form-urlencoded`).
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        text.append_pair(name, value);
    }
    text.finish().into_bytes()
}
