//! The time, read in one place.
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 (UTC).
pub(crate) fn now_ms() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the guard compares with the platform's deadline")]
    let now = SystemTime::now();
    let passed = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)
}

/// A moment that only goes forward.
pub(crate) fn moment() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "deadlines of invocations")]
    let now = Instant::now();
    now
}

/// A moment so many milliseconds from now.
pub(crate) fn in_ms(ms: u64) -> Instant {
    let now = moment();
    now.checked_add(Duration::from_millis(ms)).unwrap_or(now)
}
