//! The memory in which requests are answered: some kilobytes each, which go round among the requests of a thread. The last one given
//! back is taken first, so that a request meets memory that the processor still holds; an allocator would go through many.
use super::Worker;
use super::handle::{self, Dropped, Tracked};
use super::wire::Vital;
use crate::exchange::Connection;
use http::{Request, Response};
use hyper::body::Incoming;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Free rooms that a thread keeps at most.
const FREE_MAX: usize = 64;

/// A request that has come, and where it came from.
pub(super) struct Asked {
    pub(super) worker: Arc<Worker>,
    pub(super) connection: Arc<Connection>,
    pub(super) vital: Arc<Vital>,
    pub(super) request: Request<Incoming>,
}

type Answer = Result<Response<Tracked>, Dropped>;

/// What can hold the future of a request, whose type has no name.
trait Hold: Send {
    fn begin(&mut self, asked: Asked);
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Answer>;
    fn clear(&mut self);
}

struct Room<F, M> {
    make: M,
    future: Pin<Box<Option<F>>>,
}

impl<F, M> Hold for Room<F, M>
where
    F: Future<Output = Answer> + Send,
    M: Fn(Asked) -> F + Send,
{
    fn begin(&mut self, asked: Asked) {
        self.future.set(Some((self.make)(asked)));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        match self.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }

    fn clear(&mut self) {
        self.future.set(None);
    }
}

thread_local!(static FREE: RefCell<Vec<Box<dyn Hold>>> = const { RefCell::new(Vec::new()) });

fn room() -> Box<dyn Hold> {
    FREE.with_borrow_mut(Vec::pop)
        .unwrap_or_else(|| Box::new(Room { make: handle::request, future: Box::pin(None) }))
}

/// A request on its way to an answer.
pub(super) struct Answering(Option<Box<dyn Hold>>);

impl Answering {
    pub(super) fn begin(asked: Asked) -> Self {
        let mut room = room();
        room.begin(asked);
        Self(Some(room))
    }
}

impl Future for Answering {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        match &mut self.0 {
            Some(room) => room.poll(cx),
            None => Poll::Pending,
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let Some(mut room) = self.0.take() else { return };
        // What the request held goes now, not when the room is used again.
        room.clear();
        // While a thread ends there is no list any more, and the room just goes.
        let _gone = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < FREE_MAX {
                free.push(room);
            }
        });
    }
}
