//! Values that were looked at before, in other transactions, and could match nothing.
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
    /// Which cluster looked, from 1; 0 when there is no entry.
    cluster: u32,
    bytes: Vec<u8>,
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(usize);

impl Seen {
    pub(super) fn key(&self, cluster: u32, value: &[u8]) -> Option<Key> {
        if value.len() > BYTES_MAX {
            return None;
        }
        let (words, rest) = value.as_chunks::<8>();
        let mut hash = u64::from(cluster).wrapping_mul(MIX) ^ value.len() as u64;
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

    pub(super) fn contains(&self, key: Key, cluster: u32, value: &[u8]) -> bool {
        self.entries.get(key.0).is_some_and(|entry| entry.cluster == cluster + 1 && entry.bytes == value)
    }

    pub(super) fn insert(&mut self, key: Key, cluster: u32, value: &[u8]) {
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, Entry::default());
        }
        if let Some(entry) = self.entries.get_mut(key.0) {
            entry.cluster = cluster + 1;
            entry.bytes.clear();
            entry.bytes.extend_from_slice(value);
        }
    }
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(hash: u64) -> u64 {
    let wide = u128::from(hash) * u128::from(MIX);
    (wide as u64) ^ ((wide >> 64) as u64)
}
