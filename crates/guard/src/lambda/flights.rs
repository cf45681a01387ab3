//! The invocations that are in flight, and the moment by which each must be answered.
//!
//! ```text
//! one at a time:   its time is over  ->  the environment ends with it
//! several at once: its time is over  ->  it alone is answered; its worker goes on until it asks for the next event
//!                  the environment is to end  ->  nobody asks any more; the last answer ends it
//! ```
use crate::Invocation;
use crate::clock;
use std::collections::{BTreeMap, VecDeque};
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
    /// The guard answered in the runtime's place; the runtime still works on it.
    pub(crate) over: bool,
}

/// Whether the runtime may answer.
#[derive(Debug)]
pub(crate) enum Claim {
    Yours(Flight),
    /// It was answered, or its time is over.
    Answered,
    /// Its time is over, and the runtime is done with it only now.
    Late,
    Unknown,
}

/// What who wants the next event is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Ask the platform.
    Ask,
    /// Tell the parts of what was answered, and come again: its own connection has not come for it.
    Settle,
    /// End the environment, for this reason: nothing is in flight.
    End(String),
}

/// How many invocations the runtime has at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AtOnce {
    #[default]
    One,
    /// Several are declared, and the policy wants tenants apart: the guard asks for one when none is in flight.
    OneByOne,
    Several,
}

/// Identifiers of answered invocations that are remembered: as many as an environment can have at once, and more.
const ANSWERED_MAX: usize = 2048;

#[derive(Debug, Default)]
struct State {
    flying: BTreeMap<String, Flight>,
    /// Events that have come and are looked at.
    arriving: usize,
    /// Somebody asks for the event that is next ([`AtOnce::OneByOne`]).
    asking: bool,
    /// Why no more events are asked for.
    leaving: Option<String>,
    /// The environment ends: an event that comes now is not for it.
    closed: bool,
    /// Answered, and the parts have not been told yet.
    answered: Vec<Arc<Invocation>>,
    /// Those that the parts are being told of.
    settling: usize,
    known: VecDeque<String>,
    /// When the watcher looks again.
    wakes: Option<Instant>,
    watched: bool,
}

impl State {
    fn remember(&mut self, request_id: &str) {
        if self.known.len() >= ANSWERED_MAX {
            self.known.pop_front();
        }
        self.known.push_back(request_id.to_owned());
    }

    fn give_up(&mut self, request_id: &str, at_once: AtOnce) -> Option<Flight> {
        if at_once != AtOnce::Several {
            self.remember(request_id);
            return self.flying.remove(request_id);
        }
        let flight = self.flying.get_mut(request_id)?;
        let found = flight.clone();
        flight.deadline = None;
        flight.over = !flight.taken;
        Some(found)
    }

    /// Nobody waits for an answer: one that the guard gave up was answered, whatever the runtime still does.
    fn is_done(&self) -> bool {
        self.flying.values().all(|flight| flight.over) && self.arriving == 0
    }

    /// Nothing of an invocation before is left to do, but to tell the parts.
    fn is_alone(&self) -> bool {
        self.flying.is_empty() && self.arriving == 0 && !self.asking && self.settling == 0
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    at_once: AtOnce,
    state: Mutex<State>,
    /// For the watcher.
    changed: Condvar,
    /// For those that wait until they may ask.
    free: Condvar,
}

impl Flights {
    pub(crate) fn new(at_once: AtOnce) -> Self {
        Self { at_once, ..Self::default() }
    }

    pub(crate) fn at_once(&self) -> AtOnce {
        self.at_once
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to do for who wants an event.
    pub(crate) fn turn(&self) -> Turn {
        let mut state = self.state();
        loop {
            if let Some(why) = &state.leaving {
                if state.is_done() && !state.closed {
                    let why = why.clone();
                    state.closed = true;
                    return Turn::End(why);
                }
            } else if self.at_once != AtOnce::OneByOne || state.is_alone() {
                if self.at_once == AtOnce::OneByOne && !state.answered.is_empty() {
                    return Turn::Settle;
                }
                state.asking = true;
                return Turn::Ask;
            }
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An event has come. False: the environment ends.
    pub(crate) fn arrive(&self) -> bool {
        let mut state = self.state();
        state.asking = false;
        if !state.closed {
            state.arriving += 1;
        }
        !state.closed
    }

    /// The event that came does not reach the runtime.
    pub(crate) fn turn_away(&self) {
        let mut state = self.state();
        state.arriving = state.arriving.saturating_sub(1);
        self.free.notify_all();
    }

    /// No event came.
    pub(crate) fn came_to_nothing(&self) {
        self.state().asking = false;
        self.free.notify_all();
    }

    /// No more events are asked for; who asks next and finds none in flight ends the environment.
    pub(crate) fn leave(&self, why: String) {
        self.state().leaving.get_or_insert(why);
    }

    pub(crate) fn begin(&self, flight: Flight) {
        let mut state = self.state();
        // The watcher is woken only where it sleeps too long: the next deadline is later than the last one nearly always.
        let wakes_too_late = match (flight.deadline, state.wakes) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(deadline), Some(wakes)) => deadline < wakes,
        };
        state.arriving = state.arriving.saturating_sub(1);
        state.flying.insert(flight.invocation.request_id.clone(), flight);
        if wakes_too_late && state.watched {
            self.changed.notify_one();
        }
    }

    /// The runtime wants to answer.
    pub(crate) fn claim(&self, request_id: &str) -> Claim {
        let mut state = self.state();
        let state = &mut *state;
        match state.flying.get_mut(request_id) {
            None if state.known.iter().any(|known| known == request_id) => Claim::Answered,
            None => Claim::Unknown,
            Some(flight) if flight.over => Claim::Late,
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
    pub(crate) fn done(&self, request_id: &str) -> Option<Flight> {
        let mut state = self.state();
        let flight = state.flying.remove(request_id)?;
        state.answered.push(Arc::clone(&flight.invocation));
        state.remember(request_id);
        self.free.notify_all();
        Some(flight)
    }

    /// Those that were answered since the last call. Who takes them says [`Self::settled`] when the parts know.
    pub(crate) fn take_answered(&self) -> Vec<Arc<Invocation>> {
        let mut state = self.state();
        state.settling += state.answered.len();
        std::mem::take(&mut state.answered)
    }

    pub(crate) fn settled(&self, count: usize) {
        if count > 0 {
            let mut state = self.state();
            state.settling = state.settling.saturating_sub(count);
            self.free.notify_all();
        }
    }

    /// Everything that is still unanswered, for the end of the process.
    pub(crate) fn take_all(&self) -> Vec<Flight> {
        std::mem::take(&mut self.state().flying)
            .into_values()
            .filter(|flight| !flight.taken && !flight.over)
            .collect()
    }

    /// Waits for the next deadline that passes. The flight is nobody else's then. Where several are in flight the runtime may be at
    /// work on it still: it counts until its worker says that it is done.
    pub(crate) fn overdue(&self) -> Flight {
        let mut state = self.state();
        state.watched = true;
        loop {
            let now = clock::moment();
            let next = state.flying.values().filter_map(|flight| flight.deadline).min();
            if next.is_some_and(|next| next <= now) {
                let late = state.flying.iter().find(|(_, flight)| flight.deadline == next);
                if let Some(id) = late.map(|(id, _)| id.clone())
                    && let Some(flight) = state.give_up(&id, self.at_once)
                {
                    self.free.notify_all();
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

#[cfg(test)]
mod tests {
    use super::{AtOnce, Flight, Flights, Turn};
    use crate::Invocation;
    use crate::clock;
    use std::sync::Arc;

    fn flight(id: &str, is_late: bool) -> Flight {
        let invocation = Invocation {
            request_id: id.to_owned(),
            deadline_ms: 0,
            function_arn: String::new(),
            tenant: None,
            client_context: None,
            cognito_identity: None,
            event: Arc::from([]),
            trigger: waf::event::Trigger::Direct,
            work: Arc::default(),
        };
        Flight {
            invocation: Arc::new(invocation),
            invocation_id: None,
            deadline: is_late.then(clock::moment),
            last: None,
            given_ms: 1,
            taken: false,
            over: false,
        }
    }

    fn with(at_once: AtOnce, flying: Flight) -> Flights {
        let flights = Flights::new(at_once);
        assert_eq!(flights.turn(), Turn::Ask);
        assert!(flights.arrive());
        flights.begin(flying);
        flights
    }

    /// Who answered may be gone: another tells the parts in its place, and the environment goes on.
    #[test]
    fn another_settles_what_was_answered() {
        let flights = with(AtOnce::OneByOne, flight("a", false));
        flights.done("a");
        assert_eq!(flights.turn(), Turn::Settle);
        flights.settled(flights.take_answered().len());
        assert_eq!(flights.turn(), Turn::Ask);
    }

    /// The guard answered in the place of a worker that never comes back: nobody waits for that one.
    #[test]
    fn an_environment_ends_beside_a_worker_that_hangs() {
        let flights = with(AtOnce::Several, flight("a", true));
        assert_eq!(flights.overdue().invocation.request_id, "a");
        flights.leave("it is old".to_owned());
        assert_eq!(flights.turn(), Turn::End("it is old".to_owned()));
    }
}
