//! Rate limits: how often somebody may ask.
//!
//! [`Limiter::new`] compiles a [`Config`]; [`Limiter::decide`] takes a request's [`Facts`] and the moment, and answers
//! for all limits at once: a request is booked in each of them or in none. Memory is taken at the start and never
//! grows with the number of clients (a limit that logs requests grows to what it admits). Deciding is O(1).
//!
//! | algorithm | never above the limit | admits as soon as possible | bytes a key |
//! | --- | --- | --- | --- |
//! | `gcra` | `burst + w × rate` in any window `w` | yes | 16 |
//! | `window` | in any window of the period | up to a fifteenth of the period late | 80 |
//! | `log` | in any window of the period | yes | 48, and 16 a request |
//!
//! Moments are lengths of time since 1970-01-01 from a clock that never goes back: the wall clock at the start plus a
//! monotonic clock. Limits that are `shared` are kept across gateways by leases ([`shared`]).
mod algorithm;
mod config;
mod decide;
pub mod headers;
mod key;
mod lease;
mod rate;
pub mod shared;
mod table;

pub(crate) use config::matches;
pub use config::{
    Algorithm, Alone, Config, ConfigError, Count, Full, KEYS_MAX, LIMITS_MAX, LOG_PERMITS_MAX, Limit,
    Missing, Part, PrefixLengths, SharedConfig,
};
pub use decide::{LimitDecision, Limiter, Plan, Stage, Standing, Verdict};
pub use key::{Facts, LimitKey};
pub(crate) use key::{key_of, network};
pub use rate::{PERIOD_SECONDS_MAX, Period, Rate, RateError};
pub use shared::{ASKS_MAX, Budget, Grant, Lease, SharedError, SharedLimits, Terms, Want};
