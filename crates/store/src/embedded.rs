//! The embedded form: one `redb` file in a folder, or the same in memory.
//!
//! One thread writes: changes that arrive while the disk is busy are made durable together. Reads run beside it, on
//! blocking threads. Expired keys are invisible at once and swept (as removals that watchers see) within a second.
mod core;
mod file;
mod follow;
mod tables;
mod writer;

use crate::{
    Clock, Entry, Expect, Key, Pending, Put, Revision, State, StateError, SystemClock, VALUE_BYTES_MAX, Watch,
};
use core::Core;
pub use file::OpenError;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tables::{Limits, Operation};
use tokio::sync::{mpsc, oneshot, watch};
use writer::{Order, Writer, closed};

/// Changes waiting for the writer; more wait at their caller.
const WAITING_MAX: usize = 4_096;
/// How often expired keys are looked for when nothing else happens.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Keys handed to one reading of present entries.
const PAGE_KEYS: usize = 256;

/// When a change is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When it is on disk: it survives the machine's power.
    #[default]
    EveryChange,
    /// At once; on disk within a second. A crash may lose the last second: for what is only a cache.
    EverySecond,
}

/// How to keep.
#[derive(Clone, Debug)]
pub struct Options {
    pub durability: Durability,
    /// Most bytes of live keys and values; more is [`StateError::TooLarge`].
    pub store_bytes_max: u64,
    /// Removals remembered for watchers that lag: who lags by more starts over.
    pub removals_max: u64,
    /// Bytes of the file kept in memory.
    pub cache_bytes: usize,
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::EveryChange,
            store_bytes_max: 1 << 30,
            removals_max: 65_536,
            cache_bytes: 16 << 20,
            clock: Arc::new(SystemClock),
        }
    }
}

impl Options {
    const fn limits(&self) -> Limits {
        Limits { store_bytes_max: self.store_bytes_max, removals_max: self.removals_max }
    }
}

/// Keys in one file, or in memory. Dropping it closes it soon; [`Embedded::close`] tells when.
pub struct Embedded {
    core: Arc<Core>,
    inbox: mpsc::Sender<Order>,
    kept: watch::Receiver<u64>,
    done: oneshot::Receiver<()>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "embedded state at {}", *self.kept.borrow())
    }
}

impl Embedded {
    /// Opens the store of a folder, or begins one. Only one process at a time can.
    pub async fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        let (folder, cache_bytes) = (folder.to_owned(), options.cache_bytes);
        let opened = tokio::task::spawn_blocking(move || file::open(&folder, cache_bytes)).await;
        // The library may stop at a file that others wrote to.
        let database = opened.unwrap_or_else(|why| Err(OpenError::Damaged { reason: why.to_string() }))?;
        Self::start(database, options)
    }

    /// The same without a folder: all is gone when it closes.
    pub fn in_memory(options: Options) -> Result<Self, OpenError> {
        Self::start(file::in_memory(options.cache_bytes)?, options)
    }

    fn start(database: redb::Database, options: Options) -> Result<Self, OpenError> {
        let revision = file::prepare(&database)?;
        let core = Arc::new(Core::new(database, Arc::clone(&options.clock)));
        let (inbox, orders) = mpsc::channel(WAITING_MAX);
        let (changed, kept) = watch::channel(revision);
        let (tell, done) = oneshot::channel();
        let writer = Writer { core: Arc::clone(&core), options, changed, dirty: false };
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(orders, tell))
            .map_err(|why| OpenError::Io { reason: why.to_string() })?;
        let ticks = inbox.downgrade();
        tokio::spawn(async move {
            let mut every = tokio::time::interval(SWEEP_EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                every.tick().await;
                let Some(inbox) = ticks.upgrade() else { return };
                // A full queue sweeps by itself.
                inbox.try_send(Order::Tick).ok();
            }
        });
        Ok(Self { core, inbox, kept, done })
    }

    /// Closes it: everything acknowledged is on disk, and the file is free for another process.
    pub async fn close(self) {
        let Self { core, inbox, kept, done } = self;
        drop((core, inbox, kept));
        done.await.ok();
    }

    /// Removes everything that has expired by now; how much it was. It happens by itself within a second, too.
    pub async fn sweep(&self) -> Result<usize, StateError> {
        self.ask(Order::Sweep).await
    }

    /// Gives unused pages back to the file system. Everything else waits for it. Opening does it when it is worth it.
    pub async fn compact(&self) -> Result<(), StateError> {
        self.ask(Order::Compact).await
    }

    /// Bytes of live keys and values.
    pub async fn bytes(&self) -> Result<u64, StateError> {
        let core = Arc::clone(&self.core);
        off_thread(move || core.bytes()).await
    }

    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, StateError>>) -> Order,
    ) -> Result<T, StateError> {
        let (tell, answer) = oneshot::channel();
        self.inbox.send(order(tell)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    async fn change(&self, operation: Operation) -> Result<Revision, StateError> {
        self.ask(|answer| Order::Change(operation, answer)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Key>, StateError> {
        Key::check_prefix(prefix)?;
        let (core, prefix) = (Arc::clone(&self.core), prefix.to_owned());
        let (keys, _) = off_thread(move || core.present(&prefix)).await?;
        Ok(keys.into_iter().map(|(key, _)| key).collect())
    }
}

impl State for Embedded {
    fn get<'a>(&'a self, key: &'a Key) -> Pending<'a, Result<Option<Entry>, StateError>> {
        let (core, key) = (Arc::clone(&self.core), key.clone());
        Box::pin(off_thread(move || core.get(&key)))
    }

    fn put<'a>(
        &'a self,
        key: &'a Key,
        value: &'a [u8],
        how: Put,
    ) -> Pending<'a, Result<Revision, StateError>> {
        Box::pin(async move {
            if value.len() > VALUE_BYTES_MAX {
                let reason = format!("{} bytes; {VALUE_BYTES_MAX} is the most", value.len());
                return Err(StateError::TooLarge { key: key.clone(), reason });
            }
            self.change(Operation::Put { key: key.clone(), value: value.to_vec(), how }).await
        })
    }

    fn remove<'a>(&'a self, key: &'a Key, expect: Expect) -> Pending<'a, Result<(), StateError>> {
        Box::pin(async move { self.change(Operation::Remove { key: key.clone(), expect }).await.map(drop) })
    }

    fn keys<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<Key>, StateError>> {
        Box::pin(self.list(prefix))
    }

    fn watch<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Box<dyn Watch>, StateError>> {
        Box::pin(async move {
            Key::check_prefix(prefix)?;
            let follower = follow::Follower::new(Arc::clone(&self.core), prefix, self.kept.clone());
            Ok(Box::new(follower) as Box<dyn Watch>)
        })
    }
}

/// Runs what may wait for a disk where waiting harms nobody.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StateError> + Send + 'static,
) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(why) if why.is_panic() => Err(StateError::Damaged {
            reason: "reading the file failed in a way that only damage explains".to_owned(),
        }),
        Err(_) => Err(closed()),
    }
}
