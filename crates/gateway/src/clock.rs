//! The one place where the gateway reads a clock.
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// For durations.
    pub(crate) instant: Instant,
    /// Microseconds since 1970-01-01.
    pub(crate) micros: u64,
}

impl Moment {
    /// Seconds since 1970-01-01.
    pub(crate) fn seconds(self) -> u64 {
        self.micros / 1_000_000
    }
}

/// Now.
pub(crate) fn now() -> Moment {
    #[expect(clippy::disallowed_methods, reason = "the gateway is an outer crate: it owns the clock")]
    let (instant, since) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH));
    Moment { instant, micros: u64::try_from(since.unwrap_or(Duration::ZERO).as_micros()).unwrap_or(u64::MAX) }
}

/// Now, for durations only.
pub(crate) fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the gateway is an outer crate: it owns the clock")]
    Instant::now()
}
