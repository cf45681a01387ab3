//! Leaving a node that answers but cannot do anything: one that is cut off from the others keeps its clients.
//!
//! Such a node goes on answering reads for a while, so reads, changes and watches are judged apart. The next node is
//! the next in the list, never the same again by chance.
use crate::StateError;
use async_nats::{Client, ConnectOptions, ReconnectToServer};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// When nothing of a kind has worked for so long, another node is tried.
const SWITCH_AFTER: Duration = Duration::from_secs(3);
/// What is asked right after a connection was made may go without an answer: the other nodes may not know yet where answers
/// go. So a node is left after this many failures, not after one long one.
const FAILURES_MIN: u32 = 2;
/// A failure that is older says nothing about the node of today.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15);

/// What a call does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Read = 0,
    Change = 1,
    Watch = 2,
}

/// Failures in a row.
#[derive(Clone, Copy, Debug)]
struct Failing {
    /// When the first of these calls began.
    since: Instant,
    last: Instant,
    count: u32,
}

/// Since when no call of each kind has worked.
#[derive(Debug, Default)]
pub(super) struct Switch([Mutex<Option<Failing>>; 3]);

/// A call under way. Dropped before its end, it did not work: its caller had no more time.
pub(super) struct Call<'a> {
    switch: Option<&'a Switch>,
    kind: Kind,
    begun: Instant,
}

impl Switch {
    pub(super) fn begin(&self, kind: Kind) -> Call<'_> {
        Call { switch: Some(self), kind, begun: Instant::now() }
    }

    /// Goes to another node when it is time to.
    pub(super) async fn turn(&self, client: &Client) {
        if self.is_due(Instant::now()) {
            // The client ends by itself only: then every call tells.
            client.force_reconnect().await.ok();
        }
    }

    /// Whether to try another node now. Says so once: the next node has as much time as this one had.
    fn is_due(&self, now: Instant) -> bool {
        let is_due = |failing: &Failing| {
            failing.count >= FAILURES_MIN
                && now.duration_since(failing.since) > SWITCH_AFTER
                && now.duration_since(failing.last) < FORGOTTEN_AFTER
        };
        let due = (0..self.0.len()).any(|kind| self.failing(kind).is_some_and(|failing| is_due(&failing)));
        if due {
            (0..self.0.len()).for_each(|kind| self.set(kind, None));
        }
        due
    }

    fn slot(&self, kind: usize) -> Option<MutexGuard<'_, Option<Failing>>> {
        Some(self.0.get(kind)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failing(&self, kind: usize) -> Option<Failing> {
        *self.slot(kind)?
    }

    fn set(&self, kind: usize, failing: Option<Failing>) {
        if let Some(mut slot) = self.slot(kind) {
            *slot = failing;
        }
    }

    fn note(&self, kind: Kind, begun: Instant, works: bool) {
        let now = Instant::now();
        let Some(mut slot) = self.slot(kind as usize) else { return };
        *slot = match *slot {
            _ if works => None,
            Some(before) if now.duration_since(before.last) < FORGOTTEN_AFTER => {
                Some(Failing { last: now, count: before.count.saturating_add(1), ..before })
            }
            _ => Some(Failing { since: begun, last: now, count: 1 }),
        };
    }
}

impl Call<'_> {
    pub(super) fn end<T>(mut self, result: Result<T, StateError>) -> Result<T, StateError> {
        if let Some(switch) = self.switch.take() {
            switch.note(self.kind, self.begun, !matches!(result, Err(StateError::Unavailable { .. })));
        }
        result
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(switch) = self.switch.take() {
            switch.note(self.kind, self.begun, false);
        }
    }
}

/// Nodes in turn, whatever happened: the client's own choice is by chance, and may be the node that is left again and
/// again. Each client begins at another one, so that a node does not have them all.
pub(super) fn in_turn(options: ConnectOptions) -> ConnectOptions {
    let first = RandomState::new().build_hasher().finish();
    let turn = Arc::new(AtomicUsize::new(usize::from(first as u8)));
    options.reconnect_to_server_callback(move |nodes, _| {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        async move {
            let next = turn.checked_rem(nodes.len()).and_then(|place| nodes.get(place))?;
            Some(ReconnectToServer { addr: next.addr.clone(), delay: None })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(switch: &Switch, kind: Kind) {
        drop(switch.begin(kind));
    }

    #[tokio::test(start_paused = true)]
    async fn a_kind_that_fails_is_not_hidden_by_another_that_works() {
        let switch = Switch::default();
        for _ in 0..4 {
            let change = switch.begin(Kind::Change);
            tokio::time::advance(Duration::from_secs(1)).await;
            drop(change);
            switch.begin(Kind::Read).end(Ok(())).unwrap();
        }
        assert!(switch.is_due(Instant::now()));
        assert!(!switch.is_due(Instant::now()), "once");
    }

    #[tokio::test(start_paused = true)]
    async fn one_failure_long_ago_moves_nobody() {
        let switch = Switch::default();
        failed(&switch, Kind::Read);
        tokio::time::advance(FORGOTTEN_AFTER).await;
        assert!(!switch.is_due(Instant::now()));
        failed(&switch, Kind::Read);
        assert!(!switch.is_due(Instant::now()), "a new beginning");
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_has_more_than_one_chance() {
        let switch = Switch::default();
        let call = switch.begin(Kind::Watch);
        tokio::time::advance(SWITCH_AFTER * 2).await;
        drop(call);
        assert!(!switch.is_due(Instant::now()));
        failed(&switch, Kind::Watch);
        assert!(switch.is_due(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_works_again_stays() {
        let switch = Switch::default();
        failed(&switch, Kind::Change);
        tokio::time::advance(SWITCH_AFTER * 2).await;
        failed(&switch, Kind::Change);
        switch.begin(Kind::Change).end(Ok(())).unwrap();
        assert!(!switch.is_due(Instant::now()));
    }
}
