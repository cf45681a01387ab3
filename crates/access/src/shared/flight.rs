//! Deciding with leases: one ask a key at a time, the next lease ahead of need.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::SharedState;
use crate::Identity;
use crate::limit::{Facts, LimitDecision, Limiter, Plan, SharedLimits, Stage, Verdict, Want};

/// Rounds of one request: each either gets a lease, waits for another's, or ends.
const ROUNDS_MAX: usize = 64;
/// Keys whose waiting requests are remembered for the next ask.
const MISSED_MAX: usize = 4_096;
/// Leases asked for in the background at once.
const AHEAD_MAX: usize = 256;

/// An ask that is under way.
#[derive(Debug)]
struct Flight {
    /// Its sender goes when the ask is answered.
    done: watch::Receiver<()>,
    /// Permits that others wait for meanwhile.
    waiting: u32,
}

/// Asks by the names of their entries.
type Flights = Mutex<BTreeMap<String, Flight>>;

/// Decides requests by limits of which some are shared.
#[derive(Clone, Debug)]
pub struct SharedLimiter {
    shared: Arc<SharedState>,
    flights: Arc<Flights>,
    /// Permits that requests waited for without being answered, by entry: the next ask takes them along.
    missed: Arc<Mutex<BTreeMap<String, u32>>>,
}

/// Ends a flight, also when its request was dropped.
struct Landing<'a> {
    limiter: &'a SharedLimiter,
    entry: &'a str,
    _done: watch::Sender<()>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let landed = locked(&self.limiter.flights).remove(self.entry);
        if let Some(Flight { waiting: waiting @ 1.., .. }) = landed {
            let mut missed = locked(&self.limiter.missed);
            if missed.len() >= MISSED_MAX {
                // Only the size of batches is forgotten.
                missed.clear();
            }
            missed.insert(self.entry.to_owned(), waiting);
        }
    }
}

impl SharedLimiter {
    #[must_use]
    pub fn new(shared: Arc<SharedState>) -> Self {
        Self { shared, flights: Arc::default(), missed: Arc::default() }
    }

    #[must_use]
    pub const fn shared(&self) -> &Arc<SharedState> {
        &self.shared
    }

    /// Decides a request and books it. Waits only for leases of cold keys, and then at most the configured time.
    pub async fn decide(
        &self,
        limiter: &Arc<Limiter>,
        (plan, stage): (&Plan, Stage),
        facts: &Facts<'_>,
        now: Duration,
    ) -> LimitDecision {
        let started = Instant::now();
        let deadline = started + self.shared.options().wait_max;
        for _ in 0..ROUNDS_MAX {
            let now = now + started.elapsed();
            let decision = limiter.decide(plan, stage, facts, now);
            let Verdict::Lease(wants) = &decision.verdict else {
                if decision.is_admitted() {
                    self.ahead(limiter, (plan, stage), facts, now);
                }
                return decision;
            };
            for want in wants {
                if tokio::time::timeout_at(deadline, self.fetch(limiter, want, facts)).await.is_err() {
                    break;
                }
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        let mut decision = limiter.decide(plan, stage, facts, now + started.elapsed());
        if let Verdict::Lease(wants) = &decision.verdict {
            let limit = wants.first().map_or(0, |want| want.limit);
            let retry_after = Some(self.shared.options().wait_max);
            decision.verdict = Verdict::Refused { limit, retry_after };
        }
        decision
    }

    /// Gets a lease, or waits until another request of the key got one.
    async fn fetch(&self, limiter: &Limiter, want: &Want, facts: &Facts<'_>) {
        let entry = want.entry();
        let under_way = {
            let mut flights = locked(&self.flights);
            match flights.get_mut(&entry) {
                Some(flight) => {
                    flight.waiting = flight.waiting.saturating_add(want.least);
                    Err(flight.done.clone())
                }
                None => {
                    let (tell, done) = watch::channel(());
                    flights.insert(entry.clone(), Flight { done, waiting: 0 });
                    Ok(tell)
                }
            }
        };
        let tell = match under_way {
            Ok(tell) => tell,
            Err(mut done) => {
                // Its sender is dropped, never used.
                done.changed().await.ok();
                return;
            }
        };
        let _landing = Landing { limiter: self, entry: &entry, _done: tell };
        let missed = locked(&self.missed).remove(&entry).unwrap_or(0);
        let most = (want.terms.permits / 8).max(want.least);
        let permits = want.permits.max(want.least.saturating_add(missed)).min(most);
        let want = Want { permits, ..want.clone() };
        let asked = Instant::now();
        match self.shared.lease(&want).await {
            Ok(grant) => limiter.leased(&want, facts, &grant, want.now + asked.elapsed()),
            Err(_) => limiter.alone(want.now + asked.elapsed()),
        }
    }

    /// Asks for the next leases in the background.
    fn ahead(&self, limiter: &Arc<Limiter>, (plan, stage): (&Plan, Stage), facts: &Facts<'_>, now: Duration) {
        for want in limiter.ahead(plan, stage, facts, now) {
            let entry = want.entry();
            {
                let flights = locked(&self.flights);
                if flights.contains_key(&entry) || flights.len() >= AHEAD_MAX {
                    continue;
                }
            }
            let (this, limiter) = (self.clone(), Arc::clone(limiter));
            let owned = Owned::new(facts);
            tokio::spawn(async move { this.fetch(&limiter, &want, &owned.facts()).await });
        }
    }
}

/// Facts that outlive their request.
struct Owned {
    address: std::net::IpAddr,
    route: String,
    identity: Option<Identity>,
    cost: Option<u32>,
    fingerprint: Option<String>,
}

impl Owned {
    fn new(facts: &Facts<'_>) -> Self {
        let identity = facts.identity.cloned();
        let fingerprint = facts.fingerprint.map(str::to_owned);
        Self {
            address: facts.address,
            route: facts.route.to_owned(),
            identity,
            cost: facts.cost,
            fingerprint,
        }
    }

    fn facts(&self) -> Facts<'_> {
        let Self { address, route, identity, cost, fingerprint } = self;
        let (identity, fingerprint) = (identity.as_ref(), fingerprint.as_deref());
        Facts { address: *address, route, identity, cost: *cost, fingerprint }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
