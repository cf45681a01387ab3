//! Persistent collections in memory, bounded.
use super::shared::Outbox;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use waf::rule::Persistent;
use waf::{Change, ChangeKind, Fields, Persistence};

#[cfg(test)]
mod tests;

/// Locks, so that threads rarely meet.
const SHARDS: usize = 16;
/// Seconds that a collection lives without a change, where no rules say it.
const LIVES_SECONDS: u64 = 3600;
/// Members of one collection.
const MEMBERS_MAX: usize = 256;

type Name = (Persistent, Vec<u8>);

/// Collections by kind and key.
#[derive(Debug)]
pub(super) struct Memory {
    most: AtomicUsize,
    /// Seconds that a collection lives without a change (`SecCollectionTimeout`).
    lives: AtomicU64,
    shards: [Mutex<HashMap<Name, Kept>>; SHARDS],
    /// Where changes go, where gateways count together.
    pub(super) out: OnceLock<Arc<Outbox>>,
}

#[derive(Debug, Default)]
struct Kept {
    members: Vec<Member>,
    /// Microseconds since 1970-01-01.
    until: u64,
}

#[derive(Debug)]
struct Member {
    name: String,
    value: Vec<u8>,
    /// Microseconds since 1970-01-01; none: lives with its collection.
    until: Option<u64>,
}

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: AtomicUsize::new(most),
            lives: AtomicU64::new(LIVES_SECONDS),
            shards: std::array::from_fn(|_| Mutex::default()),
            out: OnceLock::new(),
        }
    }

    /// Changes how many collections there may be.
    pub(super) fn set_most(&self, most: usize) {
        self.most.store(most, Relaxed);
    }

    /// Changes how long a collection lives without a change.
    pub(super) fn set_lives(&self, seconds: u64) {
        self.lives.store(seconds, Relaxed);
    }

    pub(super) fn lives_seconds(&self) -> u64 {
        self.lives.load(Relaxed)
    }

    fn shard(&self, key: &[u8]) -> Option<&Mutex<HashMap<Name, Kept>>> {
        let sum = key.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        self.shards.get(sum % SHARDS)
    }
}

impl Persistence for Memory {
    fn load(&self, collection: Persistent, key: &[u8], now_micros: u64) -> Fields {
        let mut fields = Fields::default();
        let Some(shard) = self.shard(key) else { return fields };
        let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = shard.get(&(collection, key.to_vec())).filter(|kept| kept.until > now_micros) else {
            return fields;
        };
        for member in kept.members.iter().filter(|member| member.until.is_none_or(|until| until > now_micros))
        {
            fields.push(member.name.as_bytes(), &member.value);
        }
        fields
    }

    fn save(&self, collection: Persistent, key: &[u8], changes: &[Change], now_micros: u64) {
        self.change(collection, key, changes, now_micros);
        if let Some(out) = self.out.get() {
            out.take(collection, key, changes, now_micros);
        }
    }
}

impl Memory {
    /// What other gateways made of a member; `None`: it is gone.
    pub(super) fn told(
        &self,
        collection: Persistent,
        key: &[u8],
        (member, value): (&str, Option<Vec<u8>>),
        (until, now_micros): (Option<u64>, u64),
    ) {
        let kind = value.map_or(ChangeKind::Remove, ChangeKind::Set);
        let left = |until: u64| until.saturating_sub(now_micros).div_ceil(1_000_000);
        let change = Change { name: member.to_owned(), kind, expires_in_seconds: until.map(left) };
        self.change(collection, key, &[change], now_micros);
    }

    fn change(&self, collection: Persistent, key: &[u8], changes: &[Change], now_micros: u64) {
        let Some(shard) = self.shard(key) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (collection, key.to_vec());
        if !shard.contains_key(&name) && shard.len() >= self.most.load(Relaxed) / SHARDS {
            shard.retain(|_, kept| kept.until > now_micros);
            if shard.len() >= self.most.load(Relaxed) / SHARDS {
                // Full of what lives: something goes, so that a flood of keys costs no memory. Which one does not matter much.
                let any = shard.keys().next().cloned();
                any.and_then(|any| shard.remove(&any));
            }
        }
        let kept = shard.entry(name).or_default();
        if kept.until <= now_micros {
            kept.members.clear();
        }
        kept.until = now_micros.saturating_add(self.lives_seconds().saturating_mul(1_000_000));
        kept.members.retain(|member| member.until.is_none_or(|until| until > now_micros));
        for change in changes {
            kept.change(change, now_micros);
        }
    }
}

impl Kept {
    fn change(&mut self, change: &Change, now_micros: u64) {
        let place = self.members.iter().position(|member| member.name == change.name);
        if change.kind == ChangeKind::Remove {
            place.map(|place| self.members.swap_remove(place));
            return;
        }
        if place.is_none() {
            if self.members.len() >= MEMBERS_MAX || change.kind == ChangeKind::Keep {
                return;
            }
            self.members.push(Member { name: change.name.clone(), value: Vec::new(), until: None });
        }
        let place = place.unwrap_or(self.members.len().saturating_sub(1));
        let Some(member) = self.members.get_mut(place) else { return };
        match &change.kind {
            ChangeKind::Set(value) => member.value.clone_from(value),
            ChangeKind::Add(sum) => {
                let text = std::str::from_utf8(&member.value).unwrap_or_default();
                let value = text.parse::<i64>().unwrap_or(0).saturating_add(*sum);
                member.value = value.to_string().into_bytes();
            }
            ChangeKind::Remove | ChangeKind::Keep => {}
        }
        if let Some(seconds) = change.expires_in_seconds {
            member.until = Some(now_micros.saturating_add(seconds.saturating_mul(1_000_000)));
        }
    }
}
