//! Schedules: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-11-22T17:00:00)`; all in UTC.
use crate::clock::{Civil, civil};
use std::collections::BTreeSet;

/// A schedule that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    Rate(u64),
    Cron(Cron),
    /// Milliseconds since 1970.
    At(u64),
}

/// The fields of a cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Days,
    months: BTreeSet<u32>,
    /// 1 is Sunday.
    weekdays: Days,
    years: BTreeSet<u32>,
}

/// A field that may say nothing, or name days in other ways.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    Any,
    Set(BTreeSet<u32>),
    /// The last day of the month.
    Last,
    /// The n-th of a weekday.
    Nth(u32, u32),
}

const MINUTE_MS: u64 = 60_000;
/// Minutes that are tried: four years and a day.
const MINUTES_MAX: u64 = 60 * 24 * 1_462;
const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Reads an expression; `None`: it is not understood.
pub(crate) fn parse(text: &str) -> Option<Schedule> {
    let (kind, rest) = text.trim().split_once('(')?;
    let inner = rest.strip_suffix(')')?.trim();
    match kind {
        "rate" => {
            let (number, unit) = inner.split_once(' ')?;
            let unit_ms = match unit.trim().trim_end_matches('s') {
                "minute" => MINUTE_MS,
                "hour" => 60 * MINUTE_MS,
                "day" => 24 * 60 * MINUTE_MS,
                _ => return None,
            };
            let ms = number.trim().parse::<u64>().ok()?.checked_mul(unit_ms)?;
            (ms > 0).then_some(Schedule::Rate(ms))
        }
        "cron" => cron(inner).map(Schedule::Cron),
        "at" => at(inner).map(Schedule::At),
        _ => None,
    }
}

fn at(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // Days since 1970 by trying: far enough for any schedule.
    let days = (0..200_000_u64).find(|days| {
        let at = civil(days * 86_400_000);
        at.year == i64::try_from(year).unwrap_or(0)
            && u64::from(at.month) == month
            && u64::from(at.day) == day
    })?;
    Some(((days * 24 + hour) * 60 + minute) * MINUTE_MS + second * 1000)
}

fn cron(text: &str) -> Option<Cron> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else { return None };
    Some(Cron {
        minutes: set(minutes, 0, 59, &[])?,
        hours: set(hours, 0, 23, &[])?,
        days: if *days == "L" { Days::Last } else { days_of(days, 31, &[])? },
        months: set(months, 1, 12, MONTHS)?,
        weekdays: days_of(weekdays, 7, DAYS)?,
        years: set(years, 1970, 2199, &[])?,
    })
}

fn days_of(text: &str, last: u32, names: &[&str]) -> Option<Days> {
    if text == "?" || text == "*" {
        return Some(Days::Any);
    }
    if let Some((day, nth)) = text.split_once('#') {
        return Some(Days::Nth(number(day, names)?, nth.parse().ok()?));
    }
    set(text, 1, last, names).map(Days::Set)
}

fn number(text: &str, names: &[&str]) -> Option<u32> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    named.and_then(|at| u32::try_from(at + 1).ok()).or_else(|| text.parse().ok())
}

fn set(text: &str, least: u32, most: u32, names: &[&str]) -> Option<BTreeSet<u32>> {
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => (least, most),
            (_, Some((from, to))) => (number(from, names)?, number(to, names)?),
            (one, None) => {
                let one = number(one, names)?;
                (one, if part.contains('/') { most } else { one })
            }
        };
        if from < least || to > most || from > to {
            return None;
        }
        all.extend((from..=to).step_by(step));
    }
    Some(all)
}

impl Schedule {
    /// The next moment after one, in milliseconds since 1970; `None`: there is none.
    pub(crate) fn next(&self, after_ms: u64) -> Option<u64> {
        match self {
            Self::Rate(ms) => Some(after_ms + ms),
            Self::At(ms) => (*ms > after_ms).then_some(*ms),
            Self::Cron(cron) => {
                let first = after_ms / MINUTE_MS + 1;
                (first..first + MINUTES_MAX).map(|minute| minute * MINUTE_MS).find(|ms| cron.fits(*ms))
            }
        }
    }
}

impl Cron {
    fn fits(&self, ms: u64) -> bool {
        let at = civil(ms);
        self.minutes.contains(&at.minute)
            && self.hours.contains(&at.hour)
            && self.months.contains(&at.month)
            && u32::try_from(at.year).is_ok_and(|year| self.years.contains(&year))
            && day_fits(&self.days, at, ms, at.day)
            && day_fits(&self.weekdays, at, ms, at.weekday + 1)
    }
}

fn day_fits(days: &Days, at: Civil, ms: u64, value: u32) -> bool {
    match days {
        Days::Any => true,
        Days::Set(set) => set.contains(&value),
        Days::Last => civil(ms + 24 * 60 * MINUTE_MS).day == 1,
        Days::Nth(day, nth) => value == *day && (at.day - 1) / 7 + 1 == *nth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::iso;

    fn next(text: &str) -> Option<String> {
        // 2026-11-22, a Sunday, 16:55:49.
        parse(text)?.next(1_795_366_549_000).map(iso)
    }

    #[test]
    fn schedules_come_when_eventbridge_says() {
        assert_eq!(next("rate(5 minutes)").as_deref(), Some("2026-11-22T17:00:49.000Z"));
        assert_eq!(next("cron(0 12 * * ? *)").as_deref(), Some("2026-11-23T12:00:00.000Z"));
        assert_eq!(next("cron(0/15 * ? * MON-FRI *)").as_deref(), Some("2026-11-23T00:00:00.000Z"));
        assert_eq!(next("cron(30 8 L * ? *)").as_deref(), Some("2026-11-30T08:30:00.000Z"));
        assert_eq!(next("cron(0 0 ? * 3#1 *)").as_deref(), Some("2026-12-01T00:00:00.000Z"));
        assert_eq!(next("at(2026-12-24T18:00:00)").as_deref(), Some("2026-12-24T18:00:00.000Z"));
    }

    #[test]
    fn what_is_not_understood_is_no_schedule() {
        for text in [
            "rate(0 minutes)",
            "rate(5 weeks)",
            "cron(0 12 * *)",
            "cron(99 * * * ? *)",
            "never",
            "cron(0/0 * * * ? *)",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
