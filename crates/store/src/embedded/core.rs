//! The open file, and reading from it.
use super::tables::{BYTES, ENTRIES, EXPIRIES, FLOOR, LOG, META, REVISION, Record};
use super::writer::closed;
use crate::{Change, Clock, Entry, KEYS_MAX, Key, Revision, StateError};
use redb::{Database, ReadableDatabase, ReadableTable, StorageError};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Most entries read at once for a watch.
const PAGE_MAX: usize = 256;
/// Most bytes of values read at once for a watch, but for the last.
const PAGE_BYTES_MAX: usize = 4 << 20;
/// Most of the log looked at in one go.
const SCAN_MAX: usize = 65_536;

#[derive(Debug)]
pub(super) struct Core {
    /// `None` when closed. Written to only by closing and compaction.
    database: RwLock<Option<Database>>,
    clock: Arc<dyn Clock>,
}

/// Some of what a watch has to tell next.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) changes: Vec<Change>,
    /// How far the log is told.
    pub(super) cursor: u64,
}

impl Core {
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database: RwLock::new(Some(database)), clock }
    }

    /// Milliseconds since 1970-01-01.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.clock.now().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn database(&self) -> RwLockReadGuard<'_, Option<Database>> {
        self.database.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Gives unused pages back to the file system. Waits for readers, and lets them wait.
    pub(super) fn compact(&self) -> Result<(), StateError> {
        let mut guard = self.database.write().unwrap_or_else(PoisonError::into_inner);
        guard.as_mut().ok_or_else(closed)?.compact().map_err(|why| reason(why.into()))?;
        Ok(())
    }

    fn read<T>(
        &self,
        what: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StateError> {
        let guard = self.database();
        let database = guard.as_ref().ok_or_else(closed)?;
        let transaction = database.begin_read().map_err(|why| reason(why.into()))?;
        what(&transaction).map_err(reason)
    }

    pub(super) fn get(&self, key: &Key) -> Result<Option<Entry>, StateError> {
        let now = self.now();
        self.read(|transaction| {
            let entries = transaction.open_table(ENTRIES)?;
            match entries.get(key.as_str())? {
                Some(found) => Ok(Record::read(found.value())?.live(key, now)),
                None => Ok(None),
            }
        })
    }

    pub(super) fn bytes(&self) -> Result<u64, StateError> {
        self.read(|transaction| {
            Ok(transaction.open_table(META)?.get(BYTES)?.map_or(0, |bytes| bytes.value()))
        })
    }

    /// Is there something to sweep? When that cannot be read, there is: then the sweep tells.
    pub(super) fn is_due(&self) -> bool {
        let now = self.now();
        let due = self.read(|transaction| {
            let expiries = transaction.open_table(EXPIRIES)?;
            Ok(expiries.first()?.is_some_and(|(at, _)| at.value().0 <= now))
        });
        due.unwrap_or(true)
    }

    /// The live keys below a prefix with their revisions, and how far the log is told by them.
    pub(super) fn present(&self, prefix: &str) -> Result<(Vec<(Key, u64)>, u64), StateError> {
        let now = self.now();
        let found = self.read(|transaction| {
            let meta = transaction.open_table(META)?;
            let entries = transaction.open_table(ENTRIES)?;
            let mut keys = Vec::new();
            // `prefix` itself, then everything that begins with `prefix.`: two ranges, because `-` sorts before `.`.
            let below = format!("{prefix}.");
            let ranges = if prefix.is_empty() {
                vec![entries.range::<&str>(..)?]
            } else {
                let end = format!("{prefix}/");
                vec![entries.range::<&str>(prefix..=prefix)?, entries.range(below.as_str()..end.as_str())?]
            };
            for item in ranges.into_iter().flatten() {
                let (key, record) = item?;
                let record = Record::read(record.value())?;
                if record.value.is_some() && !record.is_expired(now) {
                    keys.push((read_key(key.value())?, record.revision));
                }
                if keys.len() > KEYS_MAX {
                    break;
                }
            }
            Ok((keys, meta.get(REVISION)?.map_or(0, |revision| revision.value())))
        })?;
        if found.0.len() > KEYS_MAX {
            let reason = format!("more than {KEYS_MAX} keys begin with `{prefix}`: ask for a longer prefix");
            return Err(StateError::Unavailable { reason });
        }
        Ok(found)
    }

    /// Entries that were present, as far as they have not changed since: how many of the list it used, and they.
    pub(super) fn entries(&self, list: &[(Key, u64)]) -> Result<(usize, Vec<Change>), StateError> {
        let now = self.now();
        self.read(|transaction| {
            let entries = transaction.open_table(ENTRIES)?;
            let (mut used, mut bytes, mut changes) = (0, 0, Vec::new());
            for (key, revision) in list.iter().take(PAGE_MAX) {
                used += 1;
                if let Some(found) = entries.get(key.as_str())? {
                    let record = Record::read(found.value())?;
                    let entry = record.live(key, now).filter(|entry| entry.revision.0 == *revision);
                    bytes += entry.as_ref().map_or(0, |entry| entry.value.len());
                    changes.extend(entry.map(Change::Put));
                }
                if bytes >= PAGE_BYTES_MAX {
                    break;
                }
            }
            Ok((used, changes))
        })
    }

    /// What happened after a revision. `None`: that is no longer known in full.
    pub(super) fn changes(&self, after: u64, prefix: &str) -> Result<Option<Page>, StateError> {
        let now = self.now();
        self.read(|transaction| {
            let floor = transaction.open_table(META)?.get(FLOOR)?.map_or(0, |floor| floor.value());
            if floor > after {
                return Ok(None);
            }
            let log = transaction.open_table(LOG)?;
            let entries = transaction.open_table(ENTRIES)?;
            let mut page = Page { changes: Vec::new(), cursor: after };
            let mut bytes = 0;
            for item in log.range((Bound::Excluded(after), Bound::Unbounded))?.take(SCAN_MAX) {
                let (revision, key) = item?;
                page.cursor = revision.value();
                let key = read_key(key.value())?;
                if !key.is_below(prefix) {
                    continue;
                }
                let lost = || StorageError::Corrupted(format!("{key} is in the log only"));
                let found = entries.get(key.as_str())?.ok_or_else(lost)?;
                let record = Record::read(found.value())?;
                if let Some(entry) = record.live(&key, now) {
                    bytes += entry.value.len();
                    page.changes.push(Change::Put(entry));
                } else if record.value.is_none() {
                    page.changes.push(Change::Removed { key, revision: Revision(record.revision) });
                }
                // What expired but is not swept yet is told as removed when it is.
                if page.changes.len() >= PAGE_MAX || bytes >= PAGE_BYTES_MAX {
                    break;
                }
            }
            Ok(Some(page))
        })
    }
}

fn read_key(text: &str) -> Result<Key, StorageError> {
    Key::new(text).map_err(|why| StorageError::Corrupted(why.to_string()))
}

/// What went wrong with the file, in our words.
pub(super) fn reason(why: redb::Error) -> StateError {
    match why {
        redb::Error::Io(why) => {
            StateError::Unavailable { reason: format!("the file cannot be read or written: {why}") }
        }
        redb::Error::PreviousIo => StateError::Unavailable {
            reason: "the file could not be read or written before: open the store again".to_owned(),
        },
        redb::Error::DatabaseClosed => closed(),
        why => StateError::Damaged { reason: why.to_string() },
    }
}
