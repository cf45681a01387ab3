//! Leases of shared budgets: compare-and-put in the store, or a part of what was left when it went away.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Key, Pending, Put, Revision, State, StateError};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Options;
use super::claims::Claims;
use super::members::Members;
use crate::limit::{Alone, Budget, Grant, Lease, SharedError, SharedLimits, Want};

/// Budgets remembered: what was last seen of each saves a read, and is what a gateway goes on with alone.
const BUDGETS_MAX: usize = 16_384;
/// Attempts against others that change the same budget.
const ATTEMPTS_MAX: u32 = 12;
/// Longest pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_millis(20);
/// How often debts are looked for.
const SETTLE_EVERY: Duration = Duration::from_millis(250);
/// Most debts booked in one go.
const SETTLE_MAX: usize = 1_024;
/// Longest turn of the others, when permits are scarce.
const TURN_MAX: Duration = Duration::from_millis(100);
/// When to ask again while it is not yet known whether the store is gone.
const SOON: Duration = Duration::from_millis(100);

/// A budget as it was last seen.
#[derive(Clone, Debug, Default)]
struct Seen {
    budget: Budget,
    claims: Claims,
    /// Got less than it wished: the others' turn until then.
    hold: Option<Instant>,
    /// `None`: the entry was not there.
    revision: Option<Revision>,
    /// Leased alone and not yet booked in the store.
    debt: u32,
    /// What to book it with.
    owed: Option<Box<Want>>,
    /// When it was used last, for forgetting.
    used: u64,
}

/// What happened so far, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Calls of the store.
    pub calls: u64,
    /// Of these, puts that lost against another gateway.
    pub conflicts: u64,
    /// Leases given without the store.
    pub alone: u64,
    /// Times that the store did not answer in time.
    pub unavailable: u64,
}

/// Shared budgets of one gateway, with its tasks in the background; they end when it is dropped.
#[derive(Debug)]
pub struct SharedState {
    state: Arc<dyn State>,
    members: Arc<Members>,
    options: Options,
    /// This gateway's name in claims.
    me: u64,
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
    tick: AtomicU64,
    counted: Mutex<Counted>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for SharedState {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl SharedState {
    /// Takes part. Needs a runtime.
    ///
    /// # Errors
    /// The gateway's name is too long for a key.
    pub fn start(state: Arc<dyn State>, options: Options) -> Result<Arc<Self>, store::KeyError> {
        let members = Arc::new(Members::new(Arc::clone(&state), &options.gateway)?);
        let seen: Arc<Mutex<BTreeMap<String, Seen>>> = Arc::default();
        let (beating, looking, books) = (Arc::clone(&members), Arc::clone(&members), Arc::clone(&seen));
        let owes = move || locked(&books).values().any(|seen| seen.debt > 0);
        let mut tasks = vec![
            tokio::spawn(async move { beating.beat(owes).await }),
            tokio::spawn(async move { looking.look().await }),
        ];
        let me = name(&options.gateway);
        let counted = Mutex::default();
        let tick = AtomicU64::new(0);
        Ok(Arc::new_cyclic(|this: &std::sync::Weak<Self>| {
            tasks.push(tokio::spawn(settle(this.clone())));
            Self { state, members, options, me, seen, tick, counted, tasks }
        }))
    }

    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// What happened so far.
    #[must_use]
    pub fn counted(&self) -> Counted {
        *locked(&self.counted)
    }

    /// Whether it goes on without the store.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.members.is_cut()
    }

    /// Says good-bye to the others, before this gateway ends: they need not keep its part unspent.
    ///
    /// # Errors
    /// The store could not be told; the others find out by themselves.
    pub async fn leave(&self) -> Result<(), StateError> {
        for task in &self.tasks {
            task.abort();
        }
        self.members.leave().await
    }

    fn count(&self, change: impl FnOnce(&mut Counted)) {
        change(&mut locked(&self.counted));
    }

    async fn ask(&self, want: &Want) -> Result<Grant, SharedError> {
        let entry = want.entry();
        if self.members.is_cut() && self.options.alone == Alone::Local {
            return Ok(self.alone_soon(want, &entry));
        }
        match tokio::time::timeout(self.options.wait_max, self.together(want, &entry)).await {
            Ok(Ok(grant)) => Ok(grant),
            Ok(Err(why)) => self.unavailable(want, &entry, why.to_string()),
            Err(_) => self.unavailable(want, &entry, "no answer in time".to_owned()),
        }
    }

    /// The store did not answer. Until it is clear that it is gone, only leases at hand are spent.
    fn unavailable(&self, want: &Want, entry: &str, reason: String) -> Result<Grant, SharedError> {
        self.count(|counted| counted.unavailable += 1);
        match self.options.alone {
            Alone::Refuse => Err(SharedError { reason }),
            Alone::Local if self.members.is_cut() => Ok(self.alone_soon(want, entry)),
            Alone::Local => Ok(Grant::Refused { retry_after: Some(SOON), remaining: 0 }),
        }
    }

    /// This gateway's part, once the others have left it unspent for long enough.
    fn alone_soon(&self, want: &Want, entry: &str) -> Grant {
        if self.members.may_spend(want.terms.period + want.terms.lease()) {
            return self.alone(want, entry);
        }
        Grant::Refused { retry_after: Some(SOON), remaining: 0 }
    }

    /// Books in the store. May be dropped at any moment: then what it booked is lost, never spent twice.
    pub(super) async fn together(&self, want: &Want, entry: &str) -> Result<Grant, StateError> {
        let key = Key::new(entry)?;
        let mut seen = self.recall(entry);
        if seen.is_none() {
            seen = Some(self.read(&key, entry).await?);
        }
        for attempt in 0..ATTEMPTS_MAX {
            let Some(before) = seen.take() else { break };
            if let Some(left) = before.hold.map(|hold| hold.saturating_duration_since(Instant::now()))
                && !left.is_zero()
            {
                return Ok(Grant::Refused { retry_after: Some(left), remaining: 0 });
            }
            let mut after = before.clone();
            let is_news = after.claims.note(self.me, want.now, want.terms.period + want.terms.lease());
            let grant = self.grant(&mut after, want);
            if matches!(grant, Grant::Refused { .. }) && after.budget == before.budget && !is_news {
                // Others only book more: what is refused by an older look is refused by the newest.
                return Ok(soonest(grant, want));
            }
            let how = before.revision.map_or(Put::NEW, Put::over).expiring(want.expires_in());
            self.count(|counted| counted.calls += 1);
            match self.state.put(&key, &after.claims.join(after.budget.to_bytes()), how).await {
                Ok(revision) => {
                    self.booked(entry, Seen { revision: Some(revision), ..after }, before.debt);
                    return Ok(soonest(grant, want));
                }
                Err(StateError::Conflict { .. }) => {
                    self.count(|counted| counted.conflicts += 1);
                    tokio::time::sleep(jitter(attempt)).await;
                    seen = Some(self.read(&key, entry).await?);
                }
                Err(why) => {
                    // Perhaps it was booked: the next ask looks.
                    self.forget(entry);
                    return Err(why);
                }
            }
        }
        Err(StateError::Unavailable { reason: "too many gateways change one budget".to_owned() })
    }

    /// Books in a copy of the entry: debts, and at most this gateway's part of what is left.
    fn grant(&self, seen: &mut Seen, want: &Want) -> Grant {
        let wish = self.reserved(want, want.debt.saturating_add(seen.debt));
        let mut trial = seen.budget.clone();
        let left = match trial.grant(&Want { permits: u32::MAX, least: 1, ..wish.clone() }) {
            Grant::Lease(lease) => lease.permits,
            Grant::Refused { remaining, .. } => remaining,
        };
        let part = (left / seen.claims.count()).max(wish.least);
        let grant = seen.budget.grant(&Want { permits: wish.permits.min(part), ..wish.clone() });
        if part < wish.permits && seen.claims.count() > 1 {
            let turn = (want.terms.period / 60).min(TURN_MAX);
            seen.hold = Some(Instant::now() + turn / 2 + turn.mul_f64(random()));
        } else {
            seen.hold = None;
        }
        grant
    }

    /// The wish under what is left for gateways that reach the store: those that do not may spend their parts.
    fn reserved(&self, want: &Want, debt: u32) -> Want {
        let mut want = Want { debt, ..want.clone() };
        if self.options.alone == Alone::Local {
            let all = self.gateways();
            let away = self.members.away(want.terms.period + want.terms.lease()).min(all - 1);
            let part = u64::from(want.terms.permits) * u64::from(all - away) / u64::from(all);
            want.terms.permits = u32::try_from(part).unwrap_or(u32::MAX);
        }
        want
    }

    fn gateways(&self) -> u32 {
        self.members.count().max(self.options.gateways).max(1)
    }

    async fn read(&self, key: &Key, entry: &str) -> Result<Seen, StateError> {
        self.count(|counted| counted.calls += 1);
        let found = self.state.get(key).await?;
        let (budget, claims) = match &found {
            Some(found) => Claims::split(&found.value)
                .and_then(|(budget, claims)| Some((Budget::from_bytes(budget)?, claims)))
                .ok_or_else(|| StateError::Damaged { reason: format!("{key} holds no budget") })?,
            None => Default::default(),
        };
        let mut all = locked(&self.seen);
        let (debt, owed) = all.get(entry).map_or((0, None), |seen| (seen.debt, seen.owed.clone()));
        let revision = found.map(|found| found.revision);
        let seen = Seen { budget, claims, hold: None, revision, debt, owed, used: self.tick() };
        remember(&mut all, entry, &seen);
        Ok(seen)
    }

    fn tick(&self) -> u64 {
        self.tick.fetch_add(1, Ordering::Relaxed)
    }

    fn recall(&self, entry: &str) -> Option<Seen> {
        let used = self.tick();
        let mut all = locked(&self.seen);
        let seen = all.get_mut(entry).filter(|seen| seen.revision.is_some())?;
        seen.used = used;
        Some(seen.clone())
    }

    fn booked(&self, entry: &str, seen: Seen, debt: u32) {
        let used = self.tick();
        let mut all = locked(&self.seen);
        let owed = all.get(entry).map_or(0, |seen| seen.debt).saturating_sub(debt);
        remember(&mut all, entry, &Seen { debt: owed, used, ..seen });
    }

    /// The revision counts no more; the numbers are the best that is known.
    fn forget(&self, entry: &str) {
        if let Some(seen) = locked(&self.seen).get_mut(entry) {
            seen.revision = None;
        }
    }

    /// A part of what was left: this gateway takes it for granted that all others take as much.
    pub(super) fn alone(&self, want: &Want, entry: &str) -> Grant {
        let all = self.gateways();
        let used = self.tick();
        let mut known = locked(&self.seen);
        let mut seen = known.get(entry).cloned().unwrap_or_default();
        let wish = Want {
            permits: want.permits.saturating_mul(all),
            least: want.least.max(1).saturating_mul(all),
            debt: want.debt.saturating_mul(all),
            ..want.clone()
        };
        let grant = seen.budget.grant(&wish);
        seen.debt = seen.debt.saturating_add(want.debt);
        let grant = match grant {
            Grant::Lease(Lease { permits, until }) => {
                let permits = permits / all;
                seen.debt = seen.debt.saturating_add(permits);
                Grant::Lease(Lease { permits, until })
            }
            Grant::Refused { retry_after, remaining } => {
                Grant::Refused { retry_after, remaining: remaining / all }
            }
        };
        if seen.debt > 0 {
            seen.owed = Some(Box::new(Want { permits: 1, least: 1, debt: 0, ..want.clone() }));
        }
        seen.used = used;
        // The store may have changed meanwhile.
        seen.revision = None;
        let kept = remember(&mut known, entry, &seen);
        drop(known);
        if !kept {
            // What cannot be counted is not spent.
            return Grant::Refused { retry_after: Some(want.terms.lease()), remaining: 0 };
        }
        self.count(|counted| counted.alone += 1);
        soonest(grant, want)
    }
}

/// Books for ever what was spent alone, also for keys that nobody asks for any more.
async fn settle(this: std::sync::Weak<SharedState>) {
    loop {
        tokio::time::sleep(SETTLE_EVERY).await;
        let Some(this) = this.upgrade() else { return };
        if this.members.is_cut() {
            continue;
        }
        let owed: Vec<Want> = {
            let seen = locked(&this.seen);
            let owed = seen.values().filter(|seen| seen.debt > 0).filter_map(|seen| seen.owed.as_deref());
            owed.take(SETTLE_MAX).cloned().collect()
        };
        for want in owed {
            if tokio::time::timeout(SETTLE_EVERY, this.together(&want, &want.entry())).await.is_err() {
                break;
            }
        }
    }
}

impl SharedLimits for SharedState {
    fn lease<'a>(&'a self, want: &'a Want) -> Pending<'a, Result<Grant, SharedError>> {
        Box::pin(self.ask(want))
    }
}

/// A part that was kept for others may come back sooner than the whole limit says: nobody waits longer than a lease.
fn soonest(grant: Grant, want: &Want) -> Grant {
    match grant {
        Grant::Refused { retry_after: None, remaining } if want.least <= want.terms.permits => {
            Grant::Refused { retry_after: Some(want.terms.lease()), remaining }
        }
        Grant::Refused { retry_after: Some(after), remaining } => {
            Grant::Refused { retry_after: Some(after.min(want.terms.period)), remaining }
        }
        other => other,
    }
}

/// Keeps what was seen; the half that was not used for longest goes when there is no place, but never a debt.
fn remember(all: &mut BTreeMap<String, Seen>, entry: &str, seen: &Seen) -> bool {
    if all.len() >= BUDGETS_MAX && !all.contains_key(entry) {
        let mut moments: Vec<u64> = all.values().map(|seen| seen.used).collect();
        let (_, middle, _) = moments.select_nth_unstable(BUDGETS_MAX / 2);
        let middle = *middle;
        all.retain(|_, seen| seen.used > middle || seen.debt > 0);
    }
    if all.len() >= BUDGETS_MAX && !all.contains_key(entry) {
        return false;
    }
    all.insert(entry.to_owned(), seen.clone());
    true
}

/// A pause that grows, different for each gateway.
pub(super) fn jitter(attempt: u32) -> Duration {
    Duration::from_millis(1).saturating_mul(1 << attempt.min(6)).min(PAUSE_MAX).mul_f64(random())
}

/// At least 0, below 1. Not for secrets.
fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let number = u32::try_from(RandomState::new().hash_one(Instant::now()) >> 32).unwrap_or(0);
    f64::from(number) / 4_294_967_296.0
}

/// A gateway's name as a number, the same everywhere.
fn name(gateway: &str) -> u64 {
    let digest = crate::encode::sha256(gateway.as_bytes());
    digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
