//! Periods and rates as people write them: `10s`, `100/minute`.
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest period that a limit may have: 366 days.
pub const PERIOD_SECONDS_MAX: u64 = 366 * DAY;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const NANOS: u128 = 1_000_000_000;

/// A length of time, written `250ms`, `10s`, `5m`, `1h`, `7d`; a unit alone (`minute`) is one of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(pub Duration);

/// So many per period, written `100/minute`, `5/s`, `1000/15m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    /// At least 1.
    pub permits: u32,
    /// Longer than nothing.
    pub per: Duration,
}

/// Why a text is no period or no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    #[error("`{0}` is no length of time; write a number and a unit, as in `250ms`, `10s`, `5m`, `1h`, `7d`")]
    Period(String),
    #[error("`{0}` is longer than 366 days")]
    Long(String),
    #[error("`{0}` is no rate; write a number, `/` and a length of time, as in `100/minute` or `1000/15m`")]
    Rate(String),
    #[error("`{0}` lets nothing pass; to refuse somebody, use a block list")]
    Zero(String),
}

impl Period {
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl FromStr for Period {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError::Period(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at_checked(digits).ok_or_else(wrong)?;
        let number: u64 = if number.is_empty() { 1 } else { number.parse().map_err(|_| wrong())? };
        let nanos: u128 = match unit.trim() {
            "ms" | "millisecond" | "milliseconds" => NANOS / 1000,
            "s" | "sec" | "second" | "seconds" => NANOS,
            "m" | "min" | "minute" | "minutes" => NANOS * u128::from(MINUTE),
            "h" | "hour" | "hours" => NANOS * u128::from(HOUR),
            "d" | "day" | "days" => NANOS * u128::from(DAY),
            _ => return Err(wrong()),
        };
        let nanos = u128::from(number).saturating_mul(nanos);
        if nanos > NANOS * u128::from(PERIOD_SECONDS_MAX) {
            return Err(RateError::Long(text.to_owned()));
        }
        Ok(Self(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))))
    }
}

impl fmt::Display for Period {
    /// In the largest unit that tells it exactly.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if self.0.subsec_nanos() != 0 {
            return write!(formatter, "{}ms", self.0.as_millis());
        }
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")] {
            if seconds != 0 && seconds.is_multiple_of(unit) {
                return write!(formatter, "{}{name}", seconds / unit);
            }
        }
        write!(formatter, "{seconds}s")
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError::Rate(text.to_owned());
        let (permits, per) = text.split_once('/').ok_or_else(wrong)?;
        let permits: u32 = permits.trim().parse().map_err(|_| wrong())?;
        let per = Period::from_str(per)?.0;
        if permits == 0 || per.is_zero() {
            return Err(RateError::Zero(text.to_owned()));
        }
        Ok(Self { permits, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.permits, Period(self.per))
    }
}

impl TryFrom<String> for Period {
    type Error = RateError;

    fn try_from(text: String) -> Result<Self, RateError> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for Rate {
    type Error = RateError;

    fn try_from(text: String) -> Result<Self, RateError> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

#[cfg(test)]
mod tests;
