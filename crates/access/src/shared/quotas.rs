//! Quotas that all gateways spend from, and that outlive them: units are booked in the store a batch ahead, and spent
//! from memory. So a crash, or a gateway that ends, loses a batch at most and gives nothing away.
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Key, Put, State, StateError};

use crate::encode;
use crate::limit::{Count, Facts, LimitKey, PrefixLengths, key_of, matches};
use crate::quota::{AHEAD, Config, Quota, QuotaDecision, QuotaError, Quotas};

/// Attempts against gateways that book from the same quota.
const ATTEMPTS_MAX: usize = 32;
/// Rounds of one request: others may spend what it booked.
const ROUNDS_MAX: usize = 8;
/// Locks for bookings, so that requests of one key book one after the other.
const LOCKS: usize = 16;
/// An entry lives a little longer than its period: clocks differ.
const LATER: Duration = Duration::from_hours(1);

/// What a shared quota says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharedQuotaDecision {
    Decided(QuotaDecision),
    /// The store cannot be asked, and nothing that is booked covers the request: refuse it.
    Unavailable(String),
}

/// Quotas on the store.
#[derive(Debug)]
pub struct SharedQuotas {
    config: Config,
    state: Arc<dyn State>,
    wait_max: Duration,
    held: Mutex<BTreeMap<(usize, LimitKey), Held>>,
    booking: [tokio::sync::Mutex<()>; LOCKS],
    seed: RandomState,
}

/// Units of one quota and key that are booked and not spent.
#[derive(Clone, Copy, Debug)]
struct Held {
    begin: u64,
    left: u64,
    /// Units that nobody has booked, when it was last looked.
    free: u64,
}

/// One quota that applies to a request.
struct Wanted<'a> {
    place: usize,
    quota: &'a Quota,
    key: LimitKey,
    begin: u64,
    end: u64,
    cost: u64,
}

impl SharedQuotas {
    /// Quotas of which the store knows what was used. A request waits for the store so long at most.
    ///
    /// # Errors
    /// The first quota that cannot work.
    pub fn new(config: Config, state: Arc<dyn State>, wait_max: Duration) -> Result<Self, QuotaError> {
        Quotas::new(config.clone())?;
        let booking = std::array::from_fn(|_| tokio::sync::Mutex::default());
        Ok(Self { config, state, wait_max, held: Mutex::default(), booking, seed: RandomState::new() })
    }

    /// Decides a request at a moment (seconds since 1970-01-01), and books it when all quotas admit it.
    pub async fn take(&self, facts: &Facts<'_>, now: u64) -> SharedQuotaDecision {
        let wanted = self.wanted(facts, now);
        for _ in 0..ROUNDS_MAX {
            let Some(short) = self.spend(&wanted) else {
                return SharedQuotaDecision::Decided(self.admitted(&wanted));
            };
            let booked = tokio::time::timeout(self.wait_max, self.book(short, now)).await;
            match booked {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => {
                    let quota = short.quota.name.clone();
                    return SharedQuotaDecision::Decided(QuotaDecision::Refused { quota, until: short.end });
                }
                Ok(Err(reason)) => return SharedQuotaDecision::Unavailable(reason),
                Err(_) => {
                    return SharedQuotaDecision::Unavailable("the store did not answer in time".to_owned());
                }
            }
        }
        SharedQuotaDecision::Unavailable("too many requests book at once".to_owned())
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<(usize, LimitKey), Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wanted(&self, facts: &Facts<'_>, now: u64) -> Vec<Wanted<'_>> {
        let mut all = Vec::new();
        for (place, quota) in self.config.quotas.iter().enumerate() {
            let applies = quota.routes.is_empty() || quota.routes.iter().any(|one| matches(one, facts.route));
            let key =
                applies.then(|| key_of(&quota.by, quota.missing, PrefixLengths::default(), facts)).flatten();
            let Some(key) = key else { continue };
            let (begin, end) = quota.period(now);
            let cost = match quota.count {
                Count::Cost => u64::from(facts.cost.unwrap_or(1).max(1)),
                Count::Requests | Count::Failures => 1,
            };
            all.push(Wanted { place, quota, key, begin, end, cost });
        }
        all
    }

    /// Spends from every quota, or from none: gives the first that has too little booked.
    fn spend<'a>(&self, wanted: &'a [Wanted<'a>]) -> Option<&'a Wanted<'a>> {
        let mut held = self.held();
        let short = wanted.iter().find(|one| {
            let own = held.get(&(one.place, one.key.clone())).filter(|own| own.begin == one.begin);
            own.is_none_or(|own| own.left < one.cost)
        });
        if short.is_none() {
            for one in wanted {
                if let Some(own) = held.get_mut(&(one.place, one.key.clone())) {
                    own.left = own.left.saturating_sub(one.cost);
                }
            }
        }
        short
    }

    fn admitted(&self, wanted: &[Wanted<'_>]) -> QuotaDecision {
        let held = self.held();
        let left = |one: &Wanted<'_>| {
            held.get(&(one.place, one.key.clone())).map(|own| own.left.saturating_add(own.free))
        };
        QuotaDecision::Admitted { remaining: wanted.iter().filter_map(left).min(), save: Vec::new() }
    }

    /// Books a batch in the store. `false`: too little is left for this request.
    async fn book(&self, wanted: &Wanted<'_>, now: u64) -> Result<bool, String> {
        let slot = (wanted.place, wanted.key.clone());
        let number = usize::try_from(self.seed.hash_one(&slot) % LOCKS as u64).unwrap_or(0);
        let Some(lock) = self.booking.get(number) else { return Ok(false) };
        let _one = lock.lock().await;
        let own = self.held().get(&slot).copied().filter(|own| own.begin == wanted.begin);
        let left = own.map_or(0, |own| own.left);
        if left >= wanted.cost {
            // Another request has booked meanwhile.
            return Ok(true);
        }
        self.make_room(wanted, &slot)?;
        let least = wanted.cost - left;
        let name = encode::base64url(&encode::sha256(wanted.key.as_bytes()));
        let key = Key::of(["quota", &wanted.quota.name, &wanted.begin.to_string(), &name]);
        let key = key.map_err(|why| why.to_string())?;
        for _ in 0..ATTEMPTS_MAX {
            let found = self.state.get(&key).await.map_err(|why| why.to_string())?;
            let used = match &found {
                None => 0,
                Some(entry) => std::str::from_utf8(&entry.value)
                    .ok()
                    .and_then(|text| text.parse::<u64>().ok())
                    .ok_or("what was used cannot be read")?,
            };
            let free = wanted.quota.units.saturating_sub(used);
            if free < least {
                return Ok(false);
            }
            let batch = (wanted.quota.units / AHEAD).max(least).min(free);
            let how = found.map_or(Put::NEW, |entry| Put::over(entry.revision));
            let life = Duration::from_secs(wanted.end.saturating_sub(now)).saturating_add(LATER);
            let value = used.saturating_add(batch).to_string();
            match self.state.put(&key, value.as_bytes(), how.expiring(life)).await {
                Ok(_) => {
                    let mut held = self.held();
                    // What was there may have been spent meanwhile; it is added to, not replaced.
                    let own = held.entry(slot).or_insert(Held { begin: wanted.begin, left: 0, free: 0 });
                    if own.begin != wanted.begin {
                        *own = Held { begin: wanted.begin, left: 0, free: 0 };
                    }
                    own.left = own.left.saturating_add(batch);
                    own.free = free - batch;
                    return Ok(true);
                }
                Err(StateError::Conflict { .. }) => {}
                Err(why) => return Err(why.to_string()),
            }
        }
        Err("too many gateways book at once".to_owned())
    }

    /// Keys of past periods go when there are too many.
    fn make_room(&self, wanted: &Wanted<'_>, slot: &(usize, LimitKey)) -> Result<(), String> {
        let mut held = self.held();
        let count = |held: &BTreeMap<(usize, LimitKey), Held>| {
            held.keys().filter(|(place, _)| *place == wanted.place).count()
        };
        if held.contains_key(slot) || held.len() < wanted.quota.keys || count(&held) < wanted.quota.keys {
            return Ok(());
        }
        held.retain(|(place, _), own| *place != wanted.place || own.begin >= wanted.begin);
        if count(&held) < wanted.quota.keys {
            return Ok(());
        }
        Err(format!("quota `{}` has more keys than it may remember", wanted.quota.name))
    }
}
