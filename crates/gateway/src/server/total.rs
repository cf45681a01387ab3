//! The time that a request has, from its head's first byte to its answer's last.
//!
//! HTTP/1 costs no timer: the worker's own coarse one looks after the requests under way. HTTP/2 has a timer for
//! each stream, made only once there is something to wait for.
use super::wire::Vital;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// One request's time. Moments are milliseconds since its connection began, plus one.
#[derive(Debug, Default)]
pub(crate) struct Total {
    /// When it is over; 0: never.
    until: AtomicU64,
    late: AtomicBool,
    /// The answer's head was given.
    answered: AtomicBool,
}

impl Total {
    /// A request began at a moment, and has so many milliseconds; 0: as many as it likes. Its head may have taken all.
    pub(crate) fn begin(&self, since: u64, now: u64, most_ms: u64) {
        self.answered.store(false, Relaxed);
        self.set(since, most_ms);
        self.late.store(most_ms != 0 && now.saturating_sub(since) >= most_ms, Relaxed);
    }

    /// Changes how long it has.
    pub(crate) fn set(&self, since: u64, most_ms: u64) {
        self.until.store(if most_ms == 0 { 0 } else { since.saturating_add(most_ms) }, Relaxed);
    }

    /// The answer's head is on its way.
    pub(crate) fn answered(&self) {
        self.answered.store(true, Relaxed);
    }

    /// The request is over.
    pub(crate) fn end(&self) {
        self.until.store(0, Relaxed);
        self.late.store(false, Relaxed);
    }

    /// Whether its time is over.
    pub(crate) fn is_late(&self) -> bool {
        self.late.load(Relaxed)
    }

    /// Looks at the time. Tells whether it has just run out.
    pub(crate) fn look(&self, now: u64) -> bool {
        let until = self.until.load(Relaxed);
        until != 0 && now >= until && !self.late.swap(true, Relaxed)
    }

    /// Whether it is over and the rest of an answer is still held up: nobody will take it.
    pub(crate) fn is_stuck(&self) -> bool {
        self.is_late() && self.answered.load(Relaxed)
    }
}

/// Runs a future until it ends or its request is late. `None`: it is late.
pub(super) async fn within<F: Future>(total: &Total, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| if total.is_late() { Poll::Ready(None) } else { future.as_mut().poll(cx).map(Some) }).await
}

tokio::task_local! {
    /// The time of the HTTP/2 stream whose task runs.
    static STREAM: Arc<Total>;
}

/// The time of the stream whose task this is; `None` on HTTP/1, where it belongs to the connection.
pub(super) fn of_stream() -> Option<Arc<Total>> {
    STREAM.try_with(Arc::clone).ok()
}

/// Runs the streams of an HTTP/2 connection. One whose time is over is dropped, which resets it.
#[derive(Clone, Debug)]
pub(super) struct Streams(pub(super) Arc<Vital>);

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        let began = Instant::from_std(self.0.began());
        drop(tokio::spawn(async move {
            let total = Arc::<Total>::default();
            let mut future = pin!(future);
            let mut timer = None;
            poll_fn(|cx| {
                let polled = STREAM.sync_scope(Arc::clone(&total), || future.as_mut().poll(cx));
                if polled.is_ready() || !is_over(&total, began, &mut timer, cx) {
                    return polled.map(drop);
                }
                let polled = STREAM.sync_scope(Arc::clone(&total), || future.as_mut().poll(cx));
                if total.is_stuck() { Poll::Ready(()) } else { polled.map(drop) }
            })
            .await;
        }));
    }
}

/// A timer, and the moment that it was made for.
type Timer = Option<(u64, Pin<Box<Sleep>>)>;

/// Whether the time is over just now; otherwise the task wakes when it is.
fn is_over(total: &Total, began: Instant, timer: &mut Timer, cx: &mut Context<'_>) -> bool {
    let until = total.until.load(Relaxed);
    if until == 0 || total.is_late() {
        *timer = None;
        return total.is_stuck();
    }
    if timer.as_ref().is_none_or(|(made_for, _)| *made_for != until) {
        let end = began + Duration::from_millis(until);
        *timer = Some((until, Box::pin(sleep_until(end))));
    }
    let rang = timer.as_mut().is_some_and(|(_, timer)| timer.as_mut().poll(cx).is_ready());
    if rang {
        *timer = None;
        total.look(until);
    }
    rang
}
