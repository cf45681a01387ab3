//! Values that were looked at before, in other transactions, and which rules of their feed they could match.
//!
//! Names of arguments and headers repeat from request to request. The cache has a fixed size; an entry is used only when its bytes are the very
//! same, so that hostile values can push entries out, and nothing else.

/// Entries of one cache.
const ENTRIES: usize = 1 << 12;
/// Longer values are not kept.
const BYTES_MAX: usize = 192;

/// A fixed number of values.
#[derive(Debug, Default)]
pub(super) struct Seen {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// The feed, from 1; 0 when there is no entry.
    feed: u32,
    bytes: Vec<u8>,
    rules: Vec<u64>,
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(usize);

impl Seen {
    pub(super) fn key(feed: u32, value: &[u8]) -> Option<Key> {
        if value.len() > BYTES_MAX {
            return None;
        }
        let (words, rest) = value.as_chunks::<8>();
        let mut hash = u64::from(feed).wrapping_mul(MIX) ^ value.len() as u64;
        for word in words {
            hash = mixed(hash ^ u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (place, byte) in last.iter_mut().zip(rest) {
            *place = *byte;
        }
        hash = mixed(hash ^ u64::from_le_bytes(last));
        Some(Key((hash >> 40) as usize % ENTRIES))
    }

    /// The rules' bits, when the value is there.
    pub(super) fn get(&self, key: Key, feed: u32, value: &[u8]) -> Option<&[u64]> {
        let entry = self.entries.get(key.0)?;
        (entry.feed == feed && entry.bytes == value).then_some(entry.rules.as_slice())
    }

    pub(super) fn insert(&mut self, key: Key, feed: u32, value: &[u8], rules: &[u64]) {
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, Entry::default());
        }
        if let Some(entry) = self.entries.get_mut(key.0) {
            entry.feed = feed;
            entry.bytes.clear();
            entry.bytes.extend_from_slice(value);
            entry.rules.clear();
            entry.rules.extend_from_slice(rules);
        }
    }
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(hash: u64) -> u64 {
    let wide = u128::from(hash) * u128::from(MIX);
    (wide as u64) ^ ((wide >> 64) as u64)
}
