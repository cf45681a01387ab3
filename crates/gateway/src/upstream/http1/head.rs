//! Heads: the request's as bytes, the answer's from bytes.
use super::{Failure, broken, one_length};
use crate::body::Body;
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
    out.extend_from_slice(request.method().as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    let mut told = false;
    for (name, value) in request.headers() {
        if *name == CONTENT_LENGTH || *name == TRANSFER_ENCODING {
            told = true;
            continue;
        }
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    // RFC 9110, section 8.6: a method that is expected to have a body tells that there is none.
    let expected = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
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
    let mut headers = HeaderMap::with_capacity(answer.headers.len() + 8);
    for field in answer.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(broken)?;
        let value = HeaderValue::from_maybe_shared(all.slice_ref(field.value)).map_err(broken)?;
        headers.append(name, value);
    }
    let framing = framing(&headers, (status, version), asked)?;
    if framing != Framing::Close {
        one_length(&mut headers);
    }
    let keep = framing != Framing::Close && stays(&headers, version);
    let reason = reason.map(|reason| Bytes::copy_from_slice(reason.as_bytes()));
    Ok(Some((Head { status, version, headers, reason, framing, keep }, length)))
}

/// RFC 9112, section 6.3.
fn framing(
    headers: &HeaderMap,
    (status, version): (StatusCode, Version),
    asked: &Method,
) -> Result<Framing, Failure> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let coding = match (codings.next(), codings.next()) {
        (None, _) => None,
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => return Err(broken("`Transfer-Encoding` stands more than once")),
    };
    let mut length = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let given = number(value.as_bytes()).ok_or_else(|| broken("`Content-Length` is no number"))?;
        if length.is_some_and(|length| length != given) {
            return Err(broken("two lengths that differ"));
        }
        length = Some(given);
    }
    if coding.is_some() && length.is_some() {
        return Err(broken("`Content-Length` and `Transfer-Encoding` in one answer"));
    }
    let is_bare = *asked == Method::HEAD
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    match (coding, length) {
        _ if is_bare => Ok(Framing::Length(0)),
        (Some(coding), _) => {
            let is_chunked = coding.as_bytes().eq_ignore_ascii_case(b"chunked");
            if !is_chunked || version != Version::HTTP_11 {
                return Err(broken("a `Transfer-Encoding` other than `chunked`"));
            }
            Ok(Framing::Chunked)
        }
        (None, Some(length)) => Ok(Framing::Length(length)),
        (None, None) => Ok(Framing::Close),
    }
}

/// RFC 9112, section 9.3.
fn stays(headers: &HeaderMap, version: Version) -> bool {
    let mut stays = version == Version::HTTP_11;
    for value in headers.get_all(CONNECTION) {
        for word in value.as_bytes().split(|byte| *byte == b',') {
            if word.trim_ascii().eq_ignore_ascii_case(b"close") {
                return false;
            }
            stays |= word.trim_ascii().eq_ignore_ascii_case(b"keep-alive");
        }
    }
    stays
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
