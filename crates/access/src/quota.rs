//! Quotas by the calendar: so many requests (or so much cost) a day or a month, for each identity, key or tenant.
//!
//! A quota begins anew at midnight, or at the first of a month, in a fixed offset from UTC. What was used is kept by the
//! caller: [`Quotas::take`] gives out a [`Record`] when it must be saved, and [`Quotas::restore`] takes records back. A
//! record is written ahead: it says more than was used, by [`AHEAD`] of the quota, so that a crash never gives anything
//! away, and most requests save nothing.
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::limit::{Count, Facts, LimitKey, Missing, Part, PrefixLengths, key_of, matches};

/// A record is this part of the quota ahead of what was used.
pub const AHEAD: u64 = 100;

/// All quotas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    pub quotas: Vec<Quota>,
}

/// One quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Quota {
    /// Lower-case letters, digits, `-` and `_`.
    pub name: String,
    pub units: u64,
    pub per: Calendar,
    /// Who shares one; identity when not given.
    #[serde(default = "identity")]
    pub by: Vec<Part>,
    /// Only requests of these routes; empty: all.
    #[serde(default)]
    pub routes: Vec<String>,
    #[serde(default)]
    pub count: Count,
    /// What a quota by identity does with a request that has none.
    #[serde(default)]
    pub missing: Missing,
    /// Minutes that the calendar's day begins before UTC's (east: positive).
    #[serde(default)]
    pub offset_minutes: i32,
    /// Most keys that are remembered; new ones are refused past it.
    #[serde(default = "keys")]
    pub keys: usize,
}

fn identity() -> Vec<Part> {
    vec![Part::Identity]
}

const fn keys() -> usize {
    1_000_000
}

/// Pieces of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calendar {
    Hour,
    Day,
    Month,
}

/// What must be saved: so much of one quota counts as used in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub quota: String,
    pub key: LimitKey,
    /// When the period began, in seconds since 1970-01-01.
    pub begin: u64,
    pub used: u64,
}

/// What a quota says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaDecision {
    /// Booked in every quota that applies. Save the records; until then, a crash could give out as much again.
    Admitted { remaining: Option<u64>, save: Vec<Record> },
    /// Booked in none.
    Refused {
        quota: String,
        /// When the next period begins, in seconds since 1970-01-01.
        until: u64,
    },
}

/// Why quotas cannot work as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    #[error("two quotas are called `{0}`")]
    Twice(String),
    #[error("quota `{0}`: `units` is 0, so nothing could pass")]
    Nothing(String),
    #[error("quota `{0}`: `count = \"failures\"` belongs to rate limits")]
    Failures(String),
    #[error("quota `{0}`: the offset is more than a day")]
    Offset(String),
}

/// Quotas with what was used. Shared between threads behind a reference.
#[derive(Debug)]
pub struct Quotas {
    config: Config,
    used: Mutex<Vec<BTreeMap<LimitKey, Used>>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    begin: u64,
    used: u64,
    saved: u64,
}

impl Quotas {
    /// Quotas of which nothing was used.
    ///
    /// # Errors
    /// The first quota that cannot work.
    pub fn new(config: Config) -> Result<Self, QuotaError> {
        for (index, quota) in config.quotas.iter().enumerate() {
            let name = || quota.name.clone();
            if config.quotas.iter().take(index).any(|before| before.name == quota.name) {
                return Err(QuotaError::Twice(name()));
            }
            if quota.units == 0 {
                return Err(QuotaError::Nothing(name()));
            }
            if quota.count == Count::Failures {
                return Err(QuotaError::Failures(name()));
            }
            if quota.offset_minutes.abs() > 24 * 60 {
                return Err(QuotaError::Offset(name()));
            }
        }
        let used = Mutex::new(vec![BTreeMap::new(); config.quotas.len()]);
        Ok(Self { config, used })
    }

    /// Takes a saved record back. One of another quota or of a past period has no effect.
    pub fn restore(&self, record: Record) {
        let place = self.config.quotas.iter().position(|quota| quota.name == record.quota);
        let mut used = self.lock();
        if let Some(keys) = place.and_then(|place| used.get_mut(place)) {
            let own = keys.entry(record.key).or_default();
            if record.begin > own.begin || (record.begin == own.begin && record.used > own.used) {
                *own = Used { begin: record.begin, used: record.used, saved: record.used };
            }
        }
    }

    /// Decides a request at a moment (seconds since 1970-01-01), and books it when all quotas admit it.
    #[must_use]
    pub fn take(&self, facts: &Facts<'_>, now: u64) -> QuotaDecision {
        let mut all = self.lock();
        let mut booked = Vec::new();
        let mut remaining: Option<u64> = None;
        for (place, quota) in self.config.quotas.iter().enumerate() {
            let applies = quota.routes.is_empty() || quota.routes.iter().any(|one| matches(one, facts.route));
            let key =
                applies.then(|| key_of(&quota.by, quota.missing, PrefixLengths::default(), facts)).flatten();
            let (Some(key), Some(keys)) = (key, all.get_mut(place)) else { continue };
            let (begin, end) = quota.period(now);
            let cost = match quota.count {
                Count::Cost => u64::from(facts.cost.unwrap_or(1).max(1)),
                Count::Requests | Count::Failures => 1,
            };
            let refused = QuotaDecision::Refused { quota: quota.name.clone(), until: end };
            if !keys.contains_key(&key) && keys.len() >= quota.keys {
                keys.retain(|_, used| used.begin >= begin);
                if keys.len() >= quota.keys {
                    return refused;
                }
            }
            let own = keys.get(&key).copied().filter(|used| used.begin >= begin);
            let mut own = own.unwrap_or(Used { begin, used: 0, saved: 0 });
            own.used = own.used.saturating_add(cost);
            if own.used > quota.units {
                return refused;
            }
            let left = quota.units - own.used;
            remaining = Some(remaining.map_or(left, |before| before.min(left)));
            booked.push((place, key, own));
        }
        let mut save = Vec::new();
        for (place, key, mut own) in booked {
            let Some((quota, keys)) = self.config.quotas.get(place).zip(all.get_mut(place)) else { continue };
            if own.used > own.saved {
                own.saved = own.used.saturating_add((quota.units / AHEAD).saturating_sub(1)).min(quota.units);
                let quota = quota.name.clone();
                save.push(Record { quota, key: key.clone(), begin: own.begin, used: own.saved });
            }
            keys.insert(key, own);
        }
        QuotaDecision::Admitted { remaining, save }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<BTreeMap<LimitKey, Used>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Quota {
    /// When the period of a moment began, and when the next begins. Seconds since 1970-01-01.
    #[must_use]
    pub fn period(&self, now: u64) -> (u64, u64) {
        let offset = i64::from(self.offset_minutes) * 60;
        let local = now.saturating_add_signed(offset);
        let (begin, end) = match self.per {
            Calendar::Hour => (local - local % 3_600, local - local % 3_600 + 3_600),
            Calendar::Day => (local - local % 86_400, local - local % 86_400 + 86_400),
            Calendar::Month => {
                let date = model::Date::from_unix_seconds(local);
                let next = if date.month == 12 {
                    (date.year.saturating_add(1), 1)
                } else {
                    (date.year, date.month + 1)
                };
                let days =
                    |year, month| crate::block::days_before(model::Date::new(year, month, 1)).unwrap_or(0);
                (days(date.year, date.month) * 86_400, days(next.0, next.1) * 86_400)
            }
        };
        (begin.saturating_add_signed(-offset), end.saturating_add_signed(-offset))
    }
}

#[cfg(test)]
mod tests;
