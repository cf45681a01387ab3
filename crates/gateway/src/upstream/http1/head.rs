//! Heads: the request's as bytes, the answer's from bytes.
use super::{Failure, broken};
use crate::body::Body;
use crate::upstream::headers::{self, trimmed};
use crate::upstream::spare;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, StatusCode, Version};
use memchr::memchr;

/// Fields of an answer at most.
const FIELDS_MAX: usize = 100;
/// Fields that most answers do not exceed, with those that we add.
const FIELDS_USUAL: usize = 16;

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
///
/// One pass: names and values are checked where they become names and values. An end of a line without CR is let pass, as RFC
/// 9112, section 2.2 allows; a CR anywhere else is no part of either.
pub(super) fn parse(all: &Bytes, asked: &Method) -> Result<Option<(Head, usize)>, Failure> {
    let mut at = 0;
    let first = loop {
        match line(all, &mut at) {
            Some([]) => {}
            Some(first) => break first,
            None => return Ok(None),
        }
    };
    let (version, status, reason) = status_line(first)?;
    let mut headers = spare::map(FIELDS_USUAL);
    let mut told = Told::default();
    for count in 0.. {
        let field = match line(all, &mut at) {
            Some([]) => break,
            Some(field) => field,
            None => {
                spare::give_map(headers);
                return Ok(None);
            }
        };
        if count == FIELDS_MAX {
            return Err(broken("too many header fields"));
        }
        let colon = memchr(b':', field).ok_or_else(|| broken("a header field without a colon"))?;
        let (name, value) = field.split_at_checked(colon).ok_or_else(|| broken("no header field"))?;
        let name = HeaderName::from_bytes(name).map_err(broken)?;
        let value = trimmed(value.get(1..).unwrap_or_default());
        if told.note(&name, value)? {
            headers.append(name, HeaderValue::from_maybe_shared(all.slice_ref(value)).map_err(broken)?);
        }
    }
    let framing = told.framing((status, version), asked)?;
    let stays = !told.closes && (told.keeps || version == Version::HTTP_11);
    let keep = framing != Framing::Close && stays;
    let usual = status.canonical_reason().map(str::as_bytes);
    let reason = (Some(reason) != usual).then(|| Bytes::copy_from_slice(reason));
    Ok(Some((Head { status, version, headers, reason, framing, keep }, at)))
}

/// The next line, without its end.
fn line<'a>(all: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let rest = all.get(*at..)?;
    let end = memchr(b'\n', rest)?;
    *at += end + 1;
    let line = rest.get(..end)?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// RFC 9112, section 4; the space before a reason that is empty may be missing.
fn status_line(line: &[u8]) -> Result<(Version, StatusCode, &[u8]), Failure> {
    let wrong = || broken("its status line is none");
    let (version, rest) = line.split_at_checked(9).ok_or_else(wrong)?;
    let version = match version {
        b"HTTP/1.1 " => Version::HTTP_11,
        b"HTTP/1.0 " => Version::HTTP_10,
        _ => return Err(wrong()),
    };
    let (status, rest) = rest.split_at_checked(3).ok_or_else(wrong)?;
    let status = StatusCode::from_bytes(status).map_err(broken)?;
    let reason = match rest {
        [] => rest,
        [b' ', reason @ ..] => reason,
        _ => return Err(wrong()),
    };
    if reason.iter().any(|byte| (*byte < 32 && *byte != b'\t') || *byte == 127) {
        return Err(wrong());
    }
    Ok((version, status, reason))
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
