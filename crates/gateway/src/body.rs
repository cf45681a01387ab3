//! Bodies: nothing, held whole, or streamed.
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A body on its way to the upstream or to the client.
#[derive(Default)]
pub(crate) enum Body {
    #[default]
    Empty,
    /// Held whole.
    Full(Bytes),
    /// Pieces, then trailers: what was read of a stream and can be given again.
    Pieces(VecDeque<Frame<Bytes>>, Option<Box<Body>>),
    /// What a client sends, within its limits.
    Client(Box<ClientBody>),
    /// Whatever else streams.
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Empty => "empty",
            Self::Full(_) => "full",
            Self::Pieces(..) => "pieces",
            Self::Client(_) => "client",
            Self::Stream(_) => "stream",
        };
        formatter.write_str(kind)
    }
}

/// Why a body did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// More than a limit.
    #[error("the body is larger than {most} bytes")]
    TooLarge { most: u64 },
    /// Nothing came for too long.
    #[error("the body came too slowly")]
    Slow,
    /// The other side broke off, or its framing is wrong.
    #[error("the body broke off: {0}")]
    Broken(String),
}

impl From<hyper::Error> for BodyError {
    fn from(error: hyper::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Body {
    /// A body held whole.
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self::Full(bytes.into())
    }

    /// A stream.
    pub(crate) fn stream(
        body: impl http_body::Body<Data = Bytes, Error = BodyError> + Send + 'static,
    ) -> Self {
        Self::Stream(Box::pin(body))
    }

    /// Reads to the end, and keeps what was read: the body can still be sent afterwards.
    ///
    /// # Errors
    /// Past `most` bytes, or when the other side breaks off. The body is lost then.
    pub(crate) async fn whole(&mut self, most: usize) -> Result<Bytes, BodyError> {
        match self {
            Self::Empty => return Ok(Bytes::new()),
            Self::Full(bytes) => return Ok(bytes.clone()),
            Self::Pieces(..) | Self::Client(_) | Self::Stream(_) => {}
        }
        let too_large = BodyError::TooLarge { most: most as u64 };
        if self.size_hint().lower() > most as u64 {
            return Err(too_large);
        }
        let (mut first, mut rest, mut trailers) = (Bytes::new(), BytesMut::new(), None);
        while let Some(frame) = self.frame().await {
            match frame?.into_data() {
                Ok(data) if first.is_empty() && rest.is_empty() => first = data,
                Ok(data) => {
                    if rest.is_empty() {
                        rest.extend_from_slice(&first);
                    }
                    rest.extend_from_slice(&data);
                }
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
            if first.len().max(rest.len()) > most {
                return Err(too_large);
            }
        }
        let whole = if rest.is_empty() { first } else { rest.freeze() };
        *self = Self::of(whole.clone(), trailers);
        Ok(whole)
    }

    /// Reads the first `most` bytes, or all; the body is still whole afterwards. Tells whether that is all.
    ///
    /// # Errors
    /// When the other side breaks off. The body is lost then.
    pub(crate) async fn start(&mut self, most: usize) -> Result<(Bytes, bool), BodyError> {
        match self {
            Self::Empty => return Ok((Bytes::new(), true)),
            Self::Full(bytes) => return Ok((bytes.clone(), true)),
            Self::Pieces(..) | Self::Client(_) | Self::Stream(_) => {}
        }
        let mut pieces: VecDeque<Frame<Bytes>> = VecDeque::new();
        let (mut read, mut whole) = (0, false);
        while read < most {
            let Some(frame) = self.frame().await else {
                whole = true;
                break;
            };
            let frame = frame?;
            read += frame.data_ref().map_or(0, Bytes::len);
            pieces.push_back(frame);
        }
        whole |= self.is_end_stream();
        let data = join(&pieces);
        let only_data = pieces.iter().all(Frame::is_data);
        *self = match (whole, only_data) {
            (true, true) => Self::of(data.clone(), None),
            (true, false) => Self::Pieces(pieces, None),
            (false, _) => Self::Pieces(pieces, Some(Box::new(std::mem::take(self)))),
        };
        Ok((data, whole))
    }

    /// A body that is known, with its trailers.
    pub(crate) fn of(data: Bytes, trailers: Option<HeaderMap>) -> Self {
        match trailers {
            None if data.is_empty() => Self::Empty,
            None => Self::Full(data),
            Some(trailers) => Self::Pieces([Frame::data(data), Frame::trailers(trailers)].into(), None),
        }
    }

    /// Whether it could be sent twice.
    pub(crate) fn copy(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Full(bytes) => Some(Self::Full(bytes.clone())),
            Self::Pieces(..) | Self::Client(_) | Self::Stream(_) => None,
        }
    }
}

/// The data of pieces in one; a single one is not copied.
fn join(pieces: &VecDeque<Frame<Bytes>>) -> Bytes {
    let mut data = pieces.iter().filter_map(Frame::data_ref);
    match (data.next(), data.next()) {
        (None, _) => Bytes::new(),
        (Some(only), None) => only.clone(),
        (Some(_), Some(_)) => {
            let mut all = BytesMut::new();
            pieces.iter().filter_map(Frame::data_ref).for_each(|piece| all.extend_from_slice(piece));
            all.freeze()
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Self::Pieces(pieces, rest) => match (pieces.pop_front(), rest) {
                (Some(piece), _) => Poll::Ready(Some(Ok(piece))),
                (None, Some(rest)) => Pin::new(&mut **rest).poll_frame(cx),
                (None, None) => Poll::Ready(None),
            },
            Self::Client(body) => Pin::new(&mut **body).poll_frame(cx),
            Self::Stream(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::Pieces(pieces, rest) => {
                pieces.is_empty() && rest.as_ref().is_none_or(|rest| rest.is_end_stream())
            }
            Self::Client(body) => body.inner.is_end_stream(),
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Pieces(..) => SizeHint::default(),
            Self::Client(body) => body.inner.size_hint(),
            Self::Stream(body) => body.size_hint(),
        }
    }
}

/// As good as without an end: a year.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// What a client sends: at most so many bytes, at least so fast. Timers are only made when there is something to wait for.
pub(crate) struct ClientBody {
    inner: Incoming,
    left: u64,
    most: u64,
    idle: Duration,
    end: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl ClientBody {
    /// A body within limits.
    pub(crate) fn new(inner: Incoming, most: u64, idle: Duration, end: Instant) -> Self {
        Self { inner, left: most, most, idle, end, timer: None }
    }

    /// A stream, not a message: it may be silent, and last `most_ms` milliseconds; 0: as long as it likes.
    pub(crate) fn last(&mut self, most_ms: u64) {
        let most = if most_ms == 0 { FOREVER } else { Duration::from_millis(most_ms) };
        (self.idle, self.end) = (most, Instant::now() + most);
    }

    /// Replaces the limit in bytes, before anything was read.
    pub(crate) fn limit(&mut self, most: u64) {
        (self.left, self.most) = (most, most);
    }
}

impl http_body::Body for ClientBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) else {
            let end = this.end.min(Instant::now() + this.idle);
            let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Some(Err(BodyError::Slow)));
        };
        this.timer = None;
        let Some(frame) = frame else { return Poll::Ready(None) };
        let frame = frame?;
        if let Some(data) = frame.data_ref() {
            match this.left.checked_sub(data.len() as u64) {
                Some(left) => this.left = left,
                None => return Poll::Ready(Some(Err(BodyError::TooLarge { most: this.most }))),
            }
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
