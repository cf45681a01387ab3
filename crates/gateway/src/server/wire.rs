//! The bytes of one connection: plain or TLS, watched for framing and for time.
use super::Permit;
use super::hello::Heard;
use super::strict::{Place, REFUSED_BYTES_MAX, Strict, Violation};
use super::total::Total;
use crate::clock;
use crate::upstream::spare;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What the connection's timer and the requests on it know of each other. Times are milliseconds since the connection
/// began, plus one; 0: not so.
#[derive(Debug)]
pub(crate) struct Vital {
    began: Instant,
    /// Since when nothing is under way.
    pub(crate) idle_since: AtomicU64,
    /// Since when a head is incomplete.
    pub(crate) head_since: AtomicU64,
    /// Since when the head of the next request came in pieces.
    head_began: AtomicU64,
    /// Since when the client does not take what we write.
    pub(crate) write_since: AtomicU64,
    /// HTTP/1: the time of the request under way.
    pub(crate) total: Total,
    /// Requests under way.
    pub(crate) running: AtomicU32,
    pub(crate) requests: AtomicU64,
    /// HTTP/2: streams that the client gave up in the current window, and when that began.
    resets: AtomicU32,
    resets_since: AtomicU64,
    pub(crate) upgraded: AtomicBool,
    /// The connection is to be closed.
    killed: AtomicBool,
    /// The connection's task.
    task: Mutex<Option<Waker>>,
    pub(crate) violation: OnceLock<Violation>,
    /// The rules that matched in a request whose head was refused.
    pub(crate) refused_rules: OnceLock<Vec<u64>>,
    /// Given back when the last of connection, requests and tunnels is gone.
    _permit: Permit,
}

/// Milliseconds of the window in which resets are counted.
const RESET_WINDOW_MS: u64 = 10_000;

impl Vital {
    pub(crate) fn new(permit: Permit) -> Self {
        Self {
            began: clock::instant(),
            idle_since: AtomicU64::new(1),
            head_since: AtomicU64::new(0),
            head_began: AtomicU64::new(0),
            total: Total::default(),
            write_since: AtomicU64::new(0),
            running: AtomicU32::new(0),
            requests: AtomicU64::new(0),
            resets: AtomicU32::new(0),
            resets_since: AtomicU64::new(0),
            upgraded: AtomicBool::new(false),
            killed: AtomicBool::new(false),
            task: Mutex::new(None),
            violation: OnceLock::new(),
            refused_rules: OnceLock::new(),
            _permit: permit,
        }
    }

    /// Closes the connection, whatever is under way.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Relaxed);
        self.wake();
    }

    /// Has the connection's task look at what is wanted of it.
    pub(crate) fn wake(&self) {
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }

    /// Whether the connection is to be closed; its task is woken when that changes. `known`: how the task was woken so far.
    pub(crate) fn is_killed(&self, cx: &Context<'_>, known: &mut Option<Waker>) -> bool {
        if !known.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
            *known = Some(cx.waker().clone());
            // Whoever kills sets the mark first and looks for the task then; here it is the other way round.
            self.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(known);
        }
        self.killed.load(Relaxed)
    }

    /// Milliseconds since the connection began, plus one.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// When the connection began.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// A moment as milliseconds since the connection began, plus one.
    pub(crate) fn at(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.began).as_millis();
        u64::try_from(since).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// When the head of a request that is whole now began to come.
    pub(crate) fn since(&self, now: u64) -> u64 {
        match self.head_began.swap(0, Relaxed) {
            0 => now,
            began => began,
        }
    }

    /// A request begins.
    pub(crate) fn begin(&self) {
        self.running.fetch_add(1, Relaxed);
        self.requests.fetch_add(1, Relaxed);
    }

    /// A request has ended, with its answer.
    pub(crate) fn end(&self, now: Instant) {
        if self.running.fetch_sub(1, Relaxed) == 1 {
            self.idle_since.store(self.at(now), Relaxed);
        }
    }

    /// The client gave up a stream. Past so many in a window the connection is closed.
    pub(crate) fn reset(&self, most: u32) {
        let now = self.now();
        if now.saturating_sub(self.resets_since.load(Relaxed)) > RESET_WINDOW_MS {
            self.resets_since.store(now, Relaxed);
            self.resets.store(0, Relaxed);
        }
        if self.resets.fetch_add(1, Relaxed) >= most {
            self.kill();
        }
    }
}

/// Plain or TLS.
pub(crate) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<Heard>>),
}

/// Looks at a request that is refused before it is one, and tells the rules that match in it.
pub(crate) type Look = Box<dyn Fn(&[u8]) -> Vec<u64> + Send>;

/// A connection's bytes.
pub(crate) struct Wire {
    transport: Transport,
    /// What was read to tell the protocol, given first.
    prefix: Vec<u8>,
    /// HTTP/1 only.
    strict: Option<(Strict, Look)>,
    vital: Arc<Vital>,
}

impl Wire {
    /// `look`: HTTP/1 only.
    pub(crate) fn new(transport: Transport, prefix: Vec<u8>, look: Option<Look>, vital: Arc<Vital>) -> Self {
        Self { transport, prefix, strict: look.map(|look| (Strict::new(), look)), vital }
    }

    /// Follows what came. What is not clean is replaced by what no parser accepts: then the HTTP library answers 400 in its
    /// turn, after the answers that are under way, and closes. Tells whether something was not clean.
    fn watch(strict: &mut Strict, vital: &Vital, buffer: &mut ReadBuf<'_>, before: usize) -> bool {
        if vital.upgraded.load(Relaxed) {
            strict.raw();
            return false;
        }
        let fresh = buffer.filled().get(before..).unwrap_or_default();
        if fresh.is_empty() {
            return false;
        }
        let place = strict.place();
        if let Err((clean, violation)) = strict.follow(fresh) {
            vital.violation.get_or_init(|| violation);
            buffer.set_filled(before + clean);
            put_poison(buffer);
            return true;
        }
        match strict.place() {
            Place::Head if place != Place::Head => {
                let now = vital.now();
                vital.head_since.store(now, Relaxed);
                vital.head_began.store(now, Relaxed);
            }
            Place::Between | Place::Body if vital.head_since.load(Relaxed) != 0 => {
                vital.head_since.store(0, Relaxed)
            }
            _ => {}
        }
        false
    }

    /// What has come after the violation: nobody waits for more of it.
    fn rest(&mut self, cx: &mut Context<'_>, seen: &mut Vec<u8>) {
        seen.append(&mut self.prefix);
        let mut piece = [0; 4096];
        while seen.len() < REFUSED_BYTES_MAX {
            let mut buffer = ReadBuf::new(&mut piece);
            let read = match &mut self.transport {
                Transport::Plain(stream) => Pin::new(stream).poll_read(cx, &mut buffer),
                Transport::Tls(stream) => Pin::new(&mut **stream).poll_read(cx, &mut buffer),
            };
            match read {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => seen.extend_from_slice(buffer.filled()),
                _ => return,
            }
        }
    }

    /// Before the refusal is answered: what would the rules have said?
    fn look(&mut self, cx: &mut Context<'_>) {
        let mut seen = self.strict.as_mut().map(|(strict, _)| strict.refused()).unwrap_or_default();
        if seen.is_empty() {
            return;
        }
        self.rest(cx, &mut seen);
        if let Some((_, look)) = &self.strict {
            self.vital.refused_rules.get_or_init(|| look(&seen));
        }
    }
}

/// Pieces up to this size together are written as one.
const JOINED_BYTES_MAX: usize = 2048;

/// A control character, and ends of a head in every form.
const POISON: &[u8] = b"\0\r\n\r\n\n\n";

fn put_poison(buffer: &mut ReadBuf<'_>) {
    let room = buffer.remaining().min(POISON.len());
    buffer.put_slice(POISON.get(..room).unwrap_or_default());
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.vital.violation.get().is_some() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        if this.prefix.is_empty() {
            let read = match &mut this.transport {
                Transport::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
                Transport::Tls(stream) => Pin::new(&mut **stream).poll_read(cx, buffer),
            };
            match read {
                Poll::Ready(Ok(())) => {}
                other => return other,
            }
        } else {
            let take = this.prefix.len().min(buffer.remaining());
            buffer.put_slice(this.prefix.get(..take).unwrap_or_default());
            this.prefix.drain(..take);
            if this.prefix.is_empty() {
                this.prefix = Vec::new();
            }
        }
        if let Some((strict, _)) = &mut this.strict
            && Self::watch(strict, &this.vital, buffer, before)
        {
            this.look(cx);
        }
        Poll::Ready(Ok(()))
    }
}

impl Wire {
    /// Keeps the time since which the client takes nothing.
    fn wrote<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let since = &self.vital.write_since;
        match (written.is_pending(), since.load(Relaxed)) {
            (true, 0) => since.store(self.vital.now(), Relaxed),
            (false, 1..) => since.store(0, Relaxed),
            _ => {}
        }
        written
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Transport::Tls(stream) => Pin::new(&mut **stream).poll_write(cx, bytes),
        };
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match &mut self.transport {
            Transport::Plain(_) => return Poll::Ready(Ok(())),
            Transport::Tls(stream) => Pin::new(&mut **stream).poll_flush(cx),
        };
        self.wrote(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Transport::Tls(stream) => Pin::new(&mut **stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length: usize = bytes.iter().map(|piece| piece.len()).sum();
        if length <= JOINED_BYTES_MAX {
            // For the kernel one piece is cheaper than several, by more than this copy costs.
            let mut joined = spare::buffer();
            bytes.iter().for_each(|piece| joined.extend_from_slice(piece));
            let written = self.poll_write(cx, &joined);
            spare::give_buffer(joined);
            return written;
        }
        let written = match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Transport::Tls(stream) => Pin::new(&mut **stream).poll_write_vectored(cx, bytes),
        };
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(_) => true,
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
