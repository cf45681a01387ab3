//! How many requests at once: all together, of one identity, and as many as the service can take.
//!
//! [`Concurrency::enter`] is a future that ends with a [`Permit`], or with [`Busy`] when the queue is full. A permit gives
//! its place back when it is dropped, however the request ended; a future that is dropped while it waits leaves the
//! queue. So nothing leaks when a client goes away. How long to wait is the caller's timeout around the future.
//!
//! Under overload, less important requests go first: each priority may use a part of the limit only, and one that comes
//! to a full queue takes the place of a less important one that waits.
//!
//! What one identity asks for beyond its own places waits in a short queue of its own (`identity_queue`), where it is in
//! nobody's way: a page that asks for twenty things at once is served, only not twenty at a time.
mod adaptive;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adaptive::Adaptive;
pub use adaptive::{AdaptiveConfig, Outcome};
use serde::{Deserialize, Serialize};

use crate::Identity;

/// Limits of requests at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// All together. With `adaptive`, the upper bound.
    pub max: usize,
    /// Of one identity (or address, for nobody).
    pub per_identity: usize,
    /// Of one address, for requests of nobody: many people and programs may share one. As `per_identity` when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_address: Option<usize>,
    /// How many of one identity (or address) may wait until others of its own have ended.
    pub identity_queue: usize,
    /// How many may wait for a place. Those above `per-identity` never wait here: they would fill the queue for others.
    pub queue: usize,
    /// How much of the limit `normal` and `low` requests may use, in percent; `critical` ones may use all.
    pub shares: Shares,
    /// Finds the limit from latencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max: 2_000,
            per_identity: 100,
            per_address: None,
            identity_queue: 0,
            queue: 200,
            shares: Shares::default(),
            adaptive: None,
        }
    }
}

/// Percent of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Shares {
    pub normal: u8,
    pub low: u8,
}

impl Default for Shares {
    fn default() -> Self {
        Self { normal: 95, low: 70 }
    }
}

/// How important a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    Critical,
    #[default]
    Normal,
    Low,
}

/// Why a request got no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// 429: somebody has too many requests at once.
    #[error("too many requests at once by one identity")]
    Identity,
    /// 503: the service has too many.
    #[error("too many requests at once")]
    Full,
    /// 503: it waited, and a more important one took its place.
    #[error("a more important request took the place in the queue")]
    Displaced,
}

/// Counts requests at once.
#[derive(Debug)]
pub struct Concurrency {
    config: Config,
    seed: RandomState,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    in_flight: usize,
    limit: usize,
    adaptive: Option<Adaptive>,
    /// Requests at once of each identity; those without any are not there.
    of: HashMap<u64, usize>,
    /// Who waits for others of its own identity, the first first; those without any are not there.
    held: HashMap<u64, VecDeque<u64>>,
    /// Who waits, by priority, the first first.
    queue: BTreeMap<Priority, VecDeque<u64>>,
    waiting: BTreeMap<u64, Waiting>,
    ticket: u64,
}

#[derive(Debug)]
struct Waiting {
    priority: Priority,
    place: Place,
    /// Requests at once that its identity may have.
    own_max: usize,
}

#[derive(Debug)]
enum Place {
    /// Waits for one of its own identity to end.
    Held(Option<Waker>),
    Waits(Option<Waker>),
    Granted,
    Displaced,
}

/// A place. Dropping it gives the place back.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub struct Permit {
    of: Arc<Concurrency>,
    key: u64,
}

/// Waits for a place.
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Entering {
    of: Arc<Concurrency>,
    key: u64,
    /// `Err`: decided at once.
    ticket: Result<u64, Busy>,
    is_over: bool,
}

impl Concurrency {
    #[must_use]
    pub fn new(config: Config) -> Arc<Self> {
        let adaptive = config.adaptive.map(|adaptive| {
            Adaptive::new(AdaptiveConfig { max: adaptive.max.min(config.max.max(1)), ..adaptive })
        });
        let limit = adaptive.as_ref().map_or(config.max, Adaptive::limit).max(1);
        let state = State {
            in_flight: 0,
            limit,
            adaptive,
            of: HashMap::new(),
            held: HashMap::new(),
            queue: BTreeMap::new(),
            waiting: BTreeMap::new(),
            ticket: 0,
        };
        Arc::new(Self { config, seed: RandomState::new(), state: Mutex::new(state) })
    }

    /// Asks for a place for somebody. It is asked for at once, not at the first poll: the order is that of the calls.
    pub fn enter(self: &Arc<Self>, who: Who<'_>, priority: Priority) -> Entering {
        let key = self.seed.hash_one(who.parts());
        let own_max = match who {
            Who::Identity(_) => self.config.per_identity,
            Who::Address(_) => self.config.per_address.unwrap_or(self.config.per_identity),
        };
        let ticket = self.lock().ask(&self.config, (key, own_max.max(1)), priority);
        Entering { of: Arc::clone(self), key, ticket, is_over: false }
    }

    /// Requests at once now, how many wait, and the limit.
    #[must_use]
    pub fn load(&self) -> (usize, usize, usize) {
        let state = self.lock();
        (state.in_flight, state.queue.values().map(VecDeque::len).sum(), state.limit)
    }

    fn release(&self, key: u64) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        state.leave(&self.config, key);
        let wakers = state.grant(&self.config);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who counts as one.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    Identity(&'a Identity),
    Address(std::net::IpAddr),
}

impl Who<'_> {
    /// What makes one: the kind, the issuer and the subject of an identity, the network of an address.
    #[must_use]
    pub fn parts(&self) -> (u8, &str, &str, u128) {
        match self {
            Self::Identity(who) => (0, &who.issuer, &who.subject, 0),
            Self::Address(address) => {
                let lengths = crate::limit::PrefixLengths { v4: 32, v6: 64 };
                (1, "", "", crate::limit::network(*address, lengths))
            }
        }
    }
}

impl State {
    /// Takes a place, a ticket of a queue, or nothing.
    fn ask(
        &mut self,
        config: &Config,
        (key, own_max): (u64, usize),
        priority: Priority,
    ) -> Result<u64, Busy> {
        if self.of.get(&key).copied().unwrap_or(0) >= own_max {
            if self.held.get(&key).map_or(0, VecDeque::len) >= config.identity_queue {
                return Err(Busy::Identity);
            }
            self.ticket += 1;
            self.held.entry(key).or_default().push_back(self.ticket);
            self.waiting.insert(self.ticket, Waiting { priority, place: Place::Held(None), own_max });
            return Ok(self.ticket);
        }
        let is_free = self.has_place(config, priority)?;
        self.ticket += 1;
        let place = if is_free {
            self.in_flight += 1;
            Place::Granted
        } else {
            self.queue.entry(priority).or_default().push_back(self.ticket);
            Place::Waits(None)
        };
        // Who waits counts, too: one identity cannot fill the queue.
        *self.of.entry(key).or_insert(0) += 1;
        self.waiting.insert(self.ticket, Waiting { priority, place, own_max });
        Ok(self.ticket)
    }

    /// Whether there is a place at once; otherwise there is one in the queue.
    fn has_place(&mut self, config: &Config, priority: Priority) -> Result<bool, Busy> {
        let is_first = self.queue.range(..=priority).all(|(_, queue)| queue.is_empty());
        if is_first && self.in_flight < self.share(config, priority) {
            return Ok(true);
        }
        let waiting: usize = self.queue.values().map(VecDeque::len).sum();
        if waiting >= config.queue {
            self.displace(priority)?;
        }
        Ok(false)
    }

    /// The last of the least important ones leaves the queue for a more important one.
    fn displace(&mut self, priority: Priority) -> Result<(), Busy> {
        let mut less = self.queue.iter_mut().rev().take_while(|(one, _)| **one > priority);
        let ticket = less.find_map(|(_, queue)| queue.pop_back()).ok_or(Busy::Full)?;
        if let Some(waiting) = self.waiting.get_mut(&ticket)
            && let Place::Waits(Some(waker)) = std::mem::replace(&mut waiting.place, Place::Displaced)
        {
            waker.wake();
        }
        Ok(())
    }

    fn share(&self, config: &Config, priority: Priority) -> usize {
        let percent = match priority {
            Priority::Critical => 100,
            Priority::Normal => config.shares.normal.min(100),
            Priority::Low => config.shares.low.min(100),
        };
        (self.limit.saturating_mul(usize::from(percent)) / 100).max(1)
    }

    /// Gives free places to those who wait, the most important first.
    fn grant(&mut self, config: &Config) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for priority in [Priority::Critical, Priority::Normal, Priority::Low] {
            while self.in_flight < self.share(config, priority) {
                let Some(ticket) = self.queue.get_mut(&priority).and_then(VecDeque::pop_front) else { break };
                let Some(waiting) = self.waiting.get_mut(&ticket) else { continue };
                if let Place::Waits(Some(waker)) = std::mem::replace(&mut waiting.place, Place::Granted) {
                    wakers.push(waker);
                }
                self.in_flight += 1;
            }
        }
        wakers
    }

    /// One of an identity has ended; the next of its own takes its turn.
    fn leave(&mut self, config: &Config, key: u64) {
        let Some(own) = self.of.get_mut(&key) else { return };
        *own -= 1;
        if *own == 0 {
            self.of.remove(&key);
        }
        while let Some(ticket) = self.held.get(&key).and_then(|held| held.front().copied()) {
            let Some((priority, own_max)) = self.waiting.get(&ticket).map(|one| (one.priority, one.own_max))
            else {
                self.unhold(key, ticket);
                continue;
            };
            if self.of.get(&key).copied().unwrap_or(0) >= own_max {
                return;
            }
            self.unhold(key, ticket);
            *self.of.entry(key).or_insert(0) += 1;
            let place = match self.has_place(config, priority) {
                Ok(true) => {
                    self.in_flight += 1;
                    Place::Granted
                }
                Ok(false) => Place::Waits(None),
                Err(_) => Place::Displaced,
            };
            self.turn(ticket, place);
        }
    }

    /// One that was held goes on: to a place, into the queue, or away.
    fn turn(&mut self, ticket: u64, place: Place) {
        let Some(waiting) = self.waiting.get_mut(&ticket) else { return };
        let Place::Held(waker) = std::mem::replace(&mut waiting.place, place) else { return };
        if let Place::Waits(kept) = &mut waiting.place {
            *kept = waker;
            self.queue.entry(waiting.priority).or_default().push_back(ticket);
        } else if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn unhold(&mut self, key: u64, ticket: u64) {
        if let Some(held) = self.held.get_mut(&key) {
            held.retain(|one| *one != ticket);
            if held.is_empty() {
                self.held.remove(&key);
            }
        }
    }
}

impl Entering {
    /// Why there was no place, for one that waited long enough.
    #[must_use]
    pub fn late(&self) -> Busy {
        let Ok(ticket) = self.ticket else { return Busy::Identity };
        match self.of.lock().waiting.get(&ticket) {
            Some(Waiting { place: Place::Held(_), .. }) => Busy::Identity,
            _ => Busy::Full,
        }
    }
}

impl Future for Entering {
    type Output = Result<Permit, Busy>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ticket = match self.ticket {
            Ok(ticket) => ticket,
            Err(busy) => return Poll::Ready(Err(busy)),
        };
        let of = Arc::clone(&self.of);
        let mut state = of.lock();
        match state.waiting.get_mut(&ticket).map(|waiting| &mut waiting.place) {
            Some(Place::Waits(waker) | Place::Held(waker)) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            Some(Place::Granted) => {
                state.waiting.remove(&ticket);
                self.is_over = true;
                Poll::Ready(Ok(Permit { of: Arc::clone(&of), key: self.key }))
            }
            Some(Place::Displaced) | None => {
                if state.waiting.remove(&ticket).is_some() {
                    state.leave(&of.config, self.key);
                }
                self.is_over = true;
                Poll::Ready(Err(Busy::Displaced))
            }
        }
    }
}

impl Drop for Entering {
    fn drop(&mut self) {
        let (Ok(ticket), false) = (self.ticket, self.is_over) else { return };
        let mut state = self.of.lock();
        let Some(waiting) = state.waiting.remove(&ticket) else { return };
        match waiting.place {
            Place::Held(_) => state.unhold(self.key, ticket),
            // It was given a place and never took it.
            Place::Granted => {
                drop(state);
                self.of.release(self.key);
            }
            Place::Waits(_) => {
                if let Some(queue) = state.queue.get_mut(&waiting.priority) {
                    queue.retain(|one| *one != ticket);
                }
                state.leave(&self.of.config, self.key);
            }
            Place::Displaced => state.leave(&self.of.config, self.key),
        }
    }
}

impl Permit {
    /// Tells how the request ended, for the adaptive limit, and gives the place back.
    pub fn finish(self, now: Duration, outcome: Outcome) {
        self.sample(now, outcome);
    }

    /// Tells how the request went, for the adaptive limit. The place is kept: bytes of the answer may still come.
    pub fn sample(&self, now: Duration, outcome: Outcome) {
        let mut state = self.of.lock();
        let in_flight = state.in_flight;
        if let Some(adaptive) = &mut state.adaptive {
            adaptive.sample(now, in_flight, outcome);
            state.limit = state.adaptive.as_ref().map_or(state.limit, Adaptive::limit);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.of.release(self.key);
    }
}

#[cfg(test)]
mod tests;
