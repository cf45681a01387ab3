//! Who is not let in at all.
use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use crate::state;
use access::block::{self, BlockError, BlockList, Change, Entry, Facts, List};
use arc_swap::ArcSwap;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Settings of the layer.
pub type Settings = block::Config;

/// The layer.
#[derive(Debug)]
pub(crate) struct Block {
    list: ArcSwap<BlockList>,
    /// What was changed at run time: outlives a reload.
    changes: Arc<Mutex<Changes>>,
    /// Of [`Changes::count`], what stands in `list`.
    taken: AtomicU64,
    /// Lists of several gateways: nobody passes before they were told.
    shared: Option<Arc<state::Shared>>,
}

/// The last change of each entry.
#[derive(Debug, Default)]
struct Changes {
    last: BTreeMap<Changed, Change>,
    /// How often anything was changed.
    count: u64,
}

/// Whom a change is about: the list, and an entry without its reason and end.
type Changed = (bool, Entry);

/// Entries that are changed at run time.
const CHANGES_MAX: usize = block::ENTRIES_MAX;

impl Layer for Block {
    const NAME: &'static str = "block";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let mut files = Vec::new();
        for path in &config.block.files {
            let path = config.path(path);
            let wrong = |error: String| ConfigError::file("block.files", &path, error);
            let text = String::from_utf8(read_file(&path).map_err(wrong)?)
                .map_err(|error| wrong(error.to_string()))?;
            files.push(
                block::read(&path.display().to_string(), &text).map_err(|error| wrong(error.to_string()))?,
            );
        }
        let wrong = |error: BlockError| ConfigError::setting("block", error.to_string());
        let list = BlockList::new(&config.block, files).map_err(wrong)?;
        let changes = before.map(|before| Arc::clone(&before.changes)).unwrap_or_default();
        let (told, taken) = {
            let changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
            (changes.last.values().cloned().collect::<Vec<_>>(), AtomicU64::new(changes.count))
        };
        let list = list.changed(told, crate::clock::now().seconds()).map_err(wrong)?;
        Ok(Self { list: ArcSwap::from_pointee(list), changes, taken, shared: None })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if self.shared.as_ref().is_some_and(|shared| !shared.serves()) {
            let reason = "what other gateways block is not known yet";
            return exchange.refuse(Self::NAME, StatusCode::SERVICE_UNAVAILABLE, reason);
        }
        self.decide(exchange)
    }
}

impl Block {
    /// Takes part in lists of several gateways.
    pub(crate) fn share(&mut self, state: Option<&Arc<state::Shared>>) {
        self.shared = state.map(Arc::clone);
    }

    /// The same once the identity is known.
    pub(crate) fn identified(&self, exchange: &mut Exchange<'_>) -> Flow {
        if exchange.identity.is_none() {
            return Flow::Continue(());
        }
        self.decide(exchange)
    }

    fn decide(&self, exchange: &mut Exchange<'_>) -> Flow {
        let list = self.list.load();
        if list.is_empty() {
            return Flow::Continue(());
        }
        let fingerprint = exchange.fingerprint.clone();
        let fingerprint = fingerprint.as_deref();
        let facts = Facts {
            address: Some(exchange.client),
            identity: exchange.identity.as_ref(),
            fingerprints: fingerprint.as_slice(),
        };
        match list.find(&facts, exchange.moment.seconds()) {
            Some(blocked) => {
                let reason = format!("{}: {}", blocked.target, blocked.reason);
                exchange.refuse(Self::NAME, StatusCode::FORBIDDEN, reason)
            }
            None => Flow::Continue(()),
        }
    }

    /// Changes the lists at run time, all or nothing.
    pub(crate) fn change(&self, changes: Vec<Change>, now: u64) -> Result<(), BlockError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut told = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if told.last.len() + changes.len() > CHANGES_MAX {
            return Err(BlockError::Many(told.last.len() + changes.len(), CHANGES_MAX));
        }
        let list = self.list.load().changed(changes.clone(), now)?;
        told.last.extend(changes.into_iter().map(|change| (changed(&change), change)));
        told.count += 1;
        self.taken.fetch_add(1, Ordering::Relaxed);
        self.list.store(Arc::new(list));
        Ok(())
    }

    /// Takes over what was changed between [`Layer::build`] and the moment that this list came into force.
    pub(crate) fn catch_up(&self, now: u64) {
        let told = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if self.taken.swap(told.count, Ordering::Relaxed) == told.count {
            return;
        }
        // They were accepted once; what fits no more (`entries-max` is smaller now) leaves the list as it is.
        if let Ok(list) = self.list.load().changed(told.last.values().cloned(), now) {
            self.list.store(Arc::new(list));
        }
    }

    /// What is in force.
    pub(crate) fn entries(&self, list: List, now: u64) -> Vec<Entry> {
        self.list.load().entries(list, now)
    }
}

fn changed(change: &Change) -> Changed {
    let (Change::Add { list, entry } | Change::Remove { list, entry }) = change;
    (*list == List::Block, Entry { reason: String::new(), expires: None, ..entry.clone() })
}
