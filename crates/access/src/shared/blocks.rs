//! Block lists that all gateways keep: entries in the store, told by a watch.
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use store::{Expect, Key, Put, State, StateError, Watch};

use crate::block::{Change, ENTRIES_MAX, Entry, List};
use crate::encode;

/// Where the entries are.
const PREFIX: &str = "block";

/// What a gateway does with what it is told.
#[derive(Debug)]
pub enum BlockChange {
    /// For [`BlockList::changed`](crate::block::BlockList::changed).
    Change(Change),
    /// All entries that were there have been told: the list may be relied upon.
    UpToDate,
    /// The store is away, or an entry cannot be read: the list goes on as it is, and somebody should be told.
    Problem(StateError),
}

/// The shared lists, as one gateway follows and changes them.
pub struct SharedBlocks {
    state: Arc<dyn State>,
    watch: Option<Box<dyn Watch>>,
    /// What was told, by key: a removal names only its key.
    told: BTreeMap<Key, (List, Entry)>,
    /// Keys of the present entries after a new start; what is not among them is gone.
    present: Option<BTreeSet<Key>>,
    ready: VecDeque<BlockChange>,
}

impl std::fmt::Debug for SharedBlocks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} shared entries of block lists", self.told.len())
    }
}

impl SharedBlocks {
    #[must_use]
    pub fn new(state: Arc<dyn State>) -> Self {
        Self { state, watch: None, told: BTreeMap::new(), present: None, ready: VecDeque::new() }
    }

    /// Adds an entry for all gateways. `now`: seconds since 1970-01-01.
    ///
    /// # Errors
    /// The store's.
    pub async fn add(state: &dyn State, list: List, entry: &Entry, now: u64) -> Result<(), StateError> {
        let key = key(list, entry)?;
        let life = entry.expires.map(|until| Duration::from_secs(until.saturating_sub(now)));
        if life.is_some_and(|life| life.is_zero()) {
            return Ok(());
        }
        let value = serde_json::to_vec(&(list, entry))
            .map_err(|why| StateError::TooLarge { key: key.clone(), reason: why.to_string() })?;
        // Past the longest life the entry's own end still counts; it is only told again later.
        state.put(&key, &value, Put { expires_in: life, ..Put::ANY }).await.map(drop)
    }

    /// Removes the entry with this target for all gateways.
    ///
    /// # Errors
    /// The store's.
    pub async fn remove(state: &dyn State, list: List, entry: &Entry) -> Result<(), StateError> {
        state.remove(&key(list, entry)?, Expect::Anything).await
    }

    /// What comes next. Waits; may be dropped while it waits.
    pub async fn next(&mut self) -> BlockChange {
        loop {
            if let Some(next) = self.ready.pop_front() {
                return next;
            }
            let Some(watch) = &mut self.watch else {
                match self.state.watch(PREFIX).await {
                    Ok(watch) => {
                        self.watch = Some(watch);
                        self.present = Some(BTreeSet::new());
                    }
                    Err(why) => return BlockChange::Problem(why),
                }
                continue;
            };
            match watch.next().await {
                Some(Ok(change)) => self.note(change),
                Some(Err(StateError::StartOver { .. })) => self.present = Some(BTreeSet::new()),
                Some(Err(why)) => return BlockChange::Problem(why),
                None => self.watch = None,
            }
        }
    }

    fn note(&mut self, change: store::Change) {
        match change {
            store::Change::Put(found) => {
                if let Some(present) = &mut self.present {
                    present.insert(found.key.clone());
                }
                self.put(&found);
            }
            store::Change::Removed { key, .. } => self.gone(&key),
            store::Change::UpToDate => {
                let present = self.present.take().unwrap_or_default();
                let gone: Vec<_> = self.told.keys().filter(|key| !present.contains(*key)).cloned().collect();
                for key in &gone {
                    self.gone(key);
                }
                self.ready.push_back(BlockChange::UpToDate);
            }
        }
    }

    fn put(&mut self, found: &store::Entry) {
        let problem = |reason: String| BlockChange::Problem(StateError::Damaged { reason });
        match serde_json::from_slice::<(List, Entry)>(&found.value) {
            Ok(_) if self.told.len() >= ENTRIES_MAX && !self.told.contains_key(&found.key) => {
                let reason = format!("more than {ENTRIES_MAX} entries are in the shared block lists");
                self.ready.push_back(problem(reason));
            }
            Ok((list, entry)) => {
                let before = self.told.insert(found.key.clone(), (list, entry.clone()));
                if before.is_none_or(|before| before != (list, entry.clone())) {
                    self.ready.push_back(BlockChange::Change(Change::Add { list, entry }));
                }
            }
            Err(why) => self.ready.push_back(problem(format!("{}: {why}", found.key))),
        }
    }

    fn gone(&mut self, key: &Key) {
        if let Some((list, entry)) = self.told.remove(key) {
            self.ready.push_back(BlockChange::Change(Change::Remove { list, entry }));
        }
    }
}

/// One key a list and target: adding again replaces.
fn key(list: List, entry: &Entry) -> Result<Key, StateError> {
    let Entry { prefix, identity, credential, fingerprint, .. } = entry;
    let target = serde_json::json!([
        prefix.map(|prefix| prefix.trunc().to_string()),
        identity,
        credential,
        fingerprint
    ]);
    let list = match list {
        List::Block => "deny",
        List::Allow => "allow",
    };
    let target = encode::base64url(&encode::sha256(target.to_string().as_bytes()));
    Ok(Key::of([PREFIX, list, &target])?)
}
