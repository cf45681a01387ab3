//! Sums that all gateways add to, off the hot path: persistent collections of the inspection engine.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Key, Put, State, StateError};

/// Keys with sums that wait to be written.
const WAITING_MAX: usize = 65_536;
/// Attempts against others that change the same key.
const ATTEMPTS_MAX: u32 = 32;

/// Why a sum was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SumError {
    #[error("{WAITING_MAX} sums wait already: the store is away or too slow")]
    Full,
    #[error(transparent)]
    State(#[from] StateError),
}

/// What is to be added to one key.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    sum: i64,
    expires_in: Option<Duration>,
}

/// Adds up in memory; [`Sums::flush`] writes.
#[derive(Debug)]
pub struct Sums {
    state: Arc<dyn State>,
    waiting: Mutex<BTreeMap<Key, Waiting>>,
}

impl Sums {
    #[must_use]
    pub fn new(state: Arc<dyn State>) -> Self {
        Self { state, waiting: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Key, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds, without waiting. The life begins when it is written.
    ///
    /// # Errors
    /// Too many keys wait.
    pub fn add(&self, key: &Key, more: i64, expires_in: Option<Duration>) -> Result<(), SumError> {
        let mut all = self.waiting();
        if all.len() >= WAITING_MAX && !all.contains_key(key) {
            return Err(SumError::Full);
        }
        let waiting = all.entry(key.clone()).or_insert(Waiting { sum: 0, expires_in });
        waiting.sum = waiting.sum.saturating_add(more);
        waiting.expires_in = expires_in.or(waiting.expires_in);
        Ok(())
    }

    /// The sum in the store and what waits here; 0 when there is none.
    ///
    /// # Errors
    /// The store's.
    pub async fn get(&self, key: &Key) -> Result<i64, SumError> {
        let kept = self.state.get(key).await?.map_or(0, |entry| number(&entry.value));
        Ok(kept.saturating_add(self.waiting().get(key).map_or(0, |waiting| waiting.sum)))
    }

    /// Writes what waits, each key once however often it was added to. What could not be written waits on; what may
    /// have been written is not written again (it may be lost: sums are never too high by a retry).
    ///
    /// # Errors
    /// The first of the store's.
    pub async fn flush(&self) -> Result<usize, SumError> {
        let mut written = 0;
        loop {
            let Some((key, waiting)) = self.waiting().pop_first() else { return Ok(written) };
            self.write(&key, waiting).await?;
            written += 1;
        }
    }

    async fn write(&self, key: &Key, waiting: Waiting) -> Result<(), SumError> {
        for attempt in 0..ATTEMPTS_MAX {
            let found = match self.state.get(key).await {
                Ok(found) => found,
                Err(why) => {
                    self.add(key, waiting.sum, waiting.expires_in)?;
                    return Err(why.into());
                }
            };
            let sum = found.as_ref().map_or(0, |entry| number(&entry.value)).saturating_add(waiting.sum);
            let how = found.map_or(Put::NEW, |entry| Put::over(entry.revision));
            match self
                .state
                .put(key, sum.to_string().as_bytes(), Put { expires_in: waiting.expires_in, ..how })
                .await
            {
                Ok(_) => return Ok(()),
                // Gateways that try again in step would meet again.
                Err(StateError::Conflict { .. }) => tokio::time::sleep(super::leases::jitter(attempt)).await,
                Err(why) => return Err(why.into()),
            }
        }
        self.add(key, waiting.sum, waiting.expires_in)?;
        let reason = format!("{key} is changed by too many at once");
        Err(StateError::Unavailable { reason }.into())
    }
}

/// Decimal digits; what is none counts as 0, as in the rule language.
fn number(value: &[u8]) -> i64 {
    std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
