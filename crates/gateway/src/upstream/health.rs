//! Whether an address answers, and how long it rests when it does not.
use crate::config::Breaker;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

#[cfg(test)]
mod tests;

/// One address' health. Times are milliseconds since 1970-01-01.
#[derive(Debug)]
pub(crate) struct Health {
    running: AtomicUsize,
    /// Failures in a row.
    failures: AtomicU32,
    /// Until when it rests; 0: it does not.
    until: AtomicU64,
    /// Rests in a row.
    rests: AtomicU32,
    settings: Breaker,
}

impl Health {
    pub(crate) fn new(settings: &Breaker) -> Self {
        Self {
            running: AtomicUsize::new(0),
            failures: AtomicU32::new(0),
            until: AtomicU64::new(0),
            rests: AtomicU32::new(0),
            settings: settings.clone(),
        }
    }

    /// Whether requests may go there. After a rest they may; the first failure then begins the next rest.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        now >= self.until.load(Relaxed)
    }

    /// Requests under way.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Relaxed)
    }

    pub(crate) fn enter(&self) {
        self.running.fetch_add(1, Relaxed);
    }

    pub(crate) fn leave(&self) {
        self.running.fetch_sub(1, Relaxed);
    }

    /// It answered.
    pub(crate) fn good(&self) {
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
            self.rests.store(0, Relaxed);
        }
    }

    /// It did not. Tells whether a rest begins with this.
    pub(crate) fn bad(&self, now: u64) -> bool {
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
        if failures < self.settings.failures_max.max(1) || !self.is_open(now) {
            return false;
        }
        let rests = self.rests.fetch_add(1, Relaxed).min(16);
        let length = self.settings.rest_ms.saturating_mul(1 << rests).min(self.settings.rest_ms_max);
        self.until.store(now.saturating_add(length), Relaxed);
        true
    }
}
