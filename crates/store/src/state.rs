//! Keys with revisions, expiry and watch.
use crate::key::{Key, KeyError};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// An answer on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A change's number: grows with every change of a store, never used twice in it. 0 is no change's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// A value with the revision that wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub value: Vec<u8>,
    pub revision: Revision,
}

impl fmt::Debug for Entry {
    /// Without the value: it may be a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at {} ({} bytes)", self.key, self.revision.0, self.value.len())
    }
}

/// What must be true for a change to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    Anything,
    /// The key is not there (never was, deleted or expired).
    Absent,
    /// The key's last change is this one.
    Revision(Revision),
}

/// How to put.
#[derive(Clone, Copy, Debug)]
pub struct Put {
    pub expect: Expect,
    /// How long the value lives after this change. Never shorter; embedded to the millisecond, in a cluster
    /// rounded up to whole seconds (and told at most a few seconds later).
    pub expires_in: Option<Duration>,
}

impl Put {
    /// Whatever is there is replaced, for good.
    pub const ANY: Self = Self { expect: Expect::Anything, expires_in: None };
    /// Only when the key is absent.
    pub const NEW: Self = Self { expect: Expect::Absent, expires_in: None };

    /// Only over this change.
    #[must_use]
    pub const fn over(revision: Revision) -> Self {
        Self { expect: Expect::Revision(revision), expires_in: None }
    }

    /// The same, for so long.
    #[must_use]
    pub const fn expiring(self, after: Duration) -> Self {
        Self { expires_in: Some(after), ..self }
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Somebody else changed the key first. Read it again.
    #[error("{key} was changed by somebody else")]
    Conflict { key: Key },
    /// No answer in time, no leader, connection lost. Whether the change happened is not known.
    #[error("the store cannot be reached: {reason}")]
    Unavailable { reason: String },
    /// The value or the store is too large.
    #[error("{key}: {reason}")]
    TooLarge { key: Key, reason: String },
    /// The data on disk or in the cluster cannot be read.
    #[error("the store's data is damaged: {reason}")]
    Damaged { reason: String },
    /// A watch lost its place (its reader was too slow, or the cluster was away too long). What it told before
    /// counts no more: the present entries follow, then [`Change::UpToDate`].
    #[error("the watch starts over: {reason}")]
    StartOver { reason: String },
    /// The prefix cannot begin a key.
    #[error("the prefix begins no key: {0}")]
    Prefix(#[from] KeyError),
}

/// What happened to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Put(Entry),
    /// Deleted, or expired.
    Removed {
        key: Key,
        revision: Revision,
    },
    /// Everything that was there when the watch started (or started over) has been told. Told once a start.
    UpToDate,
}

/// The present entries, then [`Change::UpToDate`], then changes: in order per key. A slow reader may see only the
/// last of several changes of a key; no key's last change is ever left out silently.
pub trait Watch: Send {
    /// The next change; `None` when the store closed. After [`StateError::StartOver`] the present entries come
    /// again: whoever keeps a copy drops what is not among them. Other errors change nothing: ask again.
    fn next(&mut self) -> Pending<'_, Option<Result<Change, StateError>>>;
}

/// The longest value, in bytes: what every form keeps (NATS takes 1 MiB a message, headers included).
pub const VALUE_BYTES_MAX: usize = 1_000_000;

/// The longest answer of [`State::keys`].
pub const KEYS_MAX: usize = 1_000_000;

/// The longest life that can be asked for: a longer one is shortened to it (400 days).
pub const EXPIRES_IN_MAX: Duration = Duration::from_hours(400 * 24);

/// Keys with revisions, watch and expiry.
///
/// INVARIANT: changes of one key are linearizable: of two that expect the same revision, at most one succeeds.
/// What was acknowledged is kept. A change that ended [`StateError::Unavailable`] may or may not have happened.
/// Reads of one handle never go back behind what that handle saw of a key.
pub trait State: Send + Sync + fmt::Debug {
    fn get<'a>(&'a self, key: &'a Key) -> Pending<'a, Result<Option<Entry>, StateError>>;
    /// Writes, when what is expected holds.
    fn put<'a>(
        &'a self,
        key: &'a Key,
        value: &'a [u8],
        how: Put,
    ) -> Pending<'a, Result<Revision, StateError>>;
    /// Removes, when what is expected holds. Removing what is not there is no error with [`Expect::Anything`].
    fn remove<'a>(&'a self, key: &'a Key, expect: Expect) -> Pending<'a, Result<(), StateError>>;
    /// The keys that begin with these whole segments (`""`: all; `a.b`: `a.b` itself and `a.b.c`, not `a.bc`), in
    /// order.
    fn keys<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<Key>, StateError>>;
    /// Changes of the keys that begin with these whole segments.
    fn watch<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Box<dyn Watch>, StateError>>;
}
