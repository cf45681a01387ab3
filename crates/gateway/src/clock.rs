//! The one place where the gateway reads a clock.
use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// For durations.
    pub(crate) instant: Instant,
    /// Microseconds since 1970-01-01.
    pub(crate) micros: u64,
    /// Since 1970-01-01 by a clock that never goes back: the wall clock at the start plus the monotonic one.
    pub(crate) steady: Duration,
}

impl Moment {
    /// Seconds since 1970-01-01.
    pub(crate) fn seconds(self) -> u64 {
        self.micros / 1_000_000
    }

    /// Milliseconds since 1970-01-01 at another instant, without a look at the wall clock.
    pub(crate) fn millis_at(self, instant: Instant) -> u64 {
        let later = instant.saturating_duration_since(self.instant).as_millis();
        (self.micros / 1000).saturating_add(u64::try_from(later).unwrap_or(u64::MAX))
    }
}

/// How long a thread takes the wall clock to go on as the other one does, before it looks at it again.
const STEP: Duration = Duration::from_millis(10);

/// Now. The wall clock is looked at once in 10 milliseconds, and goes on by the other one meanwhile.
pub(crate) fn now() -> Moment {
    thread_local!(static LAST: Cell<Option<Moment>> = const { Cell::new(None) });
    if let Some(last) = LAST.get() {
        let instant = instant();
        let since = instant.saturating_duration_since(last.instant);
        if since < STEP {
            let micros = last.micros.saturating_add(u64::try_from(since.as_micros()).unwrap_or(u64::MAX));
            return Moment { instant, micros, steady: last.steady + since };
        }
    }
    let now = look();
    LAST.set(Some(now));
    now
}

fn look() -> Moment {
    #[expect(clippy::disallowed_methods, reason = "the gateway is an outer crate: it owns the clock")]
    let (instant, since) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH));
    static START: OnceLock<(Instant, Duration)> = OnceLock::new();
    let since = since.unwrap_or(Duration::ZERO);
    let (start, then) = *START.get_or_init(|| (instant, since));
    let steady = then + instant.saturating_duration_since(start);
    Moment { instant, micros: u64::try_from(since.as_micros()).unwrap_or(u64::MAX), steady }
}

/// Now, for durations only.
pub(crate) fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the gateway is an outer crate: it owns the clock")]
    Instant::now()
}
