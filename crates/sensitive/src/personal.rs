//! Personal data: addresses, numbers of people, of their accounts and of their machines.
//!
//! Everything begins where a word does, so one walk over the text finds all of it. What has a check
//! digit must fulfil it; what has none needs a word before it that says what it is.
use std::net::{Ipv4Addr, Ipv6Addr};

use model::Confidence;

use crate::engine::{Detector, Hit};
use crate::view::{At, View, contains};

mod codes;
mod numbers;

/// Bytes after the beginning that are looked at.
pub(crate) const AHEAD_BYTES_MAX: usize = 384;

static EMAIL: Detector = Detector::personal("email", "an e-mail address", 50);
static IP: Detector = Detector::personal("ip-address", "an IP address", 40);
static PRIVATE_IP: Detector =
    Detector::personal("private-ip-address", "an IP address of a private network", 40);

/// Whether personal data may begin with this byte, after the byte before it.
pub(crate) fn may_begin(byte: u8, before: u8) -> bool {
    match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => !before.is_ascii_alphanumeric(),
        b'+' | b'(' | b':' => !before.is_ascii_alphanumeric() && before != byte,
        _ => false,
    }
}

/// Where the next `@` of a text stands, looked for once for all places before it.
#[derive(Debug, Default)]
pub(crate) struct NextAt(usize);

impl NextAt {
    /// Whether an address may have its local part at `at`.
    fn is_near(&mut self, bytes: &[u8], at: usize) -> bool {
        if self.0 < at {
            let found = memchr::memchr(b'@', bytes.get(at..).unwrap_or_default());
            self.0 = found.map_or(usize::MAX, |found| at + found);
        }
        self.0.saturating_sub(at) <= LOCAL_BYTES_MAX
    }
}

/// Whether it is worth asking what begins at `at`: a few bytes tell of most words and small numbers that they are nothing.
///
/// INVARIANT: says yes wherever [`verify`] finds something; a test compares the two.
pub(crate) fn may_be(bytes: &[u8], at: usize, next_at: &mut NextAt) -> bool {
    if next_at.is_near(bytes, at) {
        return true;
    }
    let byte = |ahead: usize| bytes.get(at + ahead).copied().unwrap_or(0);
    let (first, second) = (byte(0), byte(1));
    // The first group of an address of IPv6 has four digits at most.
    let has_colon = || bytes.get(at..).unwrap_or_default().iter().take(5).any(|byte| *byte == b':');
    let has_check_digits = || byte(2).is_ascii_digit() && byte(3).is_ascii_digit();
    match first {
        b'a'..=b'z' => {
            has_check_digits()
                || first.is_ascii_hexdigit() && has_colon()
                || bytes.get(at..at + 3) == Some(b"bc1")
        }
        // Codes of states begin with two capital letters, or with one and a digit.
        b'A'..=b'Z' => {
            second.is_ascii_uppercase()
                || second.is_ascii_digit()
                || matches!(second, b' ' | b'-')
                || has_check_digits()
                || first.is_ascii_hexdigit() && has_colon()
        }
        b'0'..=b'9' => {
            let rest = bytes.get(at..).unwrap_or_default();
            let is_part =
                |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/');
            let digits =
                rest.iter().take_while(is_part).filter(|byte| byte.is_ascii_digit()).take(DIGITS_FEW);
            digits.count() == DIGITS_FEW
                || rest.iter().take(LETTERS_FEW).all(u8::is_ascii_alphanumeric) && rest.len() >= LETTERS_FEW
                || has_colon()
        }
        // An address of IPv6 that begins with zeroes: most colons stand behind a name.
        b':' => second == b':',
        _ => true,
    }
}

/// A number of fewer digits is nobody's, unless it goes on with letters.
const DIGITS_FEW: usize = 4;
/// Symbols of the shortest code of one word.
const LETTERS_FEW: usize = 8;

/// The personal data that begins at `at`.
pub(crate) fn verify(view: &View<'_>, at: At) -> Option<Hit> {
    let byte = view.at(at);
    let code = || codes::verify(view, at);
    let number = || numbers::verify(view, at);
    email(view, at)
        .or_else(|| ip(view, at))
        .or_else(|| if byte.is_ascii_alphanumeric() { code() } else { None })
        .or_else(|| if byte.is_ascii_alphabetic() { None } else { number() })
}

/// Whether one of the words stands shortly before `at`, or right after `end`.
fn says(view: &View<'_>, at: At, words: &[&str]) -> bool {
    let before = view.slice(at.saturating_sub(80)..at);
    words.iter().any(|word| contains(before, word.as_bytes()))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'')
}

/// Bytes before the `@` of an address (RFC 5321 section 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;

fn email(view: &View<'_>, at: At) -> Option<Hit> {
    let before = view.before(at);
    if is_local(before) && before != b'\'' || matches!(before, b'/' | b'=' | b'$' | b'{') {
        return None;
    }
    let local = view.run(at, LOCAL_BYTES_MAX, is_local);
    if view.at(local) != b'@' || view.before(local) == b'.' {
        return None;
    }
    let domain = view.run(local + 1, 253, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let trailing =
        view.slice(local + 1..domain).iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    let end = domain - trailing;
    let (_, top) = split_last(view.slice(local + 1..end), b'.')?;
    const FILES: &[&[u8]] =
        &[b"png", b"jpg", b"svg", b"gif", b"js", b"css", b"git", b"jpeg", b"webp", b"local"];
    let is_top =
        (2..=18).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic) && !FILES.contains(&top);
    let holds_double = view.slice(local + 1..end).windows(2).any(|pair| pair == b"..");
    (is_top && !holds_double && view.at(end) != b'@').then(|| Hit::new(&EMAIL, at..end, Confidence::Certain))
}

fn split_last(text: &[u8], by: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().rposition(|byte| *byte == by)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn ip(view: &View<'_>, at: At) -> Option<Hit> {
    let before = view.before(at);
    if before == b'.'
        || before == b':' && view.at(at) != b':' && view.before(at.saturating_sub(1)).is_ascii_hexdigit()
    {
        return None;
    }
    ipv4(view, at).or_else(|| ipv6(view, at))
}

fn ipv4(view: &View<'_>, at: At) -> Option<Hit> {
    if !view.at(at).is_ascii_digit() || matches!(view.before(at), b'-' | b'_') {
        return None;
    }
    let end = view.run(at, 16, |byte| byte.is_ascii_digit() || byte == b'.');
    let end = if view.before(end) == b'.' { end - 1 } else { end };
    let text = std::str::from_utf8(view.slice(at..end)).ok()?;
    let address: Ipv4Addr = text.parse().ok()?;
    if view.at(end).is_ascii_alphanumeric() || view.at(end) == b'-' || says_version(view, at) {
        return None;
    }
    if is_nobody_v4(address) || text == "255.255.255.0" {
        return None;
    }
    let detector = if address.is_private() { &PRIVATE_IP } else { &IP };
    Some(Hit::new(detector, at..end, Confidence::Likely))
}

/// Addresses that no person and no machine of a person has (RFC 6890): this machine, this network, neighbours on one link,
/// several at once, and those for texts and measurements.
fn is_nobody_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || (first, second, third) == (192, 0, 0)
        || first == 198 && matches!(second, 18 | 19)
}

fn is_nobody_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    match address.to_ipv4_mapped() {
        Some(address) => is_nobody_v4(address),
        None => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unicast_link_local()
                || address.is_multicast()
                || (first, second) == (0x2001, 0x0db8)
                || first == 0x3fff && second < 0x1000
        }
    }
}

fn says_version(view: &View<'_>, at: At) -> bool {
    let line = view.line_before(at, 24);
    contains(line, b"version")
        || contains(line, b"oid")
        || contains(line, b"section")
        || matches!(view.before(at), b'v' | b'V')
}

fn ipv6(view: &View<'_>, at: At) -> Option<Hit> {
    let end = view.run(at, 45, |byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    let end = if view.before(end) == b'.' { end - 1 } else { end };
    let text = view.slice(at..end);
    let groups = text.iter().filter(|byte| **byte == b':').count();
    let double = text.windows(2).any(|pair| pair == b"::");
    if !(groups == 7 || double && groups >= 3) || view.at(end).is_ascii_alphanumeric() {
        return None;
    }
    let address: Ipv6Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    if is_nobody_v6(address) {
        return None;
    }
    let private =
        address.is_unique_local() || address.to_ipv4_mapped().is_some_and(|address| address.is_private());
    Some(Hit::new(if private { &PRIVATE_IP } else { &IP }, at..end, Confidence::Likely))
}
