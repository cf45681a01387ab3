//! Secrets that are known by their structure: private keys, tokens that say what they are,
//! addresses with a password, headers, hashes of passwords.
use model::Confidence;

use crate::checksum::base64;
use crate::engine::{Detector, Hit, is_border};
use crate::judge::{self, Random};
use crate::place::Place;
use crate::view::{AHEAD_BYTES_MAX, At, View, contains};
use crate::words;
use std::ops::Range;

/// What begins at a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Pem,
    Jwt,
    Url,
    Basic,
    Bearer,
    IdentifiedBy,
    Hash,
    Curl,
    Jwk,
    Kubernetes,
    Putty,
}

impl Shape {
    /// Whether one look reads so far that what begins inside of it must not be looked at again.
    pub(crate) fn reads_far(self) -> bool {
        matches!(self, Self::Jwk | Self::Kubernetes | Self::Putty | Self::Curl)
    }
}

pub(crate) const BEGINNINGS: &[(&str, Shape)] = &[
    ("-----BEGIN ", Shape::Pem),
    ("eyJ", Shape::Jwt),
    ("://", Shape::Url),
    ("basic ", Shape::Basic),
    ("bearer ", Shape::Bearer),
    ("identified by ", Shape::IdentifiedBy),
    ("$apr1$", Shape::Hash),
    ("$2a$", Shape::Hash),
    ("$2b$", Shape::Hash),
    ("$2y$", Shape::Hash),
    ("$6$", Shape::Hash),
    ("$5$", Shape::Hash),
    ("{ssha}", Shape::Hash),
    ("curl ", Shape::Curl),
    ("\"kty\"", Shape::Jwk),
    ("kind: secret", Shape::Kubernetes),
    ("putty-user-key-file-", Shape::Putty),
];

static PRIVATE_KEY: Detector = Detector::secret("private-key", "a private key", 90);
static JWT: Detector = Detector::secret("jwt", "a signed token (JWT)", 80);
static URL_PASSWORD: Detector = Detector::secret("url-password", "a password in an address", 70);
static BASIC: Detector = Detector::secret("basic-auth", "a name and password in base 64", 70);
static BEARER: Detector = Detector::secret("bearer-token", "a bearer token", 40);
static SQL: Detector = Detector::secret("password", "a password", 50);
static HASH: Detector = Detector::secret("password-hash", "the hash of a password", 60);
static JWK: Detector = Detector::secret("private-key", "a private key (JWK)", 80);
static KUBERNETES: Detector = Detector::secret("kubernetes-secret", "a value of a Kubernetes secret", 60);

/// Looks at what begins at `here`, the place of the trigger.
pub(crate) fn verify(view: &View<'_>, here: Range<At>, shape: Shape, place: Place, hits: &mut Vec<Hit>) {
    match shape {
        Shape::Pem => hits.extend(pem(view, here)),
        Shape::Jwt => hits.extend(jwt(view, here.start)),
        Shape::Url => hits.extend(url(view, here)),
        Shape::Basic => hits.extend(basic(view, here)),
        Shape::Bearer => hits.extend(bearer(view, here.end)),
        Shape::IdentifiedBy => hits.extend(identified_by(view, here.end)),
        Shape::Hash => hits.extend(hash(view, here)),
        Shape::Curl => hits.extend(curl(view, here.end)),
        Shape::Jwk => hits.extend(jwk(view, here)),
        Shape::Kubernetes if place.syntax != crate::Syntax::Code => kubernetes(view, here, hits),
        Shape::Kubernetes => {}
        Shape::Putty => hits.extend(putty(view, here)),
    }
}

pub(crate) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

pub(crate) fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A private key, over lines or in one with `\n`. One that a passphrase protects is none.
fn pem(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    let label_end = view.run(here.end, 40, |byte| byte.is_ascii_uppercase() || byte == b' ');
    let label = view.slice(here.end..label_end);
    if !view.has(label_end, b"-----") && !view.has(label_end, b" BLOCK-----") {
        return None;
    }
    if !label.windows(11).any(|part| part == b"PRIVATE KEY") || label.starts_with(b"ENCRYPTED") {
        return None;
    }
    let body = label_end + 5;
    let end = view.find(body, AHEAD_BYTES_MAX, b"-----");
    let text = view.slice(body..end.unwrap_or(view.len()));
    let lead = text.get(..text.len().min(400)).unwrap_or_default();
    if contains(lead, b"proc-type: 4,encrypted") || lead.windows(3).any(|part| part == b"...") {
        return None;
    }
    let is_made = lead.iter().any(|byte| matches!(byte, b'(' | b'$' | b';' | b'<' | b'`'));
    let symbols = lead.iter().filter(|byte| is_base64(**byte)).count();
    let whole = end.is_some_and(|end| view.has(end, b"-----END "));
    if is_made || words::distinct(lead) < 6 || (symbols < 64 && !whole) || symbols < 3 {
        return None;
    }
    let stop = if whole { end? + 5 } else { body + lead.len() };
    let stop = if whole { view.run(stop, 60, |byte| byte != b'-' && byte != b'\n') } else { stop };
    let stop = if whole { view.run(stop, 5, |byte| byte == b'-') } else { stop };
    let confidence = if symbols >= 64 { Confidence::Certain } else { Confidence::Possible };
    Some(Hit::new(&PRIVATE_KEY, here.start..stop, confidence))
}

/// The private half of a PuTTY key file that no passphrase protects.
fn putty(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    const HEAD_BYTES_MAX: usize = 8 << 10;
    const LINES: &[u8] = b"Private-Lines: ";
    let lines = view.find(here.end, HEAD_BYTES_MAX, LINES)?;
    view.find(here.end, lines - here.end, b"Encryption: none")?;
    let is_break = |byte: u8| matches!(byte, b'\r' | b'\n');
    let start = view.run(lines + LINES.len(), 8, |byte| byte.is_ascii_digit() || is_break(byte));
    let end = view.run(start, HEAD_BYTES_MAX, |byte| is_base64(byte) || is_break(byte));
    (end - start >= 40).then(|| Hit::new(&PRIVATE_KEY, start..end, Confidence::Likely))
}

/// Three parts of which the first is a header that names an algorithm. One of five parts is encrypted: it
/// shows nothing, and most are messages rather than keys to something.
fn jwt(view: &View<'_>, start: At) -> Option<Hit> {
    const PART_BYTES_MAX: usize = 8 << 10;
    if !view.has(start, b"eyJ") || is_base64url(view.before(start)) {
        return None;
    }
    let header_end = view.run(start, 2048, is_base64url);
    if view.at(header_end) != b'.' || !view.has(header_end + 1, b"eyJ") && !view.has(header_end + 1, b"..") {
        return None;
    }
    let header = base64(view.slice(start..header_end), 2048)?;
    let payload_end = view.run(header_end + 1, PART_BYTES_MAX, is_base64url);
    let payload = base64(view.slice(header_end + 1..payload_end), PART_BYTES_MAX)?;
    let says =
        contains(&header, b"\"alg\"") || contains(&header, b"\"typ\"") || contains(&header, b"\"kid\"");
    if !says || !payload.starts_with(b"{\"") {
        return None;
    }
    if view.at(payload_end) != b'.' {
        return None;
    }
    let end = view.run(payload_end + 1, 2048, is_base64url);
    let signed = end - payload_end > 16;
    let confidence = if signed { Confidence::Certain } else { Confidence::Possible };
    signed.then(|| Hit { public: 3, ..Hit::new(&JWT, start..end, confidence) })
}

/// `scheme://name:password@host`.
fn url(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    let scheme = view
        .run_back(here.start, 32, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if here.start - scheme < 2 {
        return None;
    }
    let user_end = view.run(here.end, 128, |byte| is_userinfo(byte) && byte != b':');
    if view.at(user_end) != b':' {
        return None;
    }
    let end = view.run(user_end + 1, 256, |byte| is_userinfo(byte) || byte == b':');
    if view.at(end) != b'@'
        || !(view.at(end + 1).is_ascii_alphanumeric()
            || matches!(view.at(end + 1), b'[' | b'$' | b'<' | b'{'))
    {
        return None;
    }
    let (user, password) = (view.slice(here.end..user_end), view.slice(user_end + 1..end));
    let host_end =
        view.run(end + 1, 128, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let host = view.slice(end + 1..host_end);
    let confidence = judge::url_password(user, password, host)?;
    Some(Hit::new(&URL_PASSWORD, user_end + 1..end, confidence))
}

fn is_userinfo(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'/' | b'@'
                | b'"'
                | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'\\'
                | b'?'
                | b'('
                | b')'
                | b'|'
                | b','
                | b'{'
                | b'}'
                | b'['
                | b']'
        )
        || byte >= 0x80
}

/// `Basic` and a name and password in base 64.
fn basic(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    if !is_border(view.before(here.start)) {
        return None;
    }
    let start = view.skip_blanks(here.end, 4);
    let end = view.run(start, 512, is_base64);
    let decoded = base64(view.slice(start..end), 512)?;
    is_name_and_password(&decoded).then(|| Hit::new(&BASIC, start..end, Confidence::Likely))
}

/// `name:password` in printable symbols.
pub(crate) fn is_name_and_password(decoded: &[u8]) -> bool {
    let Some(split) = decoded.iter().position(|byte| *byte == b':') else { return false };
    let password = decoded.get(split + 1..).unwrap_or_default();
    let printable = decoded.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ' || *byte >= 0xa0);
    decoded.len() >= 5 && printable && !password.is_empty() && (split > 0 || password.len() > 7)
}

/// `Bearer` and something random.
fn bearer(view: &View<'_>, from: At) -> Option<Hit> {
    let start = view.skip_blanks(from, 4);
    let end =
        view.run(start, 2048, |byte| is_base64url(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'='));
    let value = view.slice(start..end);
    if value.len() < 12 || words::is_placeholder(value) || judge::random(value) < Random::Likely {
        return None;
    }
    Some(Hit::new(&BEARER, start..end, Confidence::Likely))
}

/// SQL's `IDENTIFIED BY 'password'`.
fn identified_by(view: &View<'_>, from: At) -> Option<Hit> {
    let start = view.skip_blanks(from, 4);
    let start = if view.has_any_case(start, b"password ") { view.skip_blanks(start + 9, 4) } else { start };
    let start = if view.at(start) == b'\\' { start + 1 } else { start };
    let quote = view.at(start);
    if !matches!(quote, b'\'' | b'"') {
        return None;
    }
    let end = view.run(start + 1, 128, |byte| byte != quote && !matches!(byte, b'\n' | b'\\'));
    let value = view.slice(start + 1..end);
    let fits = value.len() >= 4
        && !words::is_placeholder(value)
        && !value.contains(&b' ')
        && !judge::is_dummy(value);
    fits.then(|| Hit::new(&SQL, start + 1..end, Confidence::Likely))
}

/// A line of `.htpasswd` or `/etc/shadow`.
fn hash(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    let name = view.run_back(here.start.checked_sub(1)?, 64, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@')
    });
    let begins = matches!(view.before(name), 0 | b'\n' | b'\r' | b'"' | b'\'' | b' ' | b'=');
    if view.before(here.start) != b':' || name + 1 >= here.start || !begins {
        return None;
    }
    let end = view.run(here.end, 128, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'.' | b'/' | b'+' | b'=')
    });
    let rest = view.slice(here.end..end);
    (rest.len() >= 20 && words::distinct(rest) > 8)
        .then(|| Hit::new(&HASH, here.start..end, Confidence::Likely))
}

/// `curl -u name:password`.
fn curl(view: &View<'_>, from: At) -> Option<Hit> {
    const LINE_BYTES_MAX: usize = 400;
    let line_end = view.run(from, LINE_BYTES_MAX, |byte| byte != b'\n');
    let line = view.slice(from..line_end);
    let flag = [&b"-u "[..], b"--user ", b"-u\""].into_iter().find_map(|flag| {
        let at = line.windows(flag.len()).position(|part| part == flag)?;
        let before = at.checked_sub(1).and_then(|at| line.get(at)).copied().unwrap_or(b' ');
        (before == b' ').then_some(from + at + flag.len() - usize::from(flag.ends_with(b"\"")))
    })?;
    let start = view.run(flag, 3, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\'));
    let name_end = view.run(start, 64, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'+')
    });
    if view.at(name_end) != b':' {
        return None;
    }
    let end = view.run(name_end + 1, 128, |byte| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')
    });
    let value = view.slice(name_end + 1..end);
    let fits = value.len() >= 4 && !words::is_placeholder(value) && !judge::is_dummy(value);
    let fits = fits && !matches!(value.first(), Some(b'$' | b'<' | b'/'));
    fits.then(|| Hit::new(&SQL, name_end + 1..end, Confidence::Likely))
}

/// The private part of a JSON Web Key: `d` of a pair, `k` of a shared one.
fn jwk(view: &View<'_>, here: Range<At>) -> Option<Hit> {
    const OBJECT_BYTES_MAX: usize = 3 << 10;
    let before = view.slice(here.start.saturating_sub(200)..here.start);
    let opened =
        before.iter().rposition(|byte| *byte == b'{').map_or(here.start, |at| here.start - before.len() + at);
    let closed = view.run(here.end, OBJECT_BYTES_MAX, |byte| byte != b'}');
    let object = opened..closed;
    [&b"\"d\""[..], b"\"k\""].into_iter().find_map(|name| {
        let at = view.find(object.start, object.len(), name)? + name.len();
        let start = view.run(at, 6, |byte| matches!(byte, b' ' | b':' | b'"' | b'\n'));
        let end = view.run(start, 1024, is_base64url);
        let value = view.slice(start..end);
        (value.len() >= 16 && view.at(end) == b'"').then(|| Hit::new(&JWK, start..end, Confidence::Certain))
    })
}

/// The values under `data:` of a Kubernetes secret.
fn kubernetes(view: &View<'_>, here: Range<At>, hits: &mut Vec<Hit>) {
    const DOCUMENT_BYTES_MAX: usize = 8 << 10;
    const VALUES_MAX: usize = 64;
    let end = view
        .find(here.end, DOCUMENT_BYTES_MAX, b"\n---")
        .unwrap_or((here.end + DOCUMENT_BYTES_MAX).min(view.len()));
    let Some(data) = view.find(here.end, end - here.end, b"\ndata:") else { return };
    let mut at = data + 6;
    for _ in 0..VALUES_MAX {
        let line_end = view.run(at, 8192, |byte| byte != b'\n');
        let next = line_end + 1;
        if next >= end || !matches!(view.at(next), b' ' | b'#' | b'\n') {
            return;
        }
        at = next;
        let name_end = view.run(view.skip_blanks(next, 16), 64, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
        });
        if view.at(name_end) != b':' {
            continue;
        }
        let start = view.run(name_end + 1, 4, |byte| matches!(byte, b' ' | b'"' | b'\''));
        let stop = view.run(start, 4096, is_base64);
        let value = view.slice(start..stop);
        let decoded = base64(value, 4096).unwrap_or_default();
        if contains(&decoded, b"certificate-----") || judge::is_dummy(&decoded) {
            continue;
        }
        if value.len() >= 8
            && value.len().is_multiple_of(4)
            && decoded.iter().all(|byte| (0x20..0x7f).contains(byte) || matches!(byte, b'\n' | b'\r' | b'\t'))
        {
            hits.push(Hit::new(&KUBERNETES, start..stop, Confidence::Likely));
        }
    }
}
