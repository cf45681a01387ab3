//! Who takes part, and who may be spending alone.
//!
//! INVARIANT: a gateway that spends alone has been seen as away by every gateway that is not: it starts [`CUT_AFTER`] its
//! last proof was *sent*, they notice [`AWAY_AFTER`] it was *seen*. The difference is longer than a change takes to
//! be told.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Change, Expect, Key, Put, State, StateError};
use tokio::time::Instant;

/// How often a gateway proves that it reaches the store.
const BEAT_EVERY: Duration = Duration::from_millis(500);
/// A gateway whose proof is older may be spending alone.
pub const AWAY_AFTER: Duration = Duration::from_millis(1_500);
/// A gateway whose last proof is older is cut off, and soon spends alone.
pub const CUT_AFTER: Duration = Duration::from_millis(2_500);
/// What the others booked before they noticed still counts for a period: a gateway that is cut off begins to spend that
/// much later, but not later than this. In longer periods, what is booked within a few seconds is little.
const ALONE_WAIT_MAX: Duration = Duration::from_secs(5);
/// A gateway that is away for longer is forgotten: its part is spent by the others again.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(15);
/// Says in a proof that all that was spent alone is booked.
const SETTLED: &[u8] = b"settled";
/// So many proofs in a row must say so: one may have been sent before and come late.
const SETTLED_PROOFS: u32 = 2;
/// Most gateways that are told apart.
const MEMBERS_MAX: usize = 1_024;
/// Where the proofs are.
const PREFIX: &str = "gateway";

/// One other gateway.
#[derive(Clone, Copy, Debug)]
struct Other {
    /// Its last change; `None`: only its entry from before we looked.
    seen: Option<Instant>,
    /// When it came back from being away, until it says that it owes nothing.
    back: Option<Instant>,
    /// Proofs in a row that said so.
    settled: u32,
}

#[derive(Debug)]
struct Known {
    others: BTreeMap<Key, Other>,
    /// When our last acknowledged proof was sent.
    proven: Instant,
}

#[derive(Debug)]
pub(super) struct Members {
    state: Arc<dyn State>,
    me: Key,
    known: Mutex<Known>,
}

impl Members {
    pub(super) fn new(state: Arc<dyn State>, gateway: &str) -> Result<Self, store::KeyError> {
        let me = Key::of([PREFIX.as_bytes(), gateway.as_bytes()])?;
        let known = Known { others: BTreeMap::new(), proven: Instant::now() };
        Ok(Self { state, me, known: Mutex::new(known) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this gateway has been without the store for so long that it goes on alone.
    pub(super) fn is_cut(&self) -> bool {
        self.known().proven.elapsed() > CUT_AFTER
    }

    /// Whether it may spend its part of a limit now: the others have left it for as long as what they booked before
    /// counts (`counts`).
    pub(super) fn may_spend(&self, counts: Duration) -> bool {
        self.known().proven.elapsed() > CUT_AFTER + counts.min(ALONE_WAIT_MAX)
    }

    /// All gateways, this one included.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.known().others.len() + 1).unwrap_or(u32::MAX)
    }

    /// Other gateways that may have been spending alone within the last `window`.
    pub(super) fn away(&self, window: Duration) -> u32 {
        let away = |other: &&Other| {
            other.seen.is_none_or(|seen| seen.elapsed() > AWAY_AFTER)
                || other.back.is_some_and(|back| back.elapsed() < window)
        };
        u32::try_from(self.known().others.values().filter(away).count()).unwrap_or(u32::MAX)
    }

    /// Proves for ever that we reach the store. Asks before each proof whether anything spent alone is not yet booked.
    pub(super) async fn beat(&self, owes: impl Fn() -> bool) {
        let mut every = tokio::time::interval(BEAT_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let how = Put::ANY.expiring(FORGOTTEN_AFTER);
        loop {
            every.tick().await;
            let sent = Instant::now();
            // What does not come back within this time proves nothing: the next one is tried instead.
            let value = if owes() || self.is_cut() { b"" } else { SETTLED };
            let put = tokio::time::timeout(AWAY_AFTER, self.state.put(&self.me, value, how)).await;
            if matches!(put, Ok(Ok(_))) {
                self.known().proven = sent;
            }
        }
    }

    /// Says good-bye, so that nobody keeps our part.
    pub(super) async fn leave(&self) -> Result<(), StateError> {
        self.state.remove(&self.me, Expect::Anything).await
    }

    /// Watches the others for ever.
    pub(super) async fn look(&self) {
        loop {
            if let Ok(mut watch) = self.state.watch(PREFIX).await {
                let mut present = true;
                while let Some(next) = watch.next().await {
                    present = self.note(next, present);
                }
            }
            tokio::time::sleep(BEAT_EVERY).await;
        }
    }

    /// Notes one change. Whether present entries are still being told.
    fn note(&self, next: Result<Change, StateError>, present: bool) -> bool {
        let mut known = self.known();
        match next {
            Ok(Change::Put(entry)) if entry.key == self.me => {}
            Ok(Change::Put(entry)) => {
                if known.others.len() >= MEMBERS_MAX && !known.others.contains_key(&entry.key) {
                    return present;
                }
                let now = Instant::now();
                let other =
                    known.others.entry(entry.key).or_insert(Other { seen: None, back: None, settled: 0 });
                let settled = entry.value == SETTLED;
                other.settled = if settled { other.settled.saturating_add(1) } else { 0 };
                if other.settled >= SETTLED_PROOFS {
                    other.back = None;
                }
                if !present {
                    if other.seen.is_some_and(|seen| now.duration_since(seen) > AWAY_AFTER) {
                        other.back = Some(now);
                        other.settled = u32::from(settled);
                    }
                    if !settled {
                        other.back = Some(now);
                    }
                    other.seen = Some(now);
                }
            }
            Ok(Change::Removed { key, .. }) => {
                known.others.remove(&key);
            }
            Ok(Change::UpToDate) => return false,
            Err(StateError::StartOver { .. }) => {
                known.others.clear();
                return true;
            }
            Err(_) => {}
        }
        present
    }
}
