//! The day of a run.
#![expect(clippy::disallowed_methods, reason = "the clock and one variable are read here, once")]
use std::time::{SystemTime, UNIX_EPOCH};

use model::Date;

/// Seconds since 1970 in UTC; `SOURCE_DATE_EPOCH` makes them reproducible.
pub(crate) fn seconds() -> u64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    fixed.unwrap_or_else(now)
}

/// The day in UTC.
pub(crate) fn today() -> Date {
    Date::from_unix_seconds(seconds())
}
