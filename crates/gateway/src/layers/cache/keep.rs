//! A bounded room for answers: the one that was not asked for the longest goes first.
use bytes::Bytes;
use http::HeaderMap;
use http_cache_semantics::CachePolicy;
use lru::LruCache;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// One answer that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) policy: CachePolicy,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) until: SystemTime,
}

/// Bytes that an answer takes beside its body and its headers: the policy has the headers twice more.
const OVERHEAD_BYTES: usize = 2048;

/// Every answer that is kept.
pub(super) struct Keep {
    bytes_max: usize,
    inner: Mutex<Inner>,
}

struct Inner {
    entries: LruCache<String, Arc<Kept>>,
    bytes: usize,
}

impl std::fmt::Debug for Keep {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keep").field("bytes_max", &self.bytes_max).finish_non_exhaustive()
    }
}

impl Keep {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, inner: Mutex::new(Inner { entries: LruCache::unbounded(), bytes: 0 }) }
    }

    pub(super) fn get(&self, key: &str) -> Option<Arc<Kept>> {
        self.lock().entries.get(key).map(Arc::clone)
    }

    pub(super) fn put(&self, key: String, kept: Kept) {
        let size = size(&key, &kept);
        if size > self.bytes_max {
            return;
        }
        let mut inner = self.lock();
        inner.bytes += size;
        if let Some((old_key, old)) = inner.entries.push(key, Arc::new(kept)) {
            inner.bytes -= self::size(&old_key, &old);
        }
        while inner.bytes > self.bytes_max {
            let Some((key, old)) = inner.entries.pop_lru() else { break };
            inner.bytes -= self::size(&key, &old);
        }
    }

    pub(super) fn remove(&self, key: &str) {
        let mut inner = self.lock();
        if let Some((key, old)) = inner.entries.pop_entry(key) {
            inner.bytes -= size(&key, &old);
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(key: &str, kept: &Kept) -> usize {
    let headers: usize = kept.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    key.len() + kept.body.len() + 3 * headers + OVERHEAD_BYTES
}
