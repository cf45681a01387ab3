//! Persistent collections that several gateways count in together.
//!
//! Rules read and write the memory of their own gateway, without waiting. What they change is collected, added up for
//! each member, and written to the store a tenth of a second later; what others wrote is told by the store and put into
//! the memory. So all gateways see the same sums, each a moment late, and a sum is never lost to another gateway's.
//!
//! An entry is the moment at which its member ends (microseconds since 1970-01-01, 0: with its collection), a line end,
//! the value.
use super::memory::Memory;
use crate::server::{Phase, Shared};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Change as Told, Entry, Expect, Key, Put, State, StateError};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use waf::rule::Persistent;
use waf::{Change, ChangeKind};

#[cfg(test)]
mod tests;

/// Members whose changes wait to be written.
const WAITING_MAX: usize = 65_536;
/// Attempts against others that change the same member.
const ATTEMPTS_MAX: usize = 32;
/// Members that are written at once.
const WRITES_MAX: usize = 32;
/// Changes are collected for so long.
const COLLECTS: Duration = Duration::from_millis(100);
/// After a failure nobody asks the store sooner.
const RESTS: Duration = Duration::from_secs(1);
/// Below it stands every member.
const PREFIX: &str = "waf";

/// What is to be done to one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Waiting {
    /// First: a new value, or none any more.
    set: Option<Option<Vec<u8>>>,
    /// Then: so much more.
    sum: i64,
    until: Option<u64>,
}

/// Changes that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<BTreeMap<Key, Waiting>>,
    some: Notify,
    /// Changes that found no room, or a key that the store cannot hold.
    lost: AtomicU64,
}

const KINDS: [(Persistent, &str); 5] = [
    (Persistent::Global, "global"),
    (Persistent::Ip, "ip"),
    (Persistent::Resource, "resource"),
    (Persistent::Session, "session"),
    (Persistent::User, "user"),
];

fn key_of(collection: Persistent, key: &[u8], member: &str) -> Option<Key> {
    let (_, kind) = KINDS.iter().find(|(kind, _)| *kind == collection)?;
    Key::of([PREFIX.as_bytes(), kind.as_bytes(), key, member.as_bytes()]).ok()
}

fn parts_of(key: &Key) -> Option<(Persistent, Vec<u8>, String)> {
    let [_, kind, collection, member] = <[Vec<u8>; 4]>::try_from(key.segments()?).ok()?;
    let (kind, _) = KINDS.iter().find(|(_, name)| name.as_bytes() == kind)?;
    Some((*kind, collection, String::from_utf8(member).ok()?))
}

impl Waiting {
    /// This, and then more.
    fn then(&mut self, later: Self) {
        match later.set {
            Some(set) => *self = Self { set: Some(set), sum: later.sum, until: later.until },
            None => {
                self.sum = self.sum.saturating_add(later.sum);
                self.until = later.until.or(self.until);
            }
        }
    }

    fn of(change: &Change, now_micros: u64) -> Self {
        let ends = |seconds: u64| now_micros.saturating_add(seconds.saturating_mul(1_000_000));
        let until = change.expires_in_seconds.map(ends);
        match &change.kind {
            ChangeKind::Set(value) => Self { set: Some(Some(value.clone())), sum: 0, until },
            ChangeKind::Add(sum) => Self { set: None, sum: *sum, until },
            ChangeKind::Remove => Self { set: Some(None), sum: 0, until: None },
            ChangeKind::Keep => Self { set: None, sum: 0, until },
        }
    }

    /// The value after it; `None`: there is none.
    fn applied(&self, before: Option<&[u8]>) -> Option<Vec<u8>> {
        let base = match &self.set {
            Some(set) => set.as_deref(),
            None => before,
        };
        if self.sum == 0 {
            return base.map(<[u8]>::to_vec);
        }
        let text = base.and_then(|base| std::str::from_utf8(base).ok()).unwrap_or_default();
        let number = text.trim().parse::<i64>().unwrap_or(0);
        Some(number.saturating_add(self.sum).to_string().into_bytes())
    }
}

/// When the member ends, and its value.
fn read(value: &[u8]) -> Option<(u64, &[u8])> {
    let line = value.iter().position(|byte| *byte == b'\n')?;
    let (until, rest) = value.split_at_checked(line)?;
    Some((std::str::from_utf8(until).ok()?.parse().ok()?, rest.get(1..)?))
}

impl Outbox {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Key, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the changes of one transaction.
    pub(super) fn take(&self, collection: Persistent, key: &[u8], changes: &[Change], now_micros: u64) {
        for change in changes {
            match key_of(collection, key, &change.name) {
                Some(key) => self.put(key, Waiting::of(change, now_micros)),
                // Longer than a key of the store: counted here alone.
                None => drop(self.lost.fetch_add(1, Relaxed)),
            }
        }
        self.some.notify_one();
    }

    fn put(&self, key: Key, later: Waiting) {
        let mut all = self.waiting();
        if let Some(waiting) = all.get_mut(&key) {
            waiting.then(later);
        } else if all.len() < WAITING_MAX {
            all.insert(key, later);
        } else {
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// What could not be written goes before what came since.
    fn put_back(&self, key: Key, mut earlier: Waiting) {
        if let Some(later) = self.waiting().remove(&key) {
            earlier.then(later);
        }
        self.put(key, earlier);
    }

    /// Writes one member. What may have been written is not written again: sums are never too high by a retry.
    async fn write_one(
        &self,
        (state, lives): (&dyn State, u64),
        key: Key,
        waiting: Waiting,
    ) -> Result<(), String> {
        let Err((why, is_unwritten)) = write((state, lives), &key, &waiting).await else { return Ok(()) };
        if is_unwritten {
            self.put_back(key, waiting);
        }
        Err(why)
    }

    /// Writes what waits; stops at the first failure.
    async fn flush(self: &Arc<Self>, state: &Arc<dyn State>, lives: u64) -> Result<(), String> {
        let mut writes = JoinSet::new();
        let mut failed = None;
        loop {
            while failed.is_none() && writes.len() < WRITES_MAX {
                let Some((key, waiting)) = self.waiting().pop_first() else { break };
                let (this, state) = (Arc::clone(self), Arc::clone(state));
                drop(writes.spawn(async move { this.write_one((&*state, lives), key, waiting).await }));
            }
            match writes.join_next().await {
                None => return failed.map_or(Ok(()), Err),
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(why))) => failed = Some(why),
                Some(Err(why)) => failed = Some(why.to_string()),
            }
        }
    }

    /// What the store tells of a member, with what waits here.
    fn told(&self, memory: &Memory, change: Told) {
        let (key, entry) = match change {
            Told::Put(entry) => (entry.key.clone(), Some(entry)),
            Told::Removed { key, .. } => (key, None),
            Told::UpToDate => return,
        };
        let Some((collection, name, member)) = parts_of(&key) else { return };
        let kept = entry.as_ref().and_then(|entry| read(&entry.value));
        let waiting = self.waiting().get(&key).cloned().unwrap_or_default();
        let value = waiting.applied(kept.map(|(_, value)| value));
        let until = waiting.until.or(kept.map(|(until, _)| until)).filter(|until| *until != 0);
        memory.told(collection, &name, (&member, value), (until, crate::clock::now().micros));
    }
}

/// Writes one member; one without an end of its own lives so many seconds. The flag of a failure tells that nothing was written.
async fn write(
    (state, lives): (&dyn State, u64),
    key: &Key,
    waiting: &Waiting,
) -> Result<(), (String, bool)> {
    for _ in 0..ATTEMPTS_MAX {
        let found = state.get(key).await.map_err(|why| (why.to_string(), true))?;
        let now = crate::clock::now().micros;
        let kept = found.as_ref().and_then(|entry| read(&entry.value));
        let kept = kept.filter(|(until, _)| *until == 0 || *until > now);
        let value = waiting.applied(kept.map(|(_, value)| value));
        let until = waiting.until.or(kept.map(|(until, _)| until)).unwrap_or(0);
        let done = match value {
            None => remove(state, key, found.as_ref()).await,
            Some(value) => {
                let life = match until {
                    0 => Duration::from_secs(lives),
                    until => Duration::from_micros(until.saturating_sub(now).max(1)),
                };
                let how = found.as_ref().map_or(Put::NEW, |entry| Put::over(entry.revision));
                let bytes = [until.to_string().as_bytes(), b"\n", &value].concat();
                state.put(key, &bytes, how.expiring(life)).await.map(drop)
            }
        };
        match done {
            Ok(()) => return Ok(()),
            Err(StateError::Conflict { .. }) => {}
            Err(why) => return Err((why.to_string(), false)),
        }
    }
    Err((format!("{key} is changed by too many at once"), true))
}

async fn remove(state: &dyn State, key: &Key, found: Option<&Entry>) -> Result<(), StateError> {
    match found {
        None => Ok(()),
        Some(entry) => state.remove(key, Expect::Revision(entry.revision)).await,
    }
}

/// Writes what rules change, as long as the gateway runs.
pub(crate) async fn write_changes(shared: Arc<Shared>) {
    let gate = shared.gate.load_full();
    let (Some(state), Some(outbox)) = (&gate.state, gate.stack.waf.outbox()) else { return };
    let mut phase = shared.phase.subscribe();
    loop {
        tokio::select! {
            () = outbox.some.notified() => {}
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => return,
        };
        if *phase.borrow() == Phase::Serving {
            tokio::time::sleep(COLLECTS).await;
        }
        let lost = outbox.lost.swap(0, Relaxed);
        let lives = shared.gate.load().stack.waf.memory().lives_seconds();
        let problem = match outbox.flush(&state.state, lives).await {
            Ok(()) if lost == 0 => None,
            Ok(()) => Some(format!("{lost} changes of collections are counted by this gateway alone")),
            Err(why) => Some(why),
        };
        if let Some(problem) = problem {
            shared.metrics.state_problems.inc();
            crate::event::emit_state_problem(&shared, &problem);
            tokio::time::sleep(RESTS).await;
            outbox.some.notify_one();
        }
    }
}

/// Takes over what other gateways count, as long as the gateway runs.
pub(crate) async fn follow(shared: Arc<Shared>) {
    let gate = shared.gate.load_full();
    let (Some(state), Some(outbox)) = (&gate.state, gate.stack.waf.outbox()) else { return };
    let mut phase = shared.phase.subscribe();
    let mut watch = None;
    loop {
        let Some(watching) = &mut watch else {
            match state.state.watch(PREFIX).await {
                Ok(watching) => watch = Some(watching),
                Err(why) => {
                    shared.metrics.state_problems.inc();
                    crate::event::emit_state_problem(&shared, &why.to_string());
                    tokio::time::sleep(RESTS).await;
                }
            }
            if *phase.borrow() != Phase::Serving {
                return;
            }
            continue;
        };
        let next = tokio::select! {
            next = watching.next() => next,
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
        };
        match next {
            Some(Ok(change)) => outbox.told(shared.gate.load().stack.waf.memory(), change),
            Some(Err(StateError::StartOver { .. })) => {}
            Some(Err(why)) => {
                shared.metrics.state_problems.inc();
                crate::event::emit_state_problem(&shared, &why.to_string());
                tokio::time::sleep(RESTS).await;
            }
            None => return,
        }
    }
}
