//! HTTP/1.1 to an upstream, for requests whose bodies are held whole.
//!
//! The task of the request writes and reads by itself: no second task, no channel, no copy of the request for a retry.
//! Framing is read as RFC 9112, section 6.3 has it, and what two readers could take differently is an error.
use super::Address;
use super::connect::Line;
use super::headers::Told;
use super::pool::{self, Failure};
use super::spare;
use crate::body::Body;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{Method, Request, Response, request};
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::time::{Instant, Sleep};

mod body;
pub(crate) mod fuzz;
mod head;

#[cfg(test)]
mod tests;

/// Bytes of an answer's head at most.
const HEAD_BYTES_MAX: usize = 256 << 10;
/// Heads of interim answers (1xx) before the final one.
const INTERIM_MAX: u32 = 32;
/// Bytes that are read at once.
const READ_BYTES: usize = 8 << 10;
/// Bytes that are read at once of a body that fills every read.
const READ_BYTES_MAX: usize = 64 << 10;
/// A body up to this size is written in one piece with its head.
const JOINED_BYTES_MAX: usize = 16 << 10;

/// One connection.
pub(super) struct Connection {
    line: Line,
    /// Read, and not yet used.
    read: BytesMut,
    /// Set anew only after it has run out, so that a request costs the timer's wheel nothing.
    timer: Pin<Box<Sleep>>,
    /// When it was last known to be used.
    used: std::time::Instant,
}

/// Why there is no answer.
pub(super) struct Broke {
    pub(super) kind: Failure,
    /// Whether not one byte of the request went out.
    pub(super) unsent: bool,
}

/// A request whose body is held whole, as it is sent.
pub(crate) struct Whole {
    asked: Method,
    head: Vec<u8>,
    body: Bytes,
}

impl Whole {
    /// A request that another part has put together.
    pub(super) fn of(request: &Request<Body>) -> Self {
        let body = match request.body() {
            Body::Full(bytes) => bytes.clone(),
            _ => Bytes::new(),
        };
        let mut head = spare::buffer();
        head::write(request, body.len(), &mut head);
        Self { asked: request.method().clone(), head, body }.joined()
    }

    /// A client's request on its way.
    pub(crate) fn forward(told: &Told<'_>, target: &str, sent: &request::Parts, body: Bytes) -> Self {
        let mut head = spare::buffer();
        head.reserve(256 + target.len() + 48 * sent.headers.len());
        head::begin(&sent.method, target, &mut head);
        let has_length = told.write(&sent.headers, &mut head);
        head::end(&sent.method, has_length, body.len(), &mut head);
        Self { asked: sent.method.clone(), head, body }.joined()
    }

    /// A small body goes out in one piece with its head.
    fn joined(mut self) -> Self {
        if !self.body.is_empty() && self.body.len() <= JOINED_BYTES_MAX {
            self.head.extend_from_slice(&self.body);
            self.body = Bytes::new();
        }
        self
    }
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

impl Connection {
    pub(super) async fn connect(address: &Address) -> Result<Box<Self>, Failure> {
        let line = pool::open(address).await?;
        let timer = Box::pin(tokio::time::sleep(address.times.first_byte));
        let used = crate::clock::instant();
        Ok(Box::new(Self { line, read: BytesMut::new(), timer, used }))
    }

    /// When it was last known to be used.
    pub(super) fn used(&self) -> std::time::Instant {
        self.used
    }

    /// Whether it still stands, and the upstream has said nothing that nobody asked for.
    pub(super) fn is_quiet(&mut self) -> bool {
        let mut byte = [0_u8; 1];
        let mut buffer = ReadBuf::new(&mut byte);
        self.read.is_empty()
            && Pin::new(&mut self.line)
                .poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer)
                .is_pending()
    }

    /// Reads the beginning of an answer. It is read into memory that all connections of the thread share and copied from there, so
    /// that an answer of 300 bytes takes 300 bytes, and every request meets memory that is warm.
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.read.is_empty() {
            return self.fill(cx, READ_BYTES);
        }
        thread_local!(static SHARED: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]));
        SHARED.with_borrow_mut(|shared| {
            let mut buffer = ReadBuf::new(shared);
            ready!(Pin::new(&mut self.line).poll_read(cx, &mut buffer))?;
            let came = buffer.filled();
            self.read = BytesMut::from(came);
            let length = came.len();
            // What an answer said stays nowhere but in the answer.
            buffer.filled_mut().fill(0);
            Poll::Ready(Ok(length))
        })
    }

    /// Reads what there is, at most `most` bytes. `0`: the upstream has closed.
    fn fill(&mut self, cx: &mut Context<'_>, most: usize) -> Poll<io::Result<usize>> {
        self.read.reserve(most);
        let mut limited = (&mut self.read).limit(most);
        tokio_read(&mut self.line, cx, &mut limited)
    }

    /// Ready once the moment has passed.
    fn late(&mut self, cx: &mut Context<'_>, end: Instant) -> Poll<()> {
        if self.timer.deadline() > end {
            self.timer.as_mut().reset(end);
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(end);
        }
    }

    /// Writes what is left of the request, head and body; ready once all of it is out.
    fn write(
        &mut self,
        cx: &mut Context<'_>,
        (head, body): (&[u8], &[u8]),
        sent: &mut usize,
    ) -> Poll<io::Result<()>> {
        let length = head.len();
        loop {
            let head = head.get(*sent..).unwrap_or_default();
            let rest = body.get(sent.saturating_sub(length)..).unwrap_or_default();
            let line = Pin::new(&mut self.line);
            let written = match (head.is_empty(), rest.is_empty()) {
                (true, true) => return line.poll_flush(cx),
                (true, false) => ready!(line.poll_write(cx, rest))?,
                (false, true) => ready!(line.poll_write(cx, head))?,
                (false, false) => {
                    ready!(line.poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(rest)]))?
                }
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *sent += written;
        }
    }

    /// Sends a request whose body is held whole, and waits for the head of its answer.
    pub(super) async fn send(
        mut self: Box<Self>,
        address: &Arc<Address>,
        request: Whole,
        (begun, first_byte): (std::time::Instant, Duration),
    ) -> Result<Response<Body>, Broke> {
        self.used = begun;
        let end = Instant::from_std(begun + first_byte);
        let Whole { asked, head: out, body } = request;
        let (mut sent, mut interim) = (0, 0);
        let mut written: Option<io::Result<()>> = None;
        let read = std::future::poll_fn(|cx| {
            if written.is_none()
                && let Poll::Ready(done) = self.write(cx, (&out, &body), &mut sent)
            {
                written = Some(done);
            }
            // An upstream may answer before it has read everything, and then read no more.
            loop {
                if let Some(head) = self.head(&asked, &mut interim)? {
                    return Poll::Ready(Ok(head));
                }
                match self.begin(cx) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(broken("it closed before it answered"))),
                    Poll::Ready(Ok(_)) => {}
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(broken(error))),
                    Poll::Pending => break,
                }
            }
            self.late(cx, end).map(|()| Err(Failure::Time))
        })
        .await;
        match (read, written) {
            (Ok((head, rest)), written) => {
                let reusable = head.keep && matches!(written, Some(Ok(())));
                spare::give_buffer(out);
                Ok(body::answer(self, address, (head, rest), reusable))
            }
            (Err(_), Some(Err(error))) => Err(Broke { kind: broken(error), unsent: sent == 0 }),
            (Err(kind), _) => Err(Broke { kind, unsent: sent == 0 }),
        }
    }

    /// The head of the final answer and what came after it, once it is whole.
    fn head(&mut self, asked: &Method, interim: &mut u32) -> Result<Option<(head::Head, Bytes)>, Failure> {
        while !self.read.is_empty() {
            let all = std::mem::take(&mut self.read).freeze();
            let Some((head, length)) = head::parse(&all, asked)? else {
                if all.len() >= HEAD_BYTES_MAX {
                    return Err(broken("the answer's head is too large"));
                }
                self.read = all.into();
                return Ok(None);
            };
            let rest = all.slice(length..);
            if !head.status.is_informational() {
                return Ok(Some((head, rest)));
            }
            *interim += 1;
            if head.status == http::StatusCode::SWITCHING_PROTOCOLS || *interim > INTERIM_MAX {
                return Err(broken("an interim answer that nobody asked for"));
            }
            drop((head, all));
            self.read = rest.into();
        }
        Ok(None)
    }
}

/// One read into what a buffer has room for.
fn tokio_read(
    line: &mut Line,
    cx: &mut Context<'_>,
    buffer: &mut impl bytes::BufMut,
) -> Poll<io::Result<usize>> {
    let mut future = std::pin::pin!(tokio::io::AsyncReadExt::read_buf(line, buffer));
    future.as_mut().poll(cx)
}

/// How long a body may pause.
fn pause(address: &Address) -> Duration {
    address.times.idle
}
