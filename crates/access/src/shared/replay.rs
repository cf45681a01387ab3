//! What was used once, known to all gateways.
use std::sync::Arc;
use std::time::Duration;

use store::{Key, Pending, Put, State, StateError};

use crate::replay::{Once, ReplayCache, ReplayError};

/// Remembers used proofs in the store. When it cannot be asked, nothing is taken.
#[derive(Debug)]
pub struct SharedReplay {
    state: Arc<dyn State>,
    wait_max: Duration,
}

impl SharedReplay {
    /// Answers within the given time.
    #[must_use]
    pub fn new(state: Arc<dyn State>, wait_max: Duration) -> Self {
        Self { state, wait_max }
    }

    async fn see(&self, once: &Once, now: u64) -> Result<(), ReplayError> {
        let unavailable = |why: &dyn std::fmt::Display| ReplayError::Unavailable(why.to_string());
        let key = Key::of(["once", &once.key]).map_err(|why| unavailable(&why))?;
        // A second more than it is valid: the clocks' fractions.
        let life = Duration::from_secs(once.until.saturating_sub(now).saturating_add(1));
        if life > store::EXPIRES_IN_MAX {
            return Err(unavailable(&"it is valid for longer than the store remembers"));
        }
        let put = self.state.put(&key, b"", Put::NEW.expiring(life));
        match tokio::time::timeout(self.wait_max, put).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(StateError::Conflict { .. })) => Err(ReplayError::Seen),
            Ok(Err(why)) => Err(unavailable(&why)),
            Err(_) => Err(unavailable(&"no answer in time")),
        }
    }
}

impl ReplayCache for SharedReplay {
    fn note<'a>(&'a self, once: &'a Once, now: u64) -> Pending<'a, Result<(), ReplayError>> {
        Box::pin(self.see(once, now))
    }
}
