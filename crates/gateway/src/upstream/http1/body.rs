//! The body of an answer: whole where it has come with its head, else read by whoever takes it.
use super::head::{Framing, Head};
use super::{Connection, READ_BYTES, READ_BYTES_MAX, pause};
use crate::body::{Body, BodyError};
use crate::upstream::{Address, pool};
use bytes::{Buf as _, Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HOST, TRAILER, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Frame, SizeHint};
use memchr::memchr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::time::Instant;

/// Bytes of the line before a chunk.
const CHUNK_LINE_BYTES_MAX: usize = 4 << 10;
/// Bytes of all trailers together.
const TRAILER_BYTES_MAX: usize = 16 << 10;
/// Trailers.
const TRAILERS_MAX: usize = 64;

/// The answer, with its body. A connection that can be used again goes back as soon as the body is whole.
pub(super) fn answer(
    connection: Box<Connection>,
    address: &Arc<Address>,
    (head, rest): (Head, Bytes),
    reusable: bool,
) -> Response<Body> {
    let body = match head.framing {
        Framing::Length(length) if rest.len() as u64 >= length => {
            let whole = usize::try_from(length).map_or_else(|_| rest.clone(), |length| rest.slice(..length));
            if reusable && rest.len() as u64 == length {
                pool::rest(address, connection);
            }
            if whole.is_empty() { Body::Empty } else { Body::Full(whole) }
        }
        framing => {
            let decoder = Decoder::new(framing);
            let mut connection = connection;
            connection.read = rest.into();
            let address = Arc::clone(address);
            Body::stream(Reader { decoder, connection: Some(connection), address, reusable, late: None })
        }
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = head.status;
    *answer.version_mut() = head.version;
    *answer.headers_mut() = head.headers;
    if let Some(Ok(reason)) = head.reason.map(hyper::ext::ReasonPhrase::try_from) {
        answer.extensions_mut().insert(reason);
    }
    answer
}

/// A body that is read while it is taken.
struct Reader {
    decoder: Decoder,
    /// Taken away at the end.
    connection: Option<Box<Connection>>,
    address: Arc<Address>,
    reusable: bool,
    /// When a pause that lasts now is too long.
    late: Option<Instant>,
}

impl Reader {
    /// The body has ended where its framing says.
    fn end(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && self.reusable
            && connection.read.is_empty()
        {
            connection.used = crate::clock::instant();
            pool::rest(&self.address, connection);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut most = READ_BYTES;
        while let Some(connection) = &mut self.connection {
            match self.decoder.next(&mut connection.read)? {
                Piece::Data(data) => {
                    if self.decoder.is_done() {
                        self.end();
                    }
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Piece::End(trailers) => {
                    self.end();
                    return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
                }
                Piece::More => {}
            }
            match connection.fill(cx, most) {
                Poll::Ready(Ok(0)) if self.decoder.framing == Framing::Close => {
                    self.connection = None;
                    return Poll::Ready(None);
                }
                Poll::Ready(Ok(0)) => return Poll::Ready(Some(Err(wrong("it closed in the middle")))),
                Poll::Ready(Ok(read)) => {
                    self.late = None;
                    most = if read == most { (most * 2).min(READ_BYTES_MAX) } else { READ_BYTES };
                }
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Some(Err(BodyError::Broken(error.to_string()))));
                }
                Poll::Pending => {
                    let late = *self.late.get_or_insert_with(|| Instant::now() + pause(&self.address));
                    ready!(connection.late(cx, late));
                    return Poll::Ready(Some(Err(BodyError::Slow)));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl http_body::Body for Reader {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = self.poll(cx);
        if let Poll::Ready(Some(Err(_))) = &polled {
            self.connection = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.connection.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.decoder.framing {
            Framing::Length(left) => SizeHint::with_exact(left),
            Framing::Chunked | Framing::Close => SizeHint::default(),
        }
    }
}

fn wrong(text: &str) -> BodyError {
    BodyError::Broken(text.to_owned())
}

/// What comes next of a body.
#[derive(Debug)]
pub(super) enum Piece {
    Data(Bytes),
    /// With trailers, where there are any.
    End(Option<HeaderMap>),
    /// More must be read first.
    More,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// Before its size.
    Line,
    /// So many bytes of it are left.
    Data(u64),
    /// Before the CRLF after it.
    End,
    Trailers,
}

/// Takes a body apart as its framing says.
#[derive(Debug)]
pub(super) struct Decoder {
    /// With the bytes that are left.
    pub(super) framing: Framing,
    chunk: Chunk,
}

impl Decoder {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, chunk: Chunk::Line }
    }

    /// Whether nothing can follow.
    pub(super) fn is_done(&self) -> bool {
        self.framing == Framing::Length(0)
    }

    /// The next piece of what was read.
    pub(super) fn next(&mut self, read: &mut BytesMut) -> Result<Piece, BodyError> {
        match &mut self.framing {
            Framing::Length(0) => Ok(Piece::End(None)),
            _ if read.is_empty() => Ok(Piece::More),
            Framing::Close => Ok(Piece::Data(read.split().freeze())),
            Framing::Length(left) => Ok(Piece::Data(take(read, left))),
            Framing::Chunked => self.chunked(read),
        }
    }

    /// RFC 9112, section 7.1.
    fn chunked(&mut self, read: &mut BytesMut) -> Result<Piece, BodyError> {
        loop {
            match &mut self.chunk {
                Chunk::Line => {
                    let Some(size) = chunk_line(read)? else { return Ok(Piece::More) };
                    self.chunk = if size == 0 { Chunk::Trailers } else { Chunk::Data(size) };
                }
                Chunk::Data(_) if read.is_empty() => return Ok(Piece::More),
                Chunk::Data(left) => {
                    let data = take(read, left);
                    if *left == 0 {
                        self.chunk = Chunk::End;
                    }
                    return Ok(Piece::Data(data));
                }
                Chunk::End => {
                    let Some(end) = read.get(..2) else { return Ok(Piece::More) };
                    if end != b"\r\n" {
                        return Err(wrong("a chunk does not end where it should"));
                    }
                    read.advance(2);
                    self.chunk = Chunk::Line;
                }
                Chunk::Trailers => return trailers(read),
            }
        }
    }
}

fn take(read: &mut BytesMut, left: &mut u64) -> Bytes {
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(read.len());
    *left -= length as u64;
    read.split_to(length).freeze()
}

/// The size of the next chunk, once its line is there.
fn chunk_line(read: &mut BytesMut) -> Result<Option<u64>, BodyError> {
    let found = memchr(b'\n', read);
    // However it comes: a line is as long in one read as in many.
    if found.unwrap_or(read.len()) > CHUNK_LINE_BYTES_MAX {
        return Err(wrong("a chunk's line is too long"));
    }
    let Some(end) = found else { return Ok(None) };
    let line = read.split_to(end + 1);
    size(&line).map(Some).ok_or_else(|| wrong("a chunk has no size"))
}

/// The size of a chunk; its extensions are not handed on.
fn size(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\r\n")?;
    let end = memchr(b';', line).unwrap_or(line.len());
    let (digits, extension) = line.split_at_checked(end)?;
    let digits = digits.trim_ascii_end();
    if digits.is_empty() || digits.len() > 15 || memchr(b'\r', extension).is_some() {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |size: u64, digit| Some((size << 4) | u64::from(char::from(*digit).to_digit(16)?)))
}

fn trailers(read: &mut BytesMut) -> Result<Piece, BodyError> {
    if read.starts_with(b"\r\n") {
        read.advance(2);
        return Ok(Piece::End(None));
    }
    let mut fields = [httparse::EMPTY_HEADER; TRAILERS_MAX];
    let (length, fields) = match httparse::parse_headers(read, &mut fields) {
        Ok(httparse::Status::Complete(done)) if done.0 <= TRAILER_BYTES_MAX => done,
        Ok(httparse::Status::Partial) if read.len() <= TRAILER_BYTES_MAX => return Ok(Piece::More),
        _ => return Err(wrong("its trailers cannot be read")),
    };
    let mut kept = HeaderMap::new();
    for field in fields {
        let name =
            HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| wrong("a trailer without a name"))?;
        let value = HeaderValue::from_bytes(field.value).map_err(|_| wrong("a trailer without a value"))?;
        // RFC 9110, section 6.5.1: no trailer says where a message ends or goes.
        if ![CONTENT_LENGTH, TRANSFER_ENCODING, HOST, TRAILER].contains(&name) {
            kept.append(name, value);
        }
    }
    read.advance(length);
    Ok(Piece::End(Some(kept)))
}
