//! The tables of one file, and what one change does to them.
//!
//! INVARIANT: every key in `ENTRIES` stands exactly once in `LOG`, under its last revision. So the log is never longer
//! than the keys (with `removals_max` removed ones), and following it from any revision tells every key's last change.
use crate::{EXPIRES_IN_MAX, Entry, Expect, Key, Put, Revision, StateError, VALUE_BYTES_MAX};
use redb::{ReadableTable, StorageError, Table, TableDefinition, TableError, WriteTransaction};

/// Counters: see the constants below.
pub(super) const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
/// Key: revision, expiry, kind, value (see [`Record`]).
pub(super) const ENTRIES: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("entries");
/// Revision: key.
pub(super) const LOG: TableDefinition<'static, u64, &str> = TableDefinition::new("log");
/// Milliseconds since 1970-01-01 when a key expires, with the key.
pub(super) const EXPIRIES: TableDefinition<'static, (u64, &str), ()> = TableDefinition::new("expiries");
/// Revision of a removal: key.
pub(super) const TOMBSTONES: TableDefinition<'static, u64, &str> = TableDefinition::new("tombstones");

/// The last revision given.
pub(super) const REVISION: &str = "revision";
/// Bytes of live keys and values.
pub(super) const BYTES: &str = "bytes";
/// The newest removal that was forgotten: who followed the log less far starts over.
pub(super) const FLOOR: &str = "floor";
/// Removals remembered.
const REMOVED: &str = "removed";

/// Expired keys removed in one go.
pub(super) const SWEEP_MAX: usize = 256;

/// What stands behind a key.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) revision: u64,
    /// Milliseconds since 1970-01-01; 0: never.
    pub(super) expires: u64,
    /// `None`: removed.
    pub(super) value: Option<&'a [u8]>,
}

impl<'a> Record<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, StorageError> {
        let damaged = || StorageError::Corrupted("an entry is cut short".to_owned());
        let (revision, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        let (expires, rest) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
        let value = match rest.split_first().ok_or_else(damaged)? {
            (1, value) => Some(value),
            _ => None,
        };
        Ok(Self { revision: u64::from_be_bytes(*revision), expires: u64::from_be_bytes(*expires), value })
    }

    fn write(&self) -> Vec<u8> {
        let value = self.value.unwrap_or_default();
        let mut bytes = Vec::with_capacity(17 + value.len());
        bytes.extend_from_slice(&self.revision.to_be_bytes());
        bytes.extend_from_slice(&self.expires.to_be_bytes());
        bytes.push(u8::from(self.value.is_some()));
        bytes.extend_from_slice(value);
        bytes
    }

    pub(super) const fn is_expired(&self, now: u64) -> bool {
        self.expires != 0 && self.expires <= now
    }

    /// The entry, unless it is removed or expired.
    pub(super) fn live(&self, key: &Key, now: u64) -> Option<Entry> {
        let value = self.value.filter(|_| !self.is_expired(now))?;
        Some(Entry { key: key.clone(), value: value.to_vec(), revision: Revision(self.revision) })
    }
}

/// One change that somebody asked for.
#[derive(Debug)]
pub(super) enum Operation {
    Put { key: Key, value: Vec<u8>, how: Put },
    Remove { key: Key, expect: Expect },
}

impl Operation {
    /// Bytes that it writes.
    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Put { value, .. } => value.len(),
            Self::Remove { .. } => 0,
        }
    }
}

/// Why an operation was not done: told to whoever asked, or the whole batch fails.
pub(super) enum Refusal {
    State(StateError),
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(why: StorageError) -> Self {
        Self::Storage(why)
    }
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) store_bytes_max: u64,
    /// Removals remembered for slow watchers.
    pub(super) removals_max: u64,
}

/// All tables, open in one writing transaction.
pub(super) struct Tables<'t> {
    limits: Limits,
    meta: Table<'t, &'static str, u64>,
    entries: Table<'t, &'static str, &'static [u8]>,
    log: Table<'t, u64, &'static str>,
    expiries: Table<'t, (u64, &'static str), ()>,
    tombstones: Table<'t, u64, &'static str>,
}

/// What was there before a change.
struct Before {
    revision: u64,
    expires: u64,
    value_bytes: Option<usize>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction, limits: Limits) -> Result<Self, TableError> {
        Ok(Self {
            limits,
            meta: transaction.open_table(META)?,
            entries: transaction.open_table(ENTRIES)?,
            log: transaction.open_table(LOG)?,
            expiries: transaction.open_table(EXPIRIES)?,
            tombstones: transaction.open_table(TOMBSTONES)?,
        })
    }

    pub(super) fn revision(&self) -> Result<u64, StorageError> {
        self.count(REVISION)
    }

    fn count(&self, name: &str) -> Result<u64, StorageError> {
        Ok(self.meta.get(name)?.map_or(0, |count| count.value()))
    }

    fn before(&self, key: &Key) -> Result<Option<Before>, StorageError> {
        let Some(found) = self.entries.get(key.as_str())? else { return Ok(None) };
        let record = Record::read(found.value())?;
        Ok(Some(Before {
            revision: record.revision,
            expires: record.expires,
            value_bytes: record.value.map(<[u8]>::len),
        }))
    }

    /// Does the operation, when what it expects holds. `now` and the expiries are milliseconds since 1970-01-01.
    pub(super) fn apply(&mut self, operation: &Operation, now: u64) -> Result<Revision, Refusal> {
        let (key, expect) = match operation {
            Operation::Put { key, how, .. } => (key, how.expect),
            Operation::Remove { key, expect } => (key, *expect),
        };
        let before = self.before(key)?;
        let live = before
            .as_ref()
            .filter(|before| before.value_bytes.is_some() && (before.expires == 0 || before.expires > now))
            .map(|before| before.revision);
        let holds = match expect {
            Expect::Anything => true,
            Expect::Absent => live.is_none(),
            Expect::Revision(revision) => live == Some(revision.0),
        };
        if !holds {
            return Err(Refusal::State(StateError::Conflict { key: key.clone() }));
        }
        match operation {
            Operation::Remove { .. } if live.is_none() => Ok(Revision(self.revision()?)),
            Operation::Remove { .. } => Ok(self.change(key, before.as_ref(), None, 0)?),
            Operation::Put { value, how, .. } => {
                self.check_size(key, value, before.as_ref())?;
                let expires = how.expires_in.map_or(0, |life| {
                    let life = u64::try_from(life.min(EXPIRES_IN_MAX).as_nanos().div_ceil(1_000_000));
                    now.saturating_add(life.unwrap_or(u64::MAX)).max(1)
                });
                Ok(self.change(key, before.as_ref(), Some(value), expires)?)
            }
        }
    }

    fn check_size(&self, key: &Key, value: &[u8], before: Option<&Before>) -> Result<(), Refusal> {
        let too_large = |reason: String| Refusal::State(StateError::TooLarge { key: key.clone(), reason });
        if value.len() > VALUE_BYTES_MAX {
            return Err(too_large(format!("{} bytes; {VALUE_BYTES_MAX} is the most", value.len())));
        }
        let old = before.and_then(|before| before.value_bytes).map_or(0, |bytes| bytes + key.as_str().len());
        let bytes = self.count(BYTES)?.saturating_sub(old as u64);
        let store_bytes_max = self.limits.store_bytes_max;
        if bytes + (key.as_str().len() + value.len()) as u64 > store_bytes_max {
            return Err(too_large(format!("the store holds {bytes} bytes; {store_bytes_max} is the most")));
        }
        Ok(())
    }

    /// Writes one key's new state under the next revision.
    fn change(
        &mut self,
        key: &Key,
        before: Option<&Before>,
        value: Option<&[u8]>,
        expires: u64,
    ) -> Result<Revision, StorageError> {
        let revision = self.revision()?.saturating_add(1);
        self.meta.insert(REVISION, revision)?;
        let mut bytes = self.count(BYTES)?;
        if let Some(before) = before {
            self.log.remove(before.revision)?;
            if before.expires != 0 {
                self.expiries.remove((before.expires, key.as_str()))?;
            }
            match before.value_bytes {
                Some(old) => bytes = bytes.saturating_sub((old + key.as_str().len()) as u64),
                None => self.forget(before.revision)?,
            }
        }
        let record = Record { revision, expires, value };
        self.entries.insert(key.as_str(), record.write().as_slice())?;
        self.log.insert(revision, key.as_str())?;
        if expires != 0 {
            self.expiries.insert((expires, key.as_str()), ())?;
        }
        match value {
            Some(value) => bytes += (value.len() + key.as_str().len()) as u64,
            None => self.bury(revision, key)?,
        }
        self.meta.insert(BYTES, bytes)?;
        Ok(Revision(revision))
    }

    /// A removed key is there again.
    fn forget(&mut self, revision: u64) -> Result<(), StorageError> {
        self.tombstones.remove(revision)?;
        let removed = self.count(REMOVED)?.saturating_sub(1);
        self.meta.insert(REMOVED, removed)?;
        Ok(())
    }

    /// Remembers a removal, and forgets the oldest one when there are too many.
    fn bury(&mut self, revision: u64, key: &Key) -> Result<(), StorageError> {
        self.tombstones.insert(revision, key.as_str())?;
        let removed = self.count(REMOVED)?.saturating_add(1);
        self.meta.insert(REMOVED, removed)?;
        if removed <= self.limits.removals_max {
            return Ok(());
        }
        let oldest = self.tombstones.first()?.map(|(at, key)| (at.value(), key.value().to_owned()));
        if let Some((at, key)) = oldest {
            self.forget(at)?;
            self.log.remove(at)?;
            self.entries.remove(key.as_str())?;
            self.meta.insert(FLOOR, at)?;
        }
        Ok(())
    }

    /// Removes what has expired, at most [`SWEEP_MAX`] keys. How many it removed.
    pub(super) fn sweep(&mut self, now: u64) -> Result<usize, StorageError> {
        let mut due = Vec::new();
        for item in self.expiries.iter()?.take(SWEEP_MAX) {
            let (at, ()) = (item?.0, ());
            let (expires, key) = at.value();
            if expires > now {
                break;
            }
            due.push(Key::new(key).map_err(|why| StorageError::Corrupted(why.to_string()))?);
        }
        for key in &due {
            let before = self.before(key)?;
            self.change(key, before.as_ref(), None, 0)?;
        }
        Ok(due.len())
    }
}
