//! A calendar day, to compare and to print. No clock here.
use std::fmt;
use std::str::FromStr;

/// A day of the proleptic Gregorian calendar (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// The text is no day in the form `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDateError(String);

impl fmt::Display for ParseDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no date; write it as YYYY-MM-DD", self.0)
    }
}

impl std::error::Error for ParseDateError {}

impl Date {
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The day that holds this many seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn from_unix_seconds(seconds: u64) -> Self {
        let mut days = seconds / 86_400;
        let mut year = 1970;
        while days >= year_days(year) {
            days -= year_days(year);
            year += 1;
        }
        let mut month = 1;
        while days >= month_days(year, month) {
            days -= month_days(year, month);
            month += 1;
        }
        Self { year, month, day: u8::try_from(days + 1).unwrap_or(1) }
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn year_days(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn month_days(year: u16, month: u8) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = ParseDateError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseDateError(text.to_owned());
        let mut parts = text.trim().splitn(3, '-');
        let mut next = |width: usize| parts.next().filter(|part| part.len() == width).ok_or_else(error);
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let year = year.parse().map_err(|_| error())?;
        let month = month.parse().map_err(|_| error())?;
        let day: u8 = day.parse().map_err(|_| error())?;
        let fits = (1..=12).contains(&month) && day >= 1 && u64::from(day) <= month_days(year, month);
        if fits { Ok(Self { year, month, day }) } else { Err(error()) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_seconds_become_days() {
        assert_eq!(Date::from_unix_seconds(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_unix_seconds(951_782_400).to_string(), "2000-02-29");
        assert_eq!(Date::from_unix_seconds(1_795_305_600).to_string(), "2026-11-22");
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        assert!("2025-02-29".parse::<Date>().is_err());
        assert!("2024-02-29".parse::<Date>().is_ok());
        assert!("2024-2-9".parse::<Date>().is_err());
    }
}
