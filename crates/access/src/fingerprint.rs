//! Fingerprints of TLS clients: JA4, computed from the `ClientHello` as its specification says (FoxIO's JA4 for TLS clients, the part
//! under the BSD licence: <https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md>).
//!
//! A fingerprint says which program (library and settings) a client is, not who it is: many clients share one, and a program can
//! imitate another. It is good for lists and limits of tools that change their address, not for proof.
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::Write as _;

/// Bytes of a `ClientHello` at most; what is longer has no fingerprint, and no TLS library accepts it either.
pub const HELLO_BYTES_MAX: usize = 0xffff;
/// Bytes of a fingerprint that a proxy tells at most.
pub const TEXT_BYTES_MAX: usize = 64;

const SERVER_NAME: u16 = 0x0000;
const SIGNATURE_ALGORITHMS: u16 = 0x000d;
const ALPN: u16 = 0x0010;
const SUPPORTED_VERSIONS: u16 = 0x002b;

/// Picks the `ClientHello` out of the bytes that a client sends, piece by piece. Each byte is looked at once.
#[derive(Debug, Default)]
pub struct Reader {
    /// The record header that has only begun.
    head: Vec<u8>,
    /// Bytes of the record under way that have not come.
    left: usize,
    message: Vec<u8>,
    done: bool,
}

impl Reader {
    /// Takes the next bytes. `Some`: the end, with the fingerprint where the bytes were a `ClientHello`.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<Option<String>> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.done {
            if self.left == 0 {
                let (first, after) = rest.split_first()?;
                self.head.push(*first);
                rest = after;
                // RFC 8446, section 5.1: type, version, length.
                let [kind, _, _, high, low] = *self.head.as_slice() else { continue };
                self.left = usize::from(u16::from_be_bytes([high, low]));
                self.head.clear();
                if kind != 22 || self.left == 0 {
                    return self.end(None);
                }
                continue;
            }
            let (piece, after) = rest.split_at_checked(self.left.min(rest.len()))?;
            self.message.extend_from_slice(piece);
            self.left -= piece.len();
            rest = after;
            // RFC 8446, section 4: kind, length in 24 bits.
            let Some([kind, one, two, three]) = self.message.first_chunk() else { continue };
            let length = u32::from_be_bytes([0, *one, *two, *three]) as usize;
            if *kind != 1 || length > HELLO_BYTES_MAX {
                return self.end(None);
            }
            if let Some(hello) = self.message.get(4..4 + length) {
                let found = ja4(hello);
                return self.end(found);
            }
        }
        if self.done { Some(None) } else { None }
    }

    fn end(&mut self, found: Option<String>) -> Option<Option<String>> {
        self.done = true;
        self.message = Vec::new();
        Some(found)
    }
}

/// The JA4 of a `ClientHello` (RFC 8446, section 4.1.2: the message without the four bytes before it); `None`: it cannot be read.
#[must_use]
pub fn ja4(hello: &[u8]) -> Option<String> {
    let hello = Hello::read(hello)?;
    let mut text = String::with_capacity(36);
    let (ciphers, extensions) = (hello.ciphers.len().min(99), hello.extensions.len().min(99));
    let name = if hello.extensions.contains(&SERVER_NAME) { 'd' } else { 'i' };
    write!(text, "t{}{name}{ciphers:02}{extensions:02}", version(hello.version)).ok()?;
    text.extend(hello.alpn);
    let mut sorted = hello.ciphers;
    sorted.sort_unstable();
    write!(text, "_{}", hash(&list(&sorted))).ok()?;
    let mut sorted: Vec<u16> =
        hello.extensions.iter().copied().filter(|kind| ![SERVER_NAME, ALPN].contains(kind)).collect();
    sorted.sort_unstable();
    let mut third = list(&sorted);
    if !hello.signatures.is_empty() {
        third.push('_');
        third.push_str(&list(&hello.signatures));
    }
    write!(text, "_{}", hash(&third)).ok()?;
    Some(text)
}

/// Whether a text may be a fingerprint that a proxy tells: printable and short.
#[must_use]
pub fn is_fingerprint(text: &str) -> bool {
    !text.is_empty() && text.len() <= TEXT_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What the fingerprint is made of; without GREASE (RFC 8701).
#[derive(Debug)]
struct Hello {
    version: u16,
    ciphers: Vec<u16>,
    /// In the order of the message.
    extensions: Vec<u16>,
    signatures: Vec<u16>,
    alpn: [char; 2],
}

impl Hello {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut version = number(&mut rest)?;
        take(&mut rest, 32)?;
        short(&mut rest)?;
        let ciphers = numbers(long(&mut rest)?);
        short(&mut rest)?;
        let mut hello =
            Self { version, ciphers, extensions: Vec::new(), signatures: Vec::new(), alpn: ['0', '0'] };
        // SSL 3.0 and early TLS: a message without extensions.
        let mut extensions = if rest.is_empty() { rest } else { long(&mut rest)? };
        while !extensions.is_empty() {
            let kind = number(&mut extensions)?;
            let mut data = long(&mut extensions)?;
            if is_grease(kind) {
                continue;
            }
            hello.extensions.push(kind);
            match kind {
                SUPPORTED_VERSIONS => {
                    let highest = short(&mut data).map(numbers).and_then(|list| list.into_iter().max());
                    version = highest.unwrap_or(version);
                }
                SIGNATURE_ALGORITHMS => {
                    hello.signatures = long(&mut data).map(numbers).unwrap_or_default();
                }
                ALPN => {
                    let first = long(&mut data).and_then(|mut names| short(&mut names));
                    hello.alpn = first.map_or(['0', '0'], ends);
                }
                _ => {}
            }
        }
        hello.version = version;
        Some(hello)
    }
}

/// The first and the last character of a protocol's name; of its hexadecimal form where one of them is no letter and no digit.
fn ends(name: &[u8]) -> [char; 2] {
    let (Some(first), Some(last)) = (name.first(), name.last()) else { return ['0', '0'] };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(*first), char::from(*last)];
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 15)]
}

fn version(number: u16) -> &'static str {
    match number {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    }
}

/// RFC 8701: `0x0a0a`, `0x1a1a` and so on.
fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

/// Numbers as a list in hexadecimal.
fn list(numbers: &[u16]) -> String {
    let mut text = String::with_capacity(numbers.len() * 5);
    for number in numbers {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing into a string does not fail.
        let _written = write!(text, "{comma}{number:04x}");
    }
    text
}

/// The first twelve digits of a text's SHA-256; zeros for nothing.
fn hash(text: &str) -> String {
    if text.is_empty() {
        return "0".repeat(12);
    }
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(6).fold(String::new(), |mut out, byte| {
        let _written = write!(out, "{byte:02x}");
        out
    })
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

/// A vector with a length of one byte.
fn short<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(rest, 1)?.first().copied()?;
    take(rest, usize::from(length))
}

/// A vector with a length of two bytes.
fn long<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)?;
    take(rest, usize::from(length))
}

/// Numbers of two bytes, without GREASE.
fn numbers(bytes: &[u8]) -> Vec<u16> {
    let pairs = bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk());
    pairs.map(|pair| u16::from_be_bytes(*pair)).filter(|number| !is_grease(*number)).collect()
}

#[cfg(test)]
mod tests;
