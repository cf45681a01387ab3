//! Signed requests: AWS Signature Version 4, shared-secret schemes of webhooks, HTTP message signatures.
pub mod message;
pub mod sigv4;
pub mod webhook;

use std::borrow::Cow;

/// A request as it came in.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// `https://` and the host as the client named it, without a slash at the end.
    pub origin: &'a str,
    /// As on the wire: percent-encoded, not normalised.
    pub path: &'a str,
    /// As on the wire, without `?`.
    pub query: Option<&'a str>,
    /// In the order of the wire. HTTP/2's `:authority` must stand here as `host`.
    pub headers: &'a [(String, String)],
    /// `None`: not read yet.
    pub body: Option<&'a [u8]>,
}

impl std::fmt::Debug for Request<'_> {
    /// Without query, headers and body: signatures and tokens stand there.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}{}", self.method, self.origin, self.path)
    }
}

impl<'a> Request<'a> {
    /// All values of a header.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The one value of a header: `Ok(None)` without it, `Err` when it stands twice.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&'a str>, Twice> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() { Err(Twice(name)) } else { Ok(first) }
    }
}

/// A header that may stand once stands twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the header `{0}` stands twice")]
pub struct Twice(pub &'static str);

/// Takes `%XX` back; other bytes stay, also `%` without two digits.
pub(crate) fn unescaped(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('%') {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(crate::encode::from_hex);
        if let Some([byte]) = coded.as_deref() {
            bytes.push(*byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    Cow::Owned(bytes)
}
