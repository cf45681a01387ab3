//! The head of a request or an answer.
use super::wire::{HEADERS_MAX, WireError};
use std::fmt;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    None,
    Length(u64),
    Chunked,
    /// An answer without a length: until the connection ends.
    UntilClose,
}

/// Headers in their order, with the names as they came.
#[derive(Clone, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, Vec<u8>)>);

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be tokens.
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Headers that speak of one connection, or that whoever writes a message writes anew (RFC 9110 section 7.6.1).
const CONNECTION: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Headers {
    /// Lines that end with an empty one: trailers.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let mut parsed = [httparse::EMPTY_HEADER; HEADERS_MAX];
        match httparse::parse_headers(bytes, &mut parsed) {
            Ok(httparse::Status::Complete((_, headers))) => Ok(Self::owned(headers)),
            Ok(httparse::Status::Partial) => Err(WireError::Truncated),
            Err(httparse::Error::TooManyHeaders) => Err(WireError::HeadTooLarge),
            Err(_) => Err(WireError::Head("a trailer is malformed")),
        }
    }

    fn owned(headers: &[httparse::Header<'_>]) -> Self {
        Self(headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Those that belong to the message and not to the connection, as lines.
    pub(crate) fn write_end_to_end(&self, out: &mut Vec<u8>) {
        for (name, value) in &self.0 {
            if !CONNECTION.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                line(out, name, value);
            }
        }
    }

    /// All of them as lines, without those that would change framing.
    pub(crate) fn write_trailers(&self, out: &mut Vec<u8>) {
        self.write_end_to_end(out);
    }

    fn framing(&self) -> Result<Option<Framing>, WireError> {
        let mut lengths = self.all("content-length");
        let length = lengths.next();
        if lengths.next().is_some() {
            return Err(WireError::Framing("two lengths"));
        }
        let mut encodings = self.all("transfer-encoding");
        let encoding = encodings.next();
        if encodings.next().is_some() {
            return Err(WireError::Framing("two transfer encodings"));
        }
        match (length, encoding) {
            (Some(_), Some(_)) => Err(WireError::Framing("a length beside chunks")),
            (None, Some(coding)) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Some(Framing::Chunked)),
            (None, Some(_)) => Err(WireError::Framing("a transfer encoding other than `chunked`")),
            (Some(length), None) => {
                if length.is_empty() || length.len() > 18 || !length.iter().all(u8::is_ascii_digit) {
                    return Err(WireError::Framing("the length is not a number"));
                }
                let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok());
                length
                    .map(|length| Some(Framing::Length(length)))
                    .ok_or(WireError::Framing("the length is not a number"))
            }
            (None, None) => Ok(None),
        }
    }
}

pub(crate) fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// A request's or an answer's head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Empty in an answer.
    pub(crate) method: String,
    pub(crate) target: String,
    /// 0 in a request.
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: Headers,
    pub(crate) framing: Framing,
    /// Whether the connection goes on after this message.
    pub(crate) keeps: bool,
}

fn refused(why: httparse::Error) -> WireError {
    match why {
        httparse::Error::TooManyHeaders => WireError::HeadTooLarge,
        httparse::Error::Version => WireError::Head("another version"),
        _ => WireError::Head("a line is malformed"),
    }
}

fn keeps(version: u8, headers: &Headers) -> bool {
    let says = |word: &str| {
        headers.all("connection").any(|value| {
            String::from_utf8_lossy(value).split(',').any(|token| token.trim().eq_ignore_ascii_case(word))
        })
    };
    if version == 0 { says("keep-alive") } else { !says("close") }
}

impl Head {
    pub(crate) fn request(bytes: &[u8]) -> Result<Self, WireError> {
        let mut parsed = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut parsed);
        if !request.parse(bytes).map_err(refused)?.is_complete() {
            return Err(WireError::Truncated);
        }
        let version = request.version.unwrap_or(1);
        let headers = Headers::owned(request.headers);
        if headers.all("host").count() > 1 {
            return Err(WireError::Head("two hosts"));
        }
        let framing = headers.framing()?.unwrap_or(Framing::None);
        if framing == Framing::Chunked && version == 0 {
            return Err(WireError::Framing("chunks in HTTP/1.0"));
        }
        Ok(Self {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            status: 0,
            reason: String::new(),
            keeps: keeps(version, &headers),
            headers,
            framing,
        })
    }

    pub(crate) fn answer(bytes: &[u8]) -> Result<Self, WireError> {
        let mut parsed = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut answer = httparse::Response::new(&mut parsed);
        if !answer.parse(bytes).map_err(refused)?.is_complete() {
            return Err(WireError::Truncated);
        }
        let version = answer.version.unwrap_or(1);
        let status = answer.code.unwrap_or(0);
        let reason = answer.reason.unwrap_or_default().to_owned();
        let headers = Headers::owned(answer.headers);
        let none = status == 204 || status == 304 || (100..200).contains(&status);
        let framing = match headers.framing()? {
            _ if none => Framing::None,
            Some(framing) => framing,
            None => Framing::UntilClose,
        };
        Ok(Self {
            method: String::new(),
            target: String::new(),
            status,
            reason,
            keeps: framing != Framing::UntilClose && keeps(version, &headers),
            headers,
            framing,
        })
    }
}
