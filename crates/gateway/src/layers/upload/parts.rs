//! Where the files of a multipart body stand (RFC 7578), byte for byte, so that one can be replaced and the rest stays.
//!
//! The body is read twice: by the engine's own reader, which sees what lenient servers see, and here as the standard says, with CRLF
//! and nothing else. Where the two differ the body is in doubt: a server could see another file than the one that was judged.
use std::ops::Range;
use waf::body::{Body, Processor, read};

/// A file of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// The field's name.
    pub(super) field: String,
    /// Its name, or names when `filename*` says another.
    pub(super) names: Vec<String>,
    /// The part's `Content-Type`; empty when there is none.
    pub(super) declared: String,
    /// Its place in the body.
    pub(super) content: Range<usize>,
}

/// Why the files of a body cannot be told for sure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("{0}")]
    Unread(String),
    #[error("two readers would see different files")]
    Ambiguous,
    #[error("a part is encoded (`Content-Transfer-Encoding`); send it as it is")]
    Encoded,
    #[error("a part holds parts of its own; send one part for each file")]
    Nested,
    #[error("there are more than {0} parts")]
    Parts(usize),
}

/// Boundary and delimiter in bytes (RFC 2046, section 5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// The files of a body, in their order.
///
/// # Errors
/// What cannot be read, or read in two ways.
pub(super) fn files(content_type: &str, body: &[u8]) -> Result<Vec<File>, Doubt> {
    let limits = waf::Limits::default();
    let mut whole = Body::default();
    read(Processor::Multipart, content_type.as_bytes(), body, &limits, &mut whole);
    if let Some(error) = whole.error.take() {
        return Err(Doubt::Unread(error));
    }
    let boundary = boundary(content_type).ok_or(Doubt::Ambiguous)?;
    let mut files = Vec::new();
    for (head, content) in parts(boundary, body, limits.parts_max)? {
        files.extend(file(body.get(head).unwrap_or_default(), content)?);
    }
    let seen = whole.file_contents.iter().map(|field| field.value);
    let located = files.iter().map(|file| body.get(file.content.clone()).unwrap_or_default());
    if whole.file_contents.len() == files.len() && seen.eq(located) {
        Ok(files)
    } else {
        Err(Doubt::Ambiguous)
    }
}

/// Replaces files at their places; `changes` in the order of the body.
pub(super) fn replaced(body: &[u8], changes: &[(Range<usize>, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    for (place, content) in changes {
        out.extend_from_slice(body.get(at..place.start).unwrap_or_default());
        out.extend_from_slice(content);
        at = place.end;
    }
    out.extend_from_slice(body.get(at..).unwrap_or_default());
    out
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("boundary=")?;
    let boundary = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => rest.split([';', ' ', '\t', ',']).next()?,
    };
    (!boundary.is_empty() && boundary.len() <= BOUNDARY_BYTES_MAX).then_some(boundary)
}

/// Places of a part's head and of its content.
type Part = (Range<usize>, Range<usize>);

/// The parts of a body, in their order.
fn parts(boundary: &str, body: &[u8], most: usize) -> Result<Vec<Part>, Doubt> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memchr::memmem::Finder::new(delimiter.as_bytes());
    let first = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut at = if body.starts_with(first) {
        first.len()
    } else {
        finder.find(body).ok_or(Doubt::Ambiguous)? + delimiter.len()
    };
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        if !rest.starts_with(b"\r\n") {
            return Err(Doubt::Ambiguous);
        }
        if parts.len() >= most {
            return Err(Doubt::Parts(most));
        }
        let end = finder.find(rest).ok_or(Doubt::Ambiguous)?;
        let part = rest.get(..end).unwrap_or_default();
        let head = memchr::memmem::find(part, b"\r\n\r\n").ok_or(Doubt::Ambiguous)?;
        parts.push((at..at + head + 4, at + head + 4..at + end));
        at += end + delimiter.len();
    }
}

/// What a part's head says; none when it is a field and no file.
fn file(head: &[u8], content: Range<usize>) -> Result<Option<File>, Doubt> {
    // The engine's reader reads the head as a body of one empty part.
    let mut small = b"--x".to_vec();
    small.extend_from_slice(head);
    small.extend_from_slice(b"\r\n--x--\r\n");
    let mut read_part = Body::default();
    let limits = waf::Limits::default();
    read(Processor::Multipart, b"multipart/form-data; boundary=x", &small, &limits, &mut read_part);
    if let Some(error) = read_part.error {
        return Err(Doubt::Unread(error));
    }
    let value_of = |name: &str| {
        let lines = read_part.part_headers.iter();
        let mut values = lines.filter_map(|line| {
            let (own, value) = std::str::from_utf8(line.value).ok()?.split_once(':')?;
            own.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        (values.next().unwrap_or_default(), values.next().is_some())
    };
    let (coding, coding_repeats) = value_of("content-transfer-encoding");
    let is_plain = ["", "7bit", "8bit", "binary"].iter().any(|known| coding.eq_ignore_ascii_case(known));
    if !is_plain || coding_repeats {
        return Err(Doubt::Encoded);
    }
    let (declared, type_repeats) = value_of("content-type");
    if type_repeats {
        return Err(Doubt::Ambiguous);
    }
    if declared.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/")) {
        return Err(Doubt::Nested);
    }
    let Some(first) = read_part.files.at(0) else { return Ok(None) };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let names = read_part.files.iter().map(|field| text(field.value)).collect();
    Ok(Some(File { field: text(first.name), names, declared, content }))
}
