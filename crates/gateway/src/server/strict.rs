//! HTTP/1 framing, byte by byte, before the HTTP library sees it.
//!
//! A library is lenient where the servers behind it may be lenient in another way, and that is where requests are
//! smuggled. This machine follows every byte that a client sends and knows where each request begins and ends. It
//! accepts what RFC 9112 lets a sender write, and nothing that only a forgiving recipient would take.
//!
//! Cost: one pass over each byte of heads and chunk lines; bodies are skipped in one step.
use crate::upstream::headers::trimmed;
use memchr::memchr;

pub(crate) mod fuzz;
#[cfg(test)]
mod tests;

/// Bytes of one line (also the request line) at most; the HTTP library's own limit on heads is far lower or equal.
const LINE_BYTES_MAX: usize = 1 << 20;
/// Bytes of a chunk's size line.
const CHUNK_LINE_BYTES_MAX: usize = 256;
/// Bytes of all trailers together.
const TRAILER_BYTES_MAX: usize = 16 << 10;
/// Bytes of a request whose head was refused that are kept for a look at it.
pub(crate) const REFUSED_BYTES_MAX: usize = 64 << 10;
/// The longest target that the HTTP library reads; past it, it answers 414 itself.
const TARGET_BYTES_MAX: usize = 65_534;

/// Why a connection's bytes are no clean HTTP/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("a line ends without CRLF, or a CR stands alone")]
    LineEnd,
    #[error("the request line is not `METHOD target HTTP/1.x`")]
    RequestLine,
    #[error("the target is no URI")]
    Target,
    #[error("a header line begins with white space (obsolete folding)")]
    Folding,
    #[error("a header name holds a character that it must not, or white space before the colon")]
    HeaderName,
    #[error("a header value holds a control character")]
    HeaderValue,
    #[error("`Content-Length` is no plain number, or stands more than once")]
    ContentLength,
    #[error("`Transfer-Encoding` is not exactly `chunked`, or stands more than once")]
    TransferEncoding,
    #[error("`Content-Length` and `Transfer-Encoding` in one request")]
    LengthAndEncoding,
    #[error("no `Host`, or more than one")]
    Host,
    #[error("a chunk's size line or end is wrong")]
    Chunk,
    #[error("a trailer that must not be one")]
    Trailer,
    #[error("bytes after a request that asks for an upgrade")]
    Early,
    #[error("a line longer than a limit")]
    TooLong,
}

/// Where in the stream of requests we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a request line.
    Start,
    /// In the lines of a head.
    Head,
    /// In a body of known length: so many bytes are left.
    Body(u64),
    ChunkLine,
    ChunkData(u64),
    /// The CRLF after a chunk: so many bytes of it are seen.
    ChunkEnd(u8),
    Trailers,
    /// Another protocol: nothing is looked at.
    Raw,
}

/// What the connection's timer asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Between,
    Head,
    Body,
}

/// The machine.
#[derive(Debug)]
pub(crate) struct Strict {
    state: State,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    head: Head,
    trailer_bytes: usize,
    /// What earlier reads brought of a head that is not whole yet.
    seen: Vec<u8>,
}

/// What was seen in the head under way.
#[derive(Debug, Default)]
struct Head {
    old: bool,
    hosts: u32,
    length: Option<u64>,
    chunked: bool,
    upgrade: bool,
}

impl Strict {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Start,
            line: Vec::new(),
            head: Head::default(),
            trailer_bytes: 0,
            seen: Vec::new(),
        }
    }

    /// From now on nothing is looked at (the connection was upgraded).
    pub(crate) fn raw(&mut self) {
        self.state = State::Raw;
    }

    pub(crate) fn place(&self) -> Place {
        match self.state {
            State::Start if self.line.is_empty() => Place::Between,
            State::Start | State::Head => Place::Head,
            State::Raw => Place::Between,
            _ => Place::Body,
        }
    }

    /// Follows the next bytes.
    ///
    /// # Errors
    /// How many of them were clean, and what is wrong after those.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Result<(), (usize, Violation)> {
        let mut rest = bytes;
        // Where the request under way begins in `bytes`, when it does not in an earlier read.
        let mut begin = 0;
        while !rest.is_empty() {
            let before = bytes.len() - rest.len();
            if self.state == State::Start && self.line.is_empty() {
                begin = before;
                self.seen.clear();
            }
            let used = match self.step(rest) {
                Ok(used) => used,
                Err(violation) => {
                    // A wrong request line leaves the state as it is before one.
                    let is_head = matches!(self.state, State::Start | State::Head);
                    if is_head && violation != Violation::Early {
                        self.keep_more(bytes.get(begin..).unwrap_or_default());
                    }
                    return Err((before, violation));
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        self.keep(bytes.get(begin..).unwrap_or_default());
        Ok(())
    }

    /// Keeps what came of a head that is not whole (nearly every head comes in one read, and nothing is kept of it).
    fn keep(&mut self, bytes: &[u8]) {
        if self.place() == Place::Head {
            self.keep_more(bytes);
        } else if !self.seen.is_empty() {
            self.seen = Vec::new();
        }
    }

    fn keep_more(&mut self, bytes: &[u8]) {
        let room = REFUSED_BYTES_MAX.saturating_sub(self.seen.len());
        self.seen.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    /// After a violation: the request in whose head it stands, as far as it was read; empty when it stands in a body.
    pub(crate) fn refused(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.seen)
    }

    /// One line, or one piece of a body. Gives the bytes that it took.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Violation> {
        match self.state {
            State::Raw => Ok(bytes.len()),
            State::Body(left) | State::ChunkData(left) => {
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let left = left - take as u64;
                self.state = match (self.state, left) {
                    (State::Body(_), 0) => State::Start,
                    (State::Body(_), left) => State::Body(left),
                    (_, 0) => State::ChunkEnd(0),
                    (_, left) => State::ChunkData(left),
                };
                Ok(take)
            }
            State::ChunkEnd(seen) => match (seen, bytes.first()) {
                (0, Some(b'\r')) => self.go(State::ChunkEnd(1), 1),
                (1, Some(b'\n')) => self.go(State::ChunkLine, 1),
                _ => Err(Violation::Chunk),
            },
            State::Start | State::Head | State::ChunkLine | State::Trailers => self.take_line(bytes),
        }
    }

    fn go(&mut self, state: State, used: usize) -> Result<usize, Violation> {
        self.state = state;
        Ok(used)
    }

    /// Finds the end of the line. The common case, a line whole in one read, is not copied.
    fn take_line(&mut self, bytes: &[u8]) -> Result<usize, Violation> {
        let most = if self.state == State::ChunkLine { CHUNK_LINE_BYTES_MAX } else { LINE_BYTES_MAX };
        let Some(end) = memchr(b'\n', bytes) else {
            if self.line.len() + bytes.len() > most {
                return Err(Violation::TooLong);
            }
            let known = self.line.len();
            self.line.extend_from_slice(bytes);
            return self.early(known, bytes.len());
        };
        let piece = bytes.get(..end).unwrap_or_default();
        if self.line.len() + piece.len() > most {
            return Err(Violation::TooLong);
        }
        if self.line.is_empty() {
            self.line(piece.strip_suffix(b"\r").ok_or(Violation::LineEnd)?)?;
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(piece);
            self.line(line.strip_suffix(b"\r").ok_or(Violation::LineEnd)?)?;
            line.clear();
            // Memory of a long line is not kept while the connection idles.
            if line.capacity() <= 1024 {
                self.line = line;
            }
        }
        let used = end + 1;
        if self.state == State::Start && self.head.upgrade && used < bytes.len() {
            return Err(Violation::Early);
        }
        Ok(used)
    }

    /// A look at a line that has only begun, so that what can never become right is refused at once. What an earlier look has seen is
    /// not seen again: a line may come byte by byte.
    fn early(&self, known: usize, used: usize) -> Result<usize, Violation> {
        let fresh = self.line.get(known.saturating_sub(1)..).unwrap_or_default();
        let strays = memchr(b'\r', fresh).is_some_and(|at| at + 1 < fresh.len());
        if strays { Err(Violation::LineEnd) } else { Ok(used) }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Violation> {
        // No line that is accepted can hold a CR, so one is looked for only to tell what is wrong.
        let told = |violation| if memchr(b'\r', line).is_some() { Violation::LineEnd } else { violation };
        self.read_line(line).map_err(told)
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        match self.state {
            // RFC 9112, section 2.2: one empty line before a request line is let pass.
            State::Start if line.is_empty() => Ok(()),
            State::Start => {
                self.head = Head { old: request_line(line)?, ..Head::default() };
                self.state = State::Head;
                Ok(())
            }
            State::Head if line.is_empty() => self.end_of_head(),
            State::Head => self.header(line),
            State::ChunkLine => self.chunk_line(line),
            State::Trailers => self.trailer(line),
            State::Body(_) | State::ChunkData(_) | State::ChunkEnd(_) | State::Raw => Ok(()),
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Violation> {
        let (name, value) = header_line(line)?;
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.head.hosts += 1,
            7 if name.eq_ignore_ascii_case(b"upgrade") => self.head.upgrade = true,
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                let twice = self.head.length.is_some();
                self.head.length = Some(number(value).filter(|_| !twice).ok_or(Violation::ContentLength)?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                if self.head.chunked || self.head.old || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Violation::TransferEncoding);
                }
                self.head.chunked = true;
            }
            // `Transfer_Encoding` and its like become `HTTP_TRANSFER_ENCODING` behind a gateway interface of old.
            14 | 17 if name.contains(&b'_') && is_framing(name) => return Err(Violation::HeaderName),
            _ => {}
        }
        Ok(())
    }

    fn end_of_head(&mut self) -> Result<(), Violation> {
        let head = &self.head;
        if head.hosts > 1 || (head.hosts == 0 && !head.old) {
            return Err(Violation::Host);
        }
        self.state = match (head.length, head.chunked) {
            (Some(_), true) => return Err(Violation::LengthAndEncoding),
            (None, true) => State::ChunkLine,
            (Some(0) | None, false) => State::Start,
            (Some(length), false) => State::Body(length),
        };
        Ok(())
    }

    /// RFC 9112, section 7.1. Extensions are let pass (and not handed on) while they hold nothing odd.
    fn chunk_line(&mut self, line: &[u8]) -> Result<(), Violation> {
        let end = memchr(b';', line).unwrap_or(line.len());
        let (digits, extension) = line.split_at_checked(end).ok_or(Violation::Chunk)?;
        if digits.is_empty() || digits.len() > 15 || extension.iter().any(|byte| !(32..127).contains(byte)) {
            return Err(Violation::Chunk);
        }
        let mut size: u64 = 0;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16).ok_or(Violation::Chunk)?;
            size = (size << 4) | u64::from(digit);
        }
        self.trailer_bytes = 0;
        self.state = if size == 0 { State::Trailers } else { State::ChunkData(size) };
        Ok(())
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), Violation> {
        if line.is_empty() {
            self.state = State::Start;
            return Ok(());
        }
        self.trailer_bytes += line.len();
        if self.trailer_bytes > TRAILER_BYTES_MAX {
            return Err(Violation::TooLong);
        }
        let (name, _) = header_line(line)?;
        if is_framing(name) || name.eq_ignore_ascii_case(b"host") {
            return Err(Violation::Trailer);
        }
        Ok(())
    }
}

fn is_framing(name: &[u8]) -> bool {
    let is = |wanted: &[u8]| {
        name.len() == wanted.len()
            && name.iter().zip(wanted).all(|(a, b)| a.eq_ignore_ascii_case(b) || (*a == b'_' && *b == b'-'))
    };
    is(b"content-length") || is(b"transfer-encoding")
}

/// RFC 9112, section 3: exactly two single spaces, no controls, no fragment. Tells whether it is HTTP/1.0.
fn request_line(line: &[u8]) -> Result<bool, Violation> {
    let (method, rest) = word(line).ok_or(Violation::RequestLine)?;
    // No version holds a space, so that a third one is told below.
    let (target, version) = word(rest).ok_or(Violation::RequestLine)?;
    let method_fits = !method.is_empty() && method.iter().all(|byte| is_token(*byte));
    let target_fits = !target.is_empty() && !has(target, |byte| byte <= 32 || byte == 127 || byte == b'#');
    if method_fits && target_fits && !is_uri(target) {
        return Err(Violation::Target);
    }
    match version {
        b"HTTP/1.1" if method_fits && target_fits => Ok(false),
        b"HTTP/1.0" if method_fits && target_fits => Ok(true),
        _ => Err(Violation::RequestLine),
    }
}

/// What stands before the first space, and after it.
fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (word, rest) = line.split_at_checked(memchr(b' ', line)?)?;
    Some((word, rest.get(1..)?))
}

/// Whether the HTTP library takes the target: what it would refuse is refused here, where the rest of the request is known.
fn is_uri(target: &[u8]) -> bool {
    let odd = |byte: u8| matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{'..=b'}' | 128..);
    if target.len() > TARGET_BYTES_MAX || (target.first() == Some(&b'/') && !has(target, odd)) {
        return true;
    }
    http::Uri::try_from(target).is_ok()
}

/// A name of token characters, a colon, a value without controls.
fn header_line(line: &[u8]) -> Result<(&[u8], &[u8]), Violation> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Err(Violation::Folding);
    }
    let colon = memchr(b':', line).ok_or(Violation::HeaderName)?;
    let (name, value) = line.split_at_checked(colon).ok_or(Violation::HeaderName)?;
    if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
        return Err(Violation::HeaderName);
    }
    let value = value.get(1..).unwrap_or_default();
    if has(value, |byte| (byte < 32 && byte != b'\t') || byte == 127) {
        return Err(Violation::HeaderValue);
    }
    Ok((name, trimmed(value)))
}

/// RFC 9110, section 5.6.2, as a table: heads are mostly names.
const TOKENS: [bool; 256] = {
    let mut table = [false; 256];
    let mut rest: &[u8] = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    while let Some((byte, after)) = rest.split_first() {
        if let Some((_, tail)) = table.split_at_mut_checked(*byte as usize)
            && let Some(entry) = tail.first_mut()
        {
            *entry = true;
        }
        rest = after;
    }
    table
};

fn is_token(byte: u8) -> bool {
    TOKENS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Whether any byte passes a test. Looks at all of them: without a way out the compiler takes many at once.
fn has(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(false, |found, byte| found | test(*byte))
}

/// Digits only: no sign, no list, no white space inside.
fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 {
        return None;
    }
    value.iter().try_fold(0_u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
