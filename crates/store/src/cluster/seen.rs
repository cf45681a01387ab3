//! What one handle has seen of each key, so that a node that lags behind cannot lead it back in time.
use crate::Key;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Keys remembered. The older half is forgotten when there are more.
const KEYS_MAX: usize = 65_536;

#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<Key, (u64, Instant)>);

impl Seen {
    /// The highest revision seen of a key.
    pub(super) fn revision(&self, key: &Key) -> Option<u64> {
        self.0.get(key).map(|(revision, _)| *revision)
    }

    pub(super) fn note(&mut self, key: &Key, revision: u64, now: Instant) {
        if let Some((known, at)) = self.0.get_mut(key) {
            if *known <= revision {
                (*known, *at) = (revision, now);
            }
            return;
        }
        if self.0.len() >= KEYS_MAX {
            let mut moments: Vec<_> = self.0.values().map(|(_, at)| *at).collect();
            let (_, middle, _) = moments.select_nth_unstable(KEYS_MAX / 2);
            let middle = *middle;
            self.0.retain(|_, (_, at)| *at > middle);
        }
        self.0.insert(key.clone(), (revision, now));
    }

    /// Could a node that answers with this revision (0: nothing at all) be behind? Nothing at all is right only
    /// when even the marker of the removal is gone, `markers` after it.
    pub(super) fn is_behind(&self, key: &Key, revision: u64, now: Instant, markers: Duration) -> bool {
        self.0.get(key).is_some_and(|(known, at)| {
            if revision == 0 { now.duration_since(*at) < markers / 2 } else { revision < *known }
        })
    }
}
