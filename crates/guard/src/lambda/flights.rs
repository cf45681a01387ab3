//! The invocations that are in flight, and the moment by which each must be answered.
use crate::Invocation;
use crate::clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One invocation that the runtime works on.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) invocation: Arc<Invocation>,
    /// `Lambda-Runtime-Invocation-Id`, which managed instances want back.
    pub(crate) invocation_id: Option<Vec<u8>>,
    /// When the guard answers instead.
    pub(crate) deadline: Option<Instant>,
    /// The platform's own deadline.
    pub(crate) last: Option<Instant>,
    /// Milliseconds that the platform gave.
    pub(crate) given_ms: u64,
    /// Its answer is on its way.
    pub(crate) taken: bool,
}

/// Whether the runtime may answer.
#[derive(Debug)]
pub(crate) enum Claim {
    Yours(Flight),
    /// It was answered, or its time is over.
    Answered,
    Unknown,
}

#[derive(Debug, Default)]
struct State {
    flying: BTreeMap<String, Flight>,
    /// Answered, and the parts have not been told yet.
    answered: Vec<Arc<Invocation>>,
    last_answered: Option<String>,
    /// When the watcher looks again.
    wakes: Option<Instant>,
    watched: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    state: Mutex<State>,
    changed: Condvar,
}

impl Flights {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, flight: Flight) {
        let mut state = self.state();
        // The watcher is woken only where it sleeps too long: the next deadline is later than the last one nearly always.
        let wakes_too_late = match (flight.deadline, state.wakes) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(deadline), Some(wakes)) => deadline < wakes,
        };
        state.flying.insert(flight.invocation.request_id.clone(), flight);
        if wakes_too_late && state.watched {
            self.changed.notify_one();
        }
    }

    /// The runtime wants to answer.
    pub(crate) fn claim(&self, request_id: &str) -> Claim {
        let mut state = self.state();
        if state.last_answered.as_deref() == Some(request_id) {
            return Claim::Answered;
        }
        match state.flying.get_mut(request_id) {
            None => Claim::Unknown,
            Some(flight) if flight.taken => Claim::Answered,
            Some(flight) => {
                flight.taken = true;
                // What is on its way may arrive until the platform itself ends it.
                flight.deadline = flight.last;
                Claim::Yours(flight.clone())
            }
        }
    }

    /// The answer has left.
    pub(crate) fn done(&self, request_id: &str) {
        let mut state = self.state();
        if let Some(flight) = state.flying.remove(request_id) {
            state.answered.push(flight.invocation);
            state.last_answered = Some(request_id.to_owned());
        }
    }

    /// Those that were answered since the last call.
    pub(crate) fn take_answered(&self) -> Vec<Arc<Invocation>> {
        std::mem::take(&mut self.state().answered)
    }

    /// Everything that is still unanswered, for the end of the process.
    pub(crate) fn take_all(&self) -> Vec<Flight> {
        std::mem::take(&mut self.state().flying).into_values().filter(|flight| !flight.taken).collect()
    }

    /// Waits for the next deadline that passes. The flight is nobody else's then.
    pub(crate) fn overdue(&self) -> Flight {
        let mut state = self.state();
        state.watched = true;
        loop {
            let now = clock::moment();
            let next = state.flying.values().filter_map(|flight| flight.deadline).min();
            if next.is_some_and(|next| next <= now) {
                let late = state.flying.iter().find(|(_, flight)| flight.deadline == next);
                if let Some(id) = late.map(|(id, _)| id.clone())
                    && let Some(flight) = state.flying.remove(&id)
                {
                    state.last_answered = Some(id);
                    return flight;
                }
            }
            // An earlier alarm is kept: looking once in vain costs less than being woken for each invocation.
            state.wakes = next;
            state = match next {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(next) => {
                    let wait = next.saturating_duration_since(now);
                    self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
