//! HTTP/1.1 on one connection, blocking and strict (RFC 9112).
//!
//! The child is not trusted: what two readers could understand differently (two lengths, a length beside chunks, folded
//! lines, bare line feeds in chunk lines) is an error, and every part has a limit.
//!
//! INVARIANT: a message is written with one call where the kernel takes it; a body is read into its own memory once.
use super::head::{Framing, Head, Headers};
use crate::os;
use std::io::{self, IoSlice, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Bytes of a request's or answer's head. `awslambdaric` sends causes of errors of up to 1 MiB in a header.
pub(crate) const HEAD_BYTES_MAX: usize = (1 << 20) + (64 << 10);
/// Headers of one head.
pub(crate) const HEADERS_MAX: usize = 100;
/// Bytes of the line that begins a chunk.
const CHUNK_LINE_BYTES_MAX: usize = 256;
/// What is read at once.
const READ_BYTES: usize = 16 << 10;
/// Bytes that a body may announce before any has come, and that are set aside at once.
const RESERVE_BYTES_MAX: u64 = 1 << 20;
/// How long the rest of a head may take once its first byte is here.
const HEAD_SECONDS_MAX: u64 = 10;
/// Bytes of a body that nobody wants which are still read, so that the sender hears the answer.
const DRAIN_BYTES_MAX: u64 = 64 << 20;

/// Why a message could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("the connection ended in the middle of a message")]
    Truncated,
    #[error("the head is not HTTP/1.1: {0}")]
    Head(&'static str),
    #[error("the head is longer than {HEAD_BYTES_MAX} bytes or has more than {HEADERS_MAX} headers")]
    HeadTooLarge,
    #[error("the framing is not clear: {0}")]
    Framing(&'static str),
    #[error("the body is longer than {max} bytes")]
    BodyTooLarge {
        max: u64,
        /// What was announced, or seen.
        bytes: u64,
    },
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// Where reading of a chunked body is.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    left: u64,
    begun: bool,
    pub(crate) trailers: Headers,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Result<Self, WireError> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; READ_BYTES], start: 0, end: 0 })
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Whether something has arrived that nobody asked for yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.start < self.end
    }

    /// Reads some more; false at the end of the stream.
    fn fill(&mut self) -> Result<bool, WireError> {
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            } else {
                self.buffer.resize(self.buffer.len().saturating_mul(2), 0);
            }
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.stream.read(room) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    self.end += read;
                    return Ok(true);
                }
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why.into()),
            }
        }
    }

    /// The end of the head that is in the buffer, if all of it is.
    fn head_end(&self, from: usize) -> Option<usize> {
        let unread = self.unread();
        let from = from.saturating_sub(3);
        let rest = unread.get(from..)?;
        rest.windows(4).position(|window| window == b"\r\n\r\n").map(|at| from + at + 4)
    }

    /// The bytes of the next head. None when the stream ends before its first byte.
    fn head_bytes(&mut self) -> Result<Option<usize>, WireError> {
        let mut searched = 0;
        let mut limited = false;
        loop {
            if let Some(end) = self.head_end(searched) {
                if limited {
                    self.stream.set_read_timeout(None)?;
                }
                return Ok(Some(end));
            }
            searched = self.unread().len();
            if searched > HEAD_BYTES_MAX {
                return Err(WireError::HeadTooLarge);
            }
            // The whole head comes at once nearly always: only a slow one pays for the timer.
            if searched > 0 && !limited {
                self.stream.set_read_timeout(Some(Duration::from_secs(HEAD_SECONDS_MAX)))?;
                limited = true;
            }
            if !self.fill()? {
                return if searched == 0 { Ok(None) } else { Err(WireError::Truncated) };
            }
        }
    }

    /// The next request's head. None at the orderly end of the connection.
    pub(crate) fn request(&mut self) -> Result<Option<Head>, WireError> {
        let Some(end) = self.head_bytes()? else { return Ok(None) };
        let head = Head::request(self.unread().get(..end).unwrap_or_default())?;
        self.consume(end);
        Ok(Some(head))
    }

    /// The next answer's head; interim answers (1xx) are passed over.
    pub(crate) fn answer(&mut self) -> Result<Head, WireError> {
        loop {
            let end = self.head_bytes()?.ok_or(WireError::Truncated)?;
            let head = Head::answer(self.unread().get(..end).unwrap_or_default())?;
            self.consume(end);
            if !(100..200).contains(&head.status) {
                return Ok(head);
            }
        }
    }

    /// A whole body of at most `max` bytes; trailers of a chunked one come too.
    pub(crate) fn body(&mut self, framing: Framing, max: u64) -> Result<(Vec<u8>, Headers), WireError> {
        match framing {
            Framing::None => Ok((Vec::new(), Headers::default())),
            Framing::Length(bytes) if bytes > max => Err(WireError::BodyTooLarge { max, bytes }),
            Framing::Length(bytes) => Ok((self.exactly(bytes)?, Headers::default())),
            Framing::Chunked => {
                let mut chunks = Chunks::default();
                let mut body = Vec::new();
                loop {
                    let piece = self.chunk(&mut chunks)?;
                    if piece.is_empty() {
                        return Ok((body, chunks.trailers));
                    }
                    let bytes = (body.len() + piece.len()) as u64;
                    if bytes > max {
                        return Err(WireError::BodyTooLarge { max, bytes });
                    }
                    body.extend_from_slice(piece);
                    let taken = piece.len();
                    self.chunk_done(&mut chunks, taken);
                }
            }
            Framing::UntilClose => {
                let mut body = self.unread().to_vec();
                self.consume(body.len());
                (&mut self.stream).take(max.saturating_add(1)).read_to_end(&mut body)?;
                let bytes = body.len() as u64;
                if bytes > max {
                    Err(WireError::BodyTooLarge { max, bytes })
                } else {
                    Ok((body, Headers::default()))
                }
            }
        }
    }

    fn exactly(&mut self, bytes: u64) -> Result<Vec<u8>, WireError> {
        // What is announced is believed only so far: memory grows with what really arrives.
        let mut body = Vec::with_capacity(usize::try_from(bytes.min(RESERVE_BYTES_MAX)).unwrap_or(0));
        let here = self.unread();
        let taken = here.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
        body.extend_from_slice(here.get(..taken).unwrap_or_default());
        self.consume(taken);
        let left = bytes - taken as u64;
        if left > 0 {
            let read = (&mut self.stream).take(left).read_to_end(&mut body)?;
            if (read as u64) < left {
                return Err(WireError::Truncated);
            }
        }
        Ok(body)
    }

    /// What is there of a chunked body, empty at its end (the trailers are in `chunks` then). Call [`Self::chunk_done`]
    /// with what was taken of it.
    pub(crate) fn chunk(&mut self, chunks: &mut Chunks) -> Result<&[u8], WireError> {
        if chunks.left == 0 {
            if chunks.begun {
                self.line_end()?;
            }
            chunks.left = self.chunk_line()?;
            chunks.begun = true;
            if chunks.left == 0 {
                chunks.trailers = self.trailers()?;
                return Ok(&[]);
            }
        }
        if !self.has_unread() && !self.fill()? {
            return Err(WireError::Truncated);
        }
        let here = self.unread();
        let most = usize::try_from(chunks.left).unwrap_or(usize::MAX).min(here.len());
        Ok(here.get(..most).unwrap_or_default())
    }

    pub(crate) fn chunk_done(&mut self, chunks: &mut Chunks, taken: usize) {
        self.consume(taken);
        chunks.left = chunks.left.saturating_sub(taken as u64);
    }

    /// What is there of a body with a length, at most so many bytes. Call [`Self::taken`] with what was taken of it.
    pub(crate) fn some(&mut self, most: u64) -> Result<&[u8], WireError> {
        if !self.has_unread() && !self.fill()? {
            return Err(WireError::Truncated);
        }
        let here = self.unread();
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(here.len());
        Ok(here.get(..most).unwrap_or_default())
    }

    pub(crate) fn taken(&mut self, bytes: usize) {
        self.consume(bytes);
    }

    fn line_end(&mut self) -> Result<(), WireError> {
        while self.unread().len() < 2 {
            if !self.fill()? {
                return Err(WireError::Truncated);
            }
        }
        if !self.unread().starts_with(b"\r\n") {
            return Err(WireError::Framing("a chunk does not end where it says"));
        }
        self.consume(2);
        Ok(())
    }

    fn chunk_line(&mut self) -> Result<u64, WireError> {
        loop {
            let unread = self.unread();
            if let Some(at) = unread.windows(2).position(|window| window == b"\r\n") {
                let line = unread.get(..at).unwrap_or_default();
                let size = chunk_size(line)?;
                self.consume(at + 2);
                return Ok(size);
            }
            if unread.len() > CHUNK_LINE_BYTES_MAX {
                return Err(WireError::Framing("the line of a chunk is too long"));
            }
            if !self.fill()? {
                return Err(WireError::Truncated);
            }
        }
    }

    fn trailers(&mut self) -> Result<Headers, WireError> {
        loop {
            if self.unread().starts_with(b"\r\n") {
                self.consume(2);
                return Ok(Headers::default());
            }
            if let Some(end) = self.head_end(0) {
                let trailers = Headers::parse(self.unread().get(..end).unwrap_or_default())?;
                self.consume(end);
                return Ok(trailers);
            }
            if self.unread().len() > HEAD_BYTES_MAX {
                return Err(WireError::HeadTooLarge);
            }
            if !self.fill()? {
                return Err(WireError::Truncated);
            }
        }
    }

    /// Head and body with one call where possible.
    pub(crate) fn send(&mut self, head: &[u8], body: &[u8]) -> Result<(), WireError> {
        let mut parts = [IoSlice::new(head), IoSlice::new(body)];
        let mut left: &mut [IoSlice<'_>] = &mut parts;
        while left.iter().any(|part| !part.is_empty()) {
            match self.stream.write_vectored(left) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why.into()),
            }
        }
        Ok(())
    }

    /// One chunk.
    pub(crate) fn send_chunk(&mut self, piece: &[u8]) -> Result<(), WireError> {
        if piece.is_empty() {
            return Ok(());
        }
        let line = format!("{:x}\r\n", piece.len());
        let mut parts = [IoSlice::new(line.as_bytes()), IoSlice::new(piece), IoSlice::new(b"\r\n")];
        let mut left: &mut [IoSlice<'_>] = &mut parts;
        while !left.is_empty() {
            match self.stream.write_vectored(left) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why.into()),
            }
        }
        Ok(())
    }

    /// Reads what is left of a body that nobody wants, so that the sender reads the answer; false when it is too much.
    pub(crate) fn drain(&mut self, framing: Framing) -> bool {
        let mut seen = 0;
        match framing {
            Framing::None => true,
            Framing::UntilClose => false,
            Framing::Length(bytes) => {
                let mut left = bytes;
                while left > 0 && seen <= DRAIN_BYTES_MAX {
                    if !self.has_unread() && !self.fill().unwrap_or(false) {
                        return false;
                    }
                    let here = left.min(self.unread().len() as u64);
                    self.consume(usize::try_from(here).unwrap_or(0));
                    left -= here;
                    seen += here;
                }
                left == 0
            }
            // Where reading of chunks stopped is not known to the caller any more.
            Framing::Chunked => false,
        }
    }

    /// Whether the other side has not closed an idle connection.
    pub(crate) fn is_open(&self) -> bool {
        !self.has_unread() && !self.readable(0)
    }

    /// Whether something can be read, or the other side has closed, within so many milliseconds.
    pub(crate) fn readable(&self, ms: i32) -> bool {
        if self.has_unread() {
            return true;
        }
        os::readable(&self.stream, ms)
    }
}

fn chunk_size(line: &[u8]) -> Result<u64, WireError> {
    let digits = line.split(|&byte| byte == b';').next().unwrap_or_default();
    if digits.is_empty() || digits.len() > 15 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(WireError::Framing("the size of a chunk is not a hexadecimal number"));
    }
    if line.contains(&b'\n') {
        return Err(WireError::Framing("a bare line feed"));
    }
    std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or(WireError::Framing("the size of a chunk is not a hexadecimal number"))
}
