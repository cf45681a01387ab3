//! Leaving a node that answers but cannot do anything: one that is cut off from the others keeps its clients.
use crate::StateError;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// When nothing has worked for so long, another node is tried.
const SWITCH_AFTER: Duration = Duration::from_secs(3);

/// Since when no call has worked.
#[derive(Debug, Default)]
pub(super) struct Switch(Mutex<Option<Instant>>);

/// A call under way. Dropped before its end, it did not work: its caller had no more time.
pub(super) struct Call<'a>(Option<&'a Switch>);

impl Switch {
    pub(super) const fn begin(&self) -> Call<'_> {
        Call(Some(self))
    }

    /// Whether to try another node now. Says so once in [`SWITCH_AFTER`].
    pub(super) fn is_due(&self) -> bool {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = since.is_some_and(|since| since.elapsed() > SWITCH_AFTER);
        if due {
            *since = Some(Instant::now());
        }
        due
    }

    fn note(&self, works: bool) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if works {
            *since = None;
        } else {
            since.get_or_insert_with(Instant::now);
        }
    }
}

impl Call<'_> {
    pub(super) fn end<T>(mut self, result: Result<T, StateError>) -> Result<T, StateError> {
        if let Some(switch) = self.0.take() {
            switch.note(!matches!(result, Err(StateError::Unavailable { .. })));
        }
        result
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(switch) = self.0.take() {
            switch.note(false);
        }
    }
}
