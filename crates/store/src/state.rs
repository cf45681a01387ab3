//! Keys with revisions, expiry and watch.
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// An answer on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A change's number: grows with every change of the same key, never used twice in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// A key: segments joined by `.`, each of `A-Z a-z 0-9 - _ = /`, at most 512 bytes. The form that NATS allows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key is empty, or one of its segments is")]
    Empty,
    #[error("`{0}` cannot stand in a key; encode it with `Key::of`")]
    Character(char),
    #[error("a key has {0} bytes; 512 is the most")]
    Length(usize),
}

impl Key {
    /// A key as written.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if text.len() > 512 {
            return Err(KeyError::Length(text.len()));
        }
        if text.split('.').any(str::is_empty) {
            return Err(KeyError::Empty);
        }
        match text.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_=/.".contains(*c))) {
            Some(character) => Err(KeyError::Character(character)),
            None => Ok(Self(text.to_owned())),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.0)
    }
}

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
    /// How long the value lives after this change.
    pub expires_in: Option<Duration>,
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
}

/// Changes from now on, in order per key, after the present entries.
pub trait Watch: Send {
    /// The next change; `None` when the store closed. An error is followed by a new start: present entries again.
    fn next(&mut self) -> Pending<'_, Option<Result<Change, StateError>>>;
}

/// Keys with revisions, watch and expiry.
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
    /// The keys that begin with these segments (`""`: all), in order.
    fn keys<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Vec<Key>, StateError>>;
    /// Changes of the keys that begin with these segments.
    fn watch<'a>(&'a self, prefix: &'a str) -> Pending<'a, Result<Box<dyn Watch>, StateError>>;
}
