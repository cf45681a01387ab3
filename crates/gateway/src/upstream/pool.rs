//! Connections to upstreams, kept open: a pool for each thread, so that no lock is met.
//!
//! A request whose body is held whole goes over a connection of [`http1`](super::http1); one whose body streams over one of
//! the HTTP library, which reads and writes at once.
//!
//! A pooled HTTP/1 connection has no task of its own. The request that uses it drives it, its answer's body after that;
//! that spares two switches of tasks a request. While it rests nobody drives it: before it is used again one look tells
//! whether the upstream has closed it.
use super::Address;
use super::connect::{self, Line};
pub(crate) use super::http1::Whole;
use super::http1::{Broke, Connection};
use crate::body::{Body, BodyError};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::time::Sleep;

/// Bytes of an answer that are waited for without a box of their own when they are there at once.
const SMALL_BYTES_MAX: u64 = 64 << 10;

/// Why a request got no answer.
#[derive(Debug)]
pub(crate) struct SendError {
    pub(crate) kind: Failure,
    /// Whether no byte of it was sent.
    pub(crate) unsent: bool,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no connection: {0}")]
    Connect(String),
    #[error("no connection in time")]
    ConnectTime,
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("no answer in time")]
    Time,
    /// The client's fault, not the upstream's: what to tell it, and why.
    #[error("{1}")]
    Body(http::StatusCode, String),
}

/// One HTTP/1 connection.
struct Http1 {
    sender: http1::SendRequest<Body>,
    line: Pin<Box<http1::Connection<TokioIo<Line>, Body>>>,
    closed: bool,
}

/// Connections to one address that rest, and since when.
#[derive(Default)]
struct Idle {
    quick: Vec<Quick>,
    streaming: Vec<(Http1, Instant)>,
}

impl Idle {
    fn len(&self) -> usize {
        self.quick.len() + self.streaming.len()
    }
}

#[derive(Default)]
struct Pool {
    idle: BTreeMap<usize, Idle>,
    http2: BTreeMap<usize, http2::SendRequest<Body>>,
    swept: Option<Instant>,
}

type Quick = Box<Connection>;

thread_local!(static POOL: RefCell<Pool> = RefCell::default());

impl Http1 {
    async fn connect(address: &Address) -> Result<Self, Failure> {
        let line = open(address).await?;
        let (sender, line) = http1::Builder::new()
            .handshake(TokioIo::new(line))
            .await
            .map_err(|error| Failure::Connect(error.to_string()))?;
        Ok(Self { sender, line: Box::pin(line), closed: false })
    }

    /// Lets the connection read and write.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if !self.closed && self.line.as_mut().poll(cx).is_ready() {
            self.closed = true;
        }
    }

    /// Whether another request may go over it.
    fn is_ready(&mut self, cx: &mut Context<'_>) -> bool {
        self.drive(cx);
        !self.closed && self.sender.is_ready()
    }
}

pub(super) async fn open(address: &Address) -> Result<Line, Failure> {
    match tokio::time::timeout(address.times.connect, connect::connect(address)).await {
        Ok(Ok(line)) => Ok(line),
        Ok(Err(error)) => Err(Failure::Connect(error.to_string())),
        Err(_) => Err(Failure::ConnectTime),
    }
}

/// A connection for streams that rests; `None`: a new one is needed.
fn take(address: &Address, now: Instant) -> Option<Http1> {
    let mut cx = Context::from_waker(Waker::noop());
    POOL.with_borrow_mut(|pool| {
        let idle = &mut pool.idle.get_mut(&address.id)?.streaming;
        while let Some((mut connection, since)) = idle.pop() {
            if is_young(address, since, now) && connection.is_ready(&mut cx) {
                return Some(connection);
            }
        }
        None
    })
}

/// The same for bodies that are held whole.
fn take_quick(address: &Address, now: Instant) -> Option<Quick> {
    POOL.with_borrow_mut(|pool| {
        let idle = &mut pool.idle.get_mut(&address.id)?.quick;
        while let Some(mut connection) = idle.pop() {
            if is_young(address, connection.used(), now) && connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    })
}

fn is_young(address: &Address, since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) < address.times.keep_alive
}

fn put(address: &Address, connection: Http1) {
    let now = crate::clock::instant();
    keep_idle(address, now, |idle| idle.streaming.push((connection, now)));
}

/// A connection is free again.
pub(super) fn rest(address: &Address, connection: Quick) {
    keep_idle(address, connection.used(), |idle| idle.quick.push(connection));
}

fn keep_idle(address: &Address, now: Instant, push: impl FnOnce(&mut Idle)) {
    POOL.with_borrow_mut(|pool| {
        let idle = pool.idle.entry(address.id).or_default();
        if idle.len() < address.times.idle_connections_max {
            push(idle);
        }
        let keep = address.times.keep_alive;
        if pool.swept.is_none_or(|swept| now.saturating_duration_since(swept) > keep) {
            pool.swept = Some(now);
            let is_young = |since: Instant| now.saturating_duration_since(since) < keep;
            pool.idle.retain(|_, idle| {
                idle.quick.retain(|connection| is_young(connection.used()));
                idle.streaming.retain(|(_, since)| is_young(*since));
                idle.len() > 0
            });
            pool.http2.retain(|_, sender| !sender.is_closed());
        }
    });
}

/// How long to wait, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) now: Instant,
    /// For the answer's head; with the time that a streamed request body takes.
    pub(crate) first_byte: std::time::Duration,
}

/// Whether a request can be sent again after it was sent: nothing of it is used up by that.
pub(crate) fn leaves_whole(address: &Address, request: &Request<Body>) -> bool {
    !address.http2 && matches!(request.body(), Body::Empty | Body::Full(_))
}

/// Sends a request and waits for the answer's head. The request is still there afterwards where it was not used up: see
/// [`leaves_whole`] and [`SendError::unsent`].
pub(crate) async fn send(
    address: &Arc<Address>,
    given: &mut Option<Request<Body>>,
    wait: Wait,
) -> Result<Response<Body>, SendError> {
    match given {
        Some(request) if leaves_whole(address, request) => {
            send_whole(address, Whole::of(request), wait).await
        }
        _ => match given.take() {
            Some(request) => {
                Box::pin(send_streamed(address, request, wait)).await.map_err(|(kind, unsent)| {
                    *given = unsent;
                    SendError { kind, unsent: given.is_some() }
                })
            }
            None => Err(SendError { kind: Failure::Broken("there is no request".to_owned()), unsent: false }),
        },
    }
}

/// Sends a request whose body is held whole, over HTTP/1.1.
pub(crate) async fn send_whole(
    address: &Arc<Address>,
    request: Whole,
    wait: Wait,
) -> Result<Response<Body>, SendError> {
    let (connection, begun) = match take_quick(address, wait.now) {
        Some(connection) => (connection, wait.now),
        None => match Connection::connect(address).await {
            Ok(connection) => (connection, crate::clock::instant()),
            Err(kind) => return Err(SendError { kind, unsent: true }),
        },
    };
    let sent = connection.send(address, request, (begun, wait.first_byte)).await;
    sent.map_err(|Broke { kind, unsent }| SendError { kind, unsent })
}

/// What went wrong, and the request where no byte of it was sent.
type Lost = (Failure, Option<Request<Body>>);

async fn send_streamed(
    address: &Arc<Address>,
    request: Request<Body>,
    wait: Wait,
) -> Result<Response<Body>, Lost> {
    let Wait { now, first_byte } = wait;
    if address.http2 {
        return send_http2(address, request, first_byte).await;
    }
    let mut connection = match take(address, now) {
        Some(connection) => connection,
        None => match Http1::connect(address).await {
            Ok(connection) => connection,
            Err(kind) => return Err((kind, Some(request))),
        },
    };
    let answer = {
        let mut answer = std::pin::pin!(connection.sender.try_send_request(request));
        let line = &mut connection.line;
        let closed = &mut connection.closed;
        let head = std::future::poll_fn(|cx| {
            if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
                return Poll::Ready(answer);
            }
            if !*closed && line.as_mut().poll(cx).is_ready() {
                *closed = true;
            }
            answer.as_mut().poll(cx)
        });
        tokio::time::timeout(first_byte, head).await
    };
    match answer {
        Ok(Ok(answer)) => Ok(keep(address, connection, answer).await),
        Ok(Err(mut error)) => {
            let unsent = error.take_message();
            Err((failure(error.error()), unsent))
        }
        Err(_) => Err((Failure::Time, None)),
    }
}

fn failure(error: &hyper::Error) -> Failure {
    let source = std::error::Error::source(error);
    match source.and_then(|source| source.downcast_ref::<BodyError>()) {
        Some(body) => Failure::Body(body.status(), body.to_string()),
        None => {
            Failure::Broken(source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}")))
        }
    }
}

/// Takes a small body at once where it is there; otherwise the body keeps the connection and drives it.
async fn keep(address: &Arc<Address>, mut connection: Http1, answer: Response<Incoming>) -> Response<Body> {
    let (head, mut incoming) = answer.into_parts();
    let small = incoming.size_hint().exact().is_some_and(|size| size <= SMALL_BYTES_MAX);
    if head.status == http::StatusCode::SWITCHING_PROTOCOLS {
        return Response::from_parts(head, Body::Empty);
    }
    if incoming.is_end_stream() {
        std::future::poll_fn(|cx| {
            connection.drive(cx);
            Poll::Ready(())
        })
        .await;
        put(address, connection);
        return Response::from_parts(head, Body::Empty);
    }
    let first = if small {
        std::future::poll_fn(|cx| {
            connection.drive(cx);
            Poll::Ready(match Pin::new(&mut incoming).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => Some(frame),
                _ => None,
            })
        })
        .await
    } else {
        None
    };
    let whole = first.is_some() && incoming.is_end_stream();
    match first.map(Frame::into_data) {
        Some(Ok(data)) if whole => {
            std::future::poll_fn(|cx| {
                connection.drive(cx);
                Poll::Ready(())
            })
            .await;
            put(address, connection);
            Response::from_parts(head, Body::Full(data))
        }
        first => {
            let first = first.and_then(Result::ok);
            let body = Driven {
                first,
                incoming,
                connection: Some(connection),
                address: Arc::clone(address),
                timer: None,
            };
            Response::from_parts(head, Body::stream(body))
        }
    }
}

/// An answer's body that drives its connection, and puts it back when it has come to its end.
struct Driven {
    first: Option<Bytes>,
    incoming: Incoming,
    connection: Option<Http1>,
    address: Arc<Address>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Driven {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let mut polled = Pin::new(&mut this.incoming).poll_frame(cx);
        if let (true, Some(connection)) = (polled.is_pending(), &mut this.connection) {
            connection.drive(cx);
            polled = Pin::new(&mut this.incoming).poll_frame(cx);
        }
        match polled {
            Poll::Pending => {
                let idle = this.address.times.idle;
                let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
                std::task::ready!(timer.as_mut().poll(cx));
                this.connection = None;
                Poll::Ready(Some(Err(BodyError::Slow)))
            }
            Poll::Ready(frame) => {
                this.timer = None;
                let ended = frame.is_none() || this.incoming.is_end_stream();
                if let Some(mut connection) = this.connection.take_if(|_| ended)
                    && connection.is_ready(cx)
                {
                    put(&this.address, connection);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.incoming.size_hint();
        if let (Some(first), Some(exact)) = (&self.first, hint.exact()) {
            hint.set_exact(exact + first.len() as u64);
        }
        hint
    }
}

async fn send_http2(
    address: &Arc<Address>,
    request: Request<Body>,
    first_byte: std::time::Duration,
) -> Result<Response<Body>, Lost> {
    let kept =
        POOL.with_borrow(|pool| pool.http2.get(&address.id).filter(|sender| !sender.is_closed()).cloned());
    let mut sender = match kept {
        Some(sender) => sender,
        None => match connect_http2(address).await {
            Ok(sender) => sender,
            Err(kind) => return Err((kind, Some(request))),
        },
    };
    if let Err(error) = sender.ready().await {
        POOL.with_borrow_mut(|pool| pool.http2.remove(&address.id));
        return Err((failure(&error), Some(request)));
    }
    match tokio::time::timeout(first_byte, sender.try_send_request(request)).await {
        Ok(Ok(answer)) => {
            let (head, incoming) = answer.into_parts();
            let body =
                Driven { first: None, incoming, connection: None, address: Arc::clone(address), timer: None };
            Ok(Response::from_parts(head, Body::stream(body)))
        }
        Ok(Err(mut error)) => {
            let unsent = error.take_message();
            Err((failure(error.error()), unsent))
        }
        Err(_) => Err((Failure::Time, None)),
    }
}

async fn connect_http2(address: &Address) -> Result<http2::SendRequest<Body>, Failure> {
    let line = open(address).await?;
    let (sender, driver) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(address.times.keep_alive)
        .handshake(TokioIo::new(line))
        .await
        .map_err(|error| Failure::Connect(error.to_string()))?;
    drop(tokio::spawn(driver));
    POOL.with_borrow_mut(|pool| pool.http2.insert(address.id, sender.clone()));
    Ok(sender)
}

/// A connection for one upgrade (WebSocket): its own task, never pooled.
pub(crate) async fn send_upgrade(
    address: &Address,
    request: Request<Body>,
) -> Result<Response<Incoming>, Failure> {
    let line = open(address).await?;
    let (mut sender, driver) = http1::Builder::new()
        .handshake(TokioIo::new(line))
        .await
        .map_err(|error| Failure::Connect(error.to_string()))?;
    drop(tokio::spawn(driver.with_upgrades()));
    match tokio::time::timeout(address.times.first_byte, sender.send_request(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failure(&error)),
        Err(_) => Err(Failure::Time),
    }
}
