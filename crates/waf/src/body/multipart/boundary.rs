//! The `boundary` of a `Content-Type`, taken and refused as ModSecurity does.
use super::is_space;
use crate::body::MultipartFlags;

const HEADER_BYTES_MAX: usize = 1024;
const MEDIA_TYPE: &[u8] = b"multipart/form-data";
const PARAMETER: &[u8] = b"boundary";

/// Why a `Content-Type` gives no boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("no Content-Type")]
    Missing,
    #[error("Content-Type is longer than {HEADER_BYTES_MAX} bytes")]
    Length,
    #[error("Content-Type is not multipart/form-data")]
    MediaType,
    #[error("Content-Type has more than one boundary")]
    Several,
    #[error("Content-Type has no boundary")]
    NoBoundary,
    #[error("the word `boundary` of Content-Type is not in lower case")]
    Case,
    #[error("Content-Type is malformed before or after the word `boundary`")]
    Malformed,
    #[error("the boundary is quoted on one side only")]
    Quote,
    #[error("the boundary is empty")]
    Empty,
    #[error("the boundary holds the word `boundary`")]
    Content,
    #[error("the boundary holds a character that RFC 2046 forbids")]
    Characters,
}

pub(super) fn read<'h>(header: &'h [u8], flags: &mut MultipartFlags) -> Result<&'h [u8], Fault> {
    if header.is_empty() {
        return Err(Fault::Missing);
    }
    if header.len() > HEADER_BYTES_MAX {
        return Err(Fault::Length);
    }
    let (media_type, parameters) = header.split_at_checked(MEDIA_TYPE.len()).ok_or(Fault::MediaType)?;
    if !media_type.eq_ignore_ascii_case(MEDIA_TYPE) {
        return Err(Fault::MediaType);
    }
    if count(header) > 1 {
        return Err(Fault::Several);
    }
    let Some(word) = memchr::memmem::find(parameters, PARAMETER) else {
        return Err(if count(header) > 0 { Fault::Case } else { Fault::NoBoundary });
    };
    let (before, rest) = parameters.split_at(word);
    let mut marks = before.iter().filter(|byte| !is_space(**byte));
    match (marks.next(), marks.next()) {
        (None, _) => raise(flags, MultipartFlags::MISSING_SEMICOLON),
        (Some(b';'), None) => {}
        _ => return Err(Fault::Malformed),
    }
    let rest = rest.get(PARAMETER.len()..).unwrap_or_default();
    let equals = rest.iter().position(|byte| *byte == b'=').ok_or(Fault::Malformed)?;
    let (between, value) = rest.split_at(equals);
    if !between.iter().all(|byte| is_space(*byte)) {
        return Err(Fault::Malformed);
    }
    let value = value.get(1..).unwrap_or_default();
    if !between.is_empty() || value.first().is_some_and(|byte| is_space(*byte)) {
        raise(flags, MultipartFlags::BOUNDARY_WHITESPACE);
    }
    let boundary = unquoted(value, flags)?;
    if count(boundary) != 0 {
        return Err(Fault::Content);
    }
    valid(boundary)
}

fn unquoted<'h>(value: &'h [u8], flags: &mut MultipartFlags) -> Result<&'h [u8], Fault> {
    let inner = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let boundary = match inner {
        Some(inner) => inner,
        None if value.starts_with(b"\"") || value.ends_with(b"\"") => return Err(Fault::Quote),
        None => value,
    };
    if boundary.is_empty() {
        return Err(Fault::Empty);
    }
    if inner.is_some() {
        raise(flags, MultipartFlags::BOUNDARY_QUOTED);
    }
    Ok(boundary)
}

/// A parameter after the boundary is tolerated: some clients write their charset there.
fn valid(boundary: &[u8]) -> Result<&[u8], Fault> {
    if has_valid_characters(boundary) {
        return Ok(boundary);
    }
    let head = boundary.split(|byte| *byte == b';').next().unwrap_or_default();
    if !has_valid_characters(head) {
        return Err(Fault::Characters);
    }
    if head.is_empty() { Err(Fault::Empty) } else { Ok(head) }
}

/// RFC 2046, 5.1.1.
fn has_valid_characters(boundary: &[u8]) -> bool {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+_,-./:=?".contains(byte);
    boundary.iter().all(known) && boundary.last() != Some(&b' ')
}

/// How often the word stands in a text with an equals sign somewhere after it.
fn count(text: &[u8]) -> usize {
    let text = text.to_ascii_lowercase();
    let last_equals = text.iter().rposition(|byte| *byte == b'=').unwrap_or(0);
    memchr::memmem::find_iter(&text, PARAMETER).filter(|at| at + PARAMETER.len() <= last_equals).count()
}

fn raise(flags: &mut MultipartFlags, flag: MultipartFlags) {
    flags.insert(flag);
    flags.insert(MultipartFlags::STRICT_ERROR);
}
