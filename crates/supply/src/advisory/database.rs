//! One file with every advisory: found by ecosystem and name without reading the others.
//!
//! Layout: a line that names the format; length and text of the head (JSON); the number of entries;
//! for each entry hash, offset and length, sorted; the entries (JSON); SHA-256 of all before it.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Record;

const MAGIC: &[u8] = b"buckler-advisories 1\n";
const SUM_BYTES: usize = 32;
const ENTRY_BYTES: usize = 24;

/// What a database says about itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The day of its making, `YYYY-MM-DD`.
    pub made: String,
    pub sources: Vec<SourceInfo>,
    pub ecosystems: BTreeMap<String, OfEcosystem>,
}

/// What came of one source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    pub name: String,
    /// The day of its last change, when it says one.
    pub date: Option<String>,
    pub advisories: usize,
    pub withdrawn: usize,
    /// Advisories that could not be read.
    pub unread: usize,
    pub unread_examples: Vec<String>,
    /// Ranges of commits: not used.
    pub git_ranges: usize,
}

/// What the database knows of one ecosystem.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OfEcosystem {
    pub packages: usize,
    pub advisories: usize,
    /// The newest change in the data, `YYYY-MM-DD`; empty when nothing says one.
    pub newest: String,
}

/// Why a file is no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    #[error("it is no database of advisories, or one of another version")]
    Format,
    #[error("it was cut off or changed: its checksum does not fit")]
    Checksum,
    #[error("its head cannot be read: {0}")]
    Head(String),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    records: Vec<Record>,
}

fn key(ecosystem: &str, name: &str) -> String {
    format!("{ecosystem}\n{name}")
}

/// FNV-1a. Not against attackers: every entry holds its key, too.
fn hash(key: &str) -> u64 {
    key.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn encode(meta: &Meta, records: &BTreeMap<(String, String), Vec<Record>>) -> Vec<u8> {
    let mut blob = Vec::new();
    let mut index: Vec<[u64; 3]> = Vec::with_capacity(records.len());
    for ((ecosystem, name), records) in records {
        let entry = Entry { key: key(ecosystem, name), records: records.clone() };
        let bytes = serde_json::to_vec(&entry).unwrap_or_default();
        index.push([hash(&entry.key), blob.len() as u64, bytes.len() as u64]);
        blob.extend_from_slice(&bytes);
    }
    index.sort_unstable();
    let head = serde_json::to_vec(meta).unwrap_or_default();
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&(head.len() as u64).to_le_bytes());
    file.extend_from_slice(&head);
    file.extend_from_slice(&(index.len() as u64).to_le_bytes());
    index.iter().flatten().for_each(|number| file.extend_from_slice(&number.to_le_bytes()));
    file.extend_from_slice(&blob);
    let sum = Sha256::digest(&file);
    file.extend_from_slice(&sum);
    file
}

/// A database in memory, as it stands in its file.
#[derive(Debug, Clone)]
pub struct Database {
    pub meta: Meta,
    bytes: Vec<u8>,
    /// INVARIANT: the index and the blob behind it lie within `bytes`; checked when it is opened.
    index: usize,
    entries: usize,
}

impl Database {
    /// Opens what [`super::Compiler::finish`] wrote.
    ///
    /// # Errors
    /// When it is something else, cut off or changed.
    pub fn open(bytes: Vec<u8>) -> Result<Self, DatabaseError> {
        if !bytes.starts_with(MAGIC) {
            return Err(DatabaseError::Format);
        }
        let body = bytes.len().checked_sub(SUM_BYTES).ok_or(DatabaseError::Checksum)?;
        let (content, sum) = bytes.split_at_checked(body).ok_or(DatabaseError::Checksum)?;
        if Sha256::digest(content).as_slice() != sum {
            return Err(DatabaseError::Checksum);
        }
        let head_length = number(content, MAGIC.len()).ok_or(DatabaseError::Format)?;
        let head_start = MAGIC.len() + 8;
        let head_end = head_start.checked_add(head_length).ok_or(DatabaseError::Format)?;
        let head = content.get(head_start..head_end).ok_or(DatabaseError::Format)?;
        let meta = serde_json::from_slice(head).map_err(|why| DatabaseError::Head(why.to_string()))?;
        let entries = number(content, head_end).ok_or(DatabaseError::Format)?;
        let index = head_end + 8;
        let is_whole = entries.checked_mul(ENTRY_BYTES).and_then(|length| index.checked_add(length));
        if is_whole.is_none_or(|end| end > content.len()) {
            return Err(DatabaseError::Format);
        }
        Ok(Self { meta, bytes, index, entries })
    }

    /// The records of one package; empty when nothing is known.
    #[must_use]
    pub fn records(&self, ecosystem: &str, name: &str) -> Vec<Record> {
        let key = key(ecosystem, name);
        let wanted = hash(&key);
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low.midpoint(high);
            if self.entry(middle).is_some_and(|entry| entry.0 < wanted) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let mut position = low;
        while let Some((hash, offset, length)) = self.entry(position).filter(|entry| entry.0 == wanted) {
            debug_assert_eq!(hash, wanted, "filtered just above");
            let start = self.index + self.entries * ENTRY_BYTES + offset;
            let bytes = self.bytes.get(start..start.saturating_add(length)).unwrap_or_default();
            if let Ok(entry) = serde_json::from_slice::<Entry>(bytes)
                && entry.key == key
            {
                return entry.records;
            }
            position += 1;
        }
        Vec::new()
    }

    fn entry(&self, position: usize) -> Option<(u64, usize, usize)> {
        if position >= self.entries {
            return None;
        }
        let at = self.index + position * ENTRY_BYTES;
        let hash = self.bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)?;
        Some((hash, number(&self.bytes, at + 8)?, number(&self.bytes, at + 16)?))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let eight = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    usize::try_from(u64::from_le_bytes(eight)).ok()
}
