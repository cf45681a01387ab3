//! Things that may be used once: proofs, nonces, signatures.
//!
//! A verified thing comes as [`Fresh`]: only a cache that has not seen it gives it out. The cache in memory is exact in
//! one process; a shared one implements [`ReplayCache`] on the store.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use store::Pending;

use crate::encode;

/// What must not be seen twice, and until when (seconds since 1970-01-01) it could be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// A hash: bounded, and nothing of the secret is in it.
    pub key: String,
    pub until: u64,
}

impl Once {
    /// Of parts that together name the thing, for example issuer and `jti`.
    #[must_use]
    pub fn of(parts: &[&str], until: u64) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            // lengths, so that no two lists of parts join to the same bytes
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        Self { key: encode::base64url(&encode::sha256(&bytes)), until }
    }
}

/// Why something is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("it was used before")]
    Seen,
    #[error("the cache of used proofs is full ({0} entries); raise its limit, or look for a flood")]
    Full(usize),
    #[error("the cache of used proofs cannot be asked: {0}")]
    Unavailable(String),
}

/// Remembers what was used. What it cannot remember it refuses.
pub trait ReplayCache: Send + Sync + std::fmt::Debug {
    /// Notes the thing, if it was not noted before.
    fn note<'a>(&'a self, once: &'a Once, now: u64) -> Pending<'a, Result<(), ReplayError>>;
}

/// Something verified that may be used once.
#[must_use = "it counts only when a cache admits it"]
#[derive(Clone, Debug)]
pub struct Fresh<T> {
    value: T,
    once: Once,
}

impl<T> Fresh<T> {
    pub(crate) fn new(value: T, once: Once) -> Self {
        Self { value, once }
    }

    /// What a cache must note.
    #[must_use]
    pub fn once(&self) -> &Once {
        &self.once
    }

    /// Gives the thing out, when it is seen for the first time.
    pub async fn admit(self, cache: &dyn ReplayCache, now: u64) -> Result<T, ReplayError> {
        cache.note(&self.once, now).await.map(|()| self.value)
    }

    /// The same with the cache in memory, without waiting.
    pub fn admit_here(self, cache: &Memory, now: u64) -> Result<T, ReplayError> {
        cache.see(&self.once, now).map(|()| self.value)
    }
}

/// A cache in memory: bounded; when full it refuses, because forgetting would let a replay through.
#[derive(Debug)]
pub struct Memory {
    entries_max: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    until: BTreeMap<String, u64>,
    by_end: BTreeSet<(u64, String)>,
}

impl Memory {
    /// Remembers so many things at most.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self { entries_max, seen: Mutex::default() }
    }

    /// Notes the thing, if it was not noted before.
    pub fn see(&self, once: &Once, now: u64) -> Result<(), ReplayError> {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while seen.by_end.first().is_some_and(|(until, _)| *until < now) {
            if let Some((_, key)) = seen.by_end.pop_first() {
                seen.until.remove(&key);
            }
        }
        if seen.until.contains_key(&once.key) {
            return Err(ReplayError::Seen);
        }
        if seen.until.len() >= self.entries_max {
            return Err(ReplayError::Full(self.entries_max));
        }
        seen.until.insert(once.key.clone(), once.until);
        seen.by_end.insert((once.until, once.key.clone()));
        Ok(())
    }
}

impl ReplayCache for Memory {
    fn note<'a>(&'a self, once: &'a Once, now: u64) -> Pending<'a, Result<(), ReplayError>> {
        Box::pin(std::future::ready(self.see(once, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_taken_once_until_it_ends() {
        let cache = Memory::new(10);
        let once = Once::of(&["a", "b"], 100);
        assert_eq!(cache.see(&once, 50), Ok(()));
        assert_eq!(cache.see(&once, 50), Err(ReplayError::Seen));
        assert_eq!(cache.see(&once, 100), Err(ReplayError::Seen));
        assert_eq!(cache.see(&Once::of(&["a", "b"], 300), 101), Ok(()));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Once::of(&["ab", "c"], 1).key, Once::of(&["a", "bc"], 1).key);
    }

    #[test]
    fn a_full_cache_refuses_and_recovers() {
        let cache = Memory::new(2);
        assert_eq!(cache.see(&Once::of(&["1"], 10), 0), Ok(()));
        assert_eq!(cache.see(&Once::of(&["2"], 20), 0), Ok(()));
        assert_eq!(cache.see(&Once::of(&["3"], 20), 0), Err(ReplayError::Full(2)));
        assert_eq!(cache.see(&Once::of(&["3"], 20), 11), Ok(()));
        assert_eq!(cache.see(&Once::of(&["2"], 20), 11), Err(ReplayError::Seen));
    }
}
