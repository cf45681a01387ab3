//! Who is not let in at all.
use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use access::block::{self, BlockError, BlockList, Change, Entry, Facts, List};
use arc_swap::ArcSwap;
use http::StatusCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Settings of the layer.
pub type Settings = block::Config;

/// The layer.
#[derive(Debug)]
pub(crate) struct Block {
    list: ArcSwap<BlockList>,
    /// What was changed at run time: outlives a reload.
    changes: Arc<Mutex<Vec<Change>>>,
}

/// Changes at run time that are kept.
const CHANGES_MAX: usize = 100_000;

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
        let told = changes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let list = list.changed(told, crate::clock::now().seconds()).map_err(wrong)?;
        Ok(Self { list: ArcSwap::from_pointee(list), changes })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        self.decide(exchange)
    }
}

impl Block {
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
        let facts =
            Facts { address: Some(exchange.client), identity: exchange.identity.as_ref(), fingerprints: &[] };
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
        let mut told = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() + changes.len() > CHANGES_MAX {
            return Err(BlockError::Many(told.len() + changes.len(), CHANGES_MAX));
        }
        let list = self.list.load().changed(changes.clone(), now)?;
        told.extend(changes);
        self.list.store(Arc::new(list));
        Ok(())
    }

    /// What is in force.
    pub(crate) fn entries(&self, list: List, now: u64) -> Vec<Entry> {
        self.list.load().entries(list, now)
    }
}
