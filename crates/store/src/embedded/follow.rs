//! A watch that follows the log: no queue, so nothing can overflow; who is too slow skips to a key's last change.
use super::core::Core;
use super::off_thread;
use crate::{Change, Key, Pending, StateError, Watch};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

pub(super) struct Follower {
    core: Arc<Core>,
    prefix: String,
    /// The last revision kept; its sender is gone when the store is closed.
    kept: watch::Receiver<u64>,
    stage: Stage,
    /// Read but not told.
    ready: VecDeque<Change>,
    /// How far the log is told.
    cursor: u64,
}

enum Stage {
    Start,
    /// Keys that were present at the start, not told yet.
    Present(VecDeque<(Key, u64)>),
    Changes,
}

impl fmt::Debug for Follower {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "watch of `{}` at {}", self.prefix, self.cursor)
    }
}

impl Follower {
    pub(super) fn new(core: Arc<Core>, prefix: &str, kept: watch::Receiver<u64>) -> Self {
        Self { core, prefix: prefix.to_owned(), kept, stage: Stage::Start, ready: VecDeque::new(), cursor: 0 }
    }

    /// Reads on. May be dropped while it waits: nothing is noted before it is read.
    async fn read(&mut self) -> Result<(), StateError> {
        let core = Arc::clone(&self.core);
        match &mut self.stage {
            Stage::Start => {
                let prefix = self.prefix.clone();
                let (mut keys, cursor) = off_thread(move || core.present(&prefix)).await?;
                keys.sort_unstable_by_key(|(_, revision)| *revision);
                self.cursor = cursor;
                self.stage = Stage::Present(keys.into());
            }
            Stage::Present(keys) if keys.is_empty() => {
                self.ready.push_back(Change::UpToDate);
                self.stage = Stage::Changes;
            }
            Stage::Present(keys) => {
                let next: Vec<_> = keys.iter().take(super::PAGE_KEYS).cloned().collect();
                let (used, changes) = off_thread(move || core.entries(&next)).await?;
                keys.drain(..used.min(keys.len()));
                self.ready.extend(changes);
            }
            Stage::Changes => {
                let last = *self.kept.borrow_and_update();
                if last <= self.cursor {
                    // Closing is told at the next call.
                    self.kept.changed().await.map_err(|_| super::writer::closed())?;
                    return Ok(());
                }
                let (after, prefix) = (self.cursor, self.prefix.clone());
                let Some(page) = off_thread(move || core.changes(after, &prefix)).await? else {
                    self.stage = Stage::Start;
                    let reason = "it was read too slowly, removals are forgotten".to_owned();
                    return Err(StateError::StartOver { reason });
                };
                self.cursor = if page.cursor == after { last } else { page.cursor };
                self.ready.extend(page.changes);
            }
        }
        Ok(())
    }

    async fn turn(&mut self) -> Option<Result<Change, StateError>> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Some(Ok(change));
            }
            if let Err(why) = self.read().await {
                return if self.kept.has_changed().is_err() { None } else { Some(Err(why)) };
            }
        }
    }
}

impl Watch for Follower {
    fn next(&mut self) -> Pending<'_, Option<Result<Change, StateError>>> {
        Box::pin(self.turn())
    }
}
