//! Heads: the request's as bytes, the answer's from bytes.
use super::{Failure, broken};
use crate::body::Body;
use crate::upstream::{headers, spare};
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, StatusCode, Version};
use std::mem::MaybeUninit;

/// Fields of an answer at most.
const FIELDS_MAX: usize = 100;

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) version: Version,
    pub(super) headers: HeaderMap,
    /// Where it is not the usual one.
    pub(super) reason: Option<Bytes>,
    pub(super) framing: Framing,
    /// Whether the upstream keeps the connection open after it.
    pub(super) keep: bool,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// Where the connection ends.
    Close,
}

/// Writes the head of a request whose body has so many bytes.
pub(super) fn write(request: &Request<Body>, length: usize, out: &mut Vec<u8>) {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    out.reserve(128 + target.len() + 48 * request.headers().len());
    begin(request.method(), target, out);
    let mut told = false;
    for (name, value) in request.headers() {
        if headers::is_framing(name) {
            told = true;
        } else {
            headers::line(out, (name, value));
        }
    }
    end(request.method(), told, length, out);
}

/// Writes the request line.
pub(super) fn begin(method: &Method, target: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// Writes where the body ends, and the end of the head. `told`: the request named a length.
pub(super) fn end(method: &Method, told: bool, length: usize, out: &mut Vec<u8>) {
    // RFC 9110, section 8.6: a method that is expected to have a body tells that there is none.
    let expected = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
    if length > 0 || told || expected {
        out.extend_from_slice(b"content-length: ");
        out.extend_from_slice(length.to_string().as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// Reads a head; `None`: it is not whole yet. Tells how many bytes it takes.
pub(super) fn parse(all: &Bytes, asked: &Method) -> Result<Option<(Head, usize)>, Failure> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut answer = httparse::Response::new(&mut []);
    let parsed =
        httparse::ParserConfig::default().parse_response_with_uninit_headers(&mut answer, all, &mut fields);
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(broken(error)),
    };
    let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or_else(|| broken("it answered with no status"))?;
    let version = if answer.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    let reason = answer.reason.filter(|reason| Some(*reason) != status.canonical_reason());
    let mut headers = spare::map(answer.headers.len() + 8);
    let mut told = Told::default();
    for field in answer.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(broken)?;
        if told.note(&name, field.value)? {
            let value = HeaderValue::from_maybe_shared(all.slice_ref(field.value)).map_err(broken)?;
            headers.append(name, value);
        }
    }
    let framing = told.framing((status, version), asked)?;
    let stays = !told.closes && (told.keeps || version == Version::HTTP_11);
    let keep = framing != Framing::Close && stays;
    let reason = reason.map(|reason| Bytes::copy_from_slice(reason.as_bytes()));
    Ok(Some((Head { status, version, headers, reason, framing, keep }, length)))
}

/// What the fields say of body and connection, gathered while they are read.
#[derive(Default)]
struct Told<'a> {
    coding: Option<&'a [u8]>,
    length: Option<u64>,
    closes: bool,
    keeps: bool,
}

impl<'a> Told<'a> {
    /// Looks at a field. Tells whether it belongs among the fields of the answer.
    fn note(&mut self, name: &HeaderName, value: &'a [u8]) -> Result<bool, Failure> {
        if *name == TRANSFER_ENCODING {
            if self.coding.replace(value).is_some() {
                return Err(broken("`Transfer-Encoding` stands more than once"));
            }
        } else if *name == CONTENT_LENGTH {
            let given = number(value).ok_or_else(|| broken("`Content-Length` is no number"))?;
            return match self.length.replace(given) {
                None => Ok(true),
                // A length that a message gives twice is told once.
                Some(length) if length == given => Ok(false),
                Some(_) => Err(broken("two lengths that differ")),
            };
        } else if *name == CONNECTION {
            return Ok(self.connection(value));
        }
        Ok(true)
    }

    /// RFC 9112, section 9.3. Tells whether the field says more than whether the connection stays.
    fn connection(&mut self, value: &[u8]) -> bool {
        let mut more = false;
        for word in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            let (closes, keeps) =
                (word.eq_ignore_ascii_case(b"close"), word.eq_ignore_ascii_case(b"keep-alive"));
            self.closes |= closes;
            self.keeps |= keeps;
            // `keep-alive` names the field of that name, which goes no further by itself.
            more |= !(closes || keeps);
        }
        more
    }

    /// RFC 9112, section 6.3.
    fn framing(&self, (status, version): (StatusCode, Version), asked: &Method) -> Result<Framing, Failure> {
        if self.coding.is_some() && self.length.is_some() {
            return Err(broken("`Content-Length` and `Transfer-Encoding` in one answer"));
        }
        let is_bare = *asked == Method::HEAD
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        match (self.coding, self.length) {
            _ if is_bare => Ok(Framing::Length(0)),
            (Some(coding), _) => {
                if !coding.eq_ignore_ascii_case(b"chunked") || version != Version::HTTP_11 {
                    return Err(broken("a `Transfer-Encoding` other than `chunked`"));
                }
                Ok(Framing::Chunked)
            }
            (None, Some(length)) => Ok(Framing::Length(length)),
            (None, None) => Ok(Framing::Close),
        }
    }
}

/// Digits only.
fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 {
        return None;
    }
    value.iter().try_fold(0_u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
