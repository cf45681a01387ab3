//! A stretch of versions.
use serde::{Deserialize, Serialize};

use super::{Scheme, Version};

/// Versions between two bounds; `None` is open. The flag says whether the bound itself belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Interval {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<(String, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<(String, bool)>,
}

impl Interval {
    #[must_use]
    pub fn exactly(version: &str) -> Self {
        Self { low: Some((version.to_owned(), true)), high: Some((version.to_owned(), true)) }
    }

    #[must_use]
    pub fn from(version: &str) -> Self {
        Self { low: Some((version.to_owned(), true)), high: None }
    }

    #[must_use]
    pub fn above(version: &str) -> Self {
        Self { low: Some((version.to_owned(), false)), high: None }
    }

    #[must_use]
    pub fn below(version: &str) -> Self {
        Self { low: None, high: Some((version.to_owned(), false)) }
    }

    #[must_use]
    pub fn up_to(version: &str) -> Self {
        Self { low: None, high: Some((version.to_owned(), true)) }
    }

    #[must_use]
    pub fn between(low: &str, high: &str) -> Self {
        Self { low: Some((low.to_owned(), true)), high: Some((high.to_owned(), false)) }
    }

    /// Whether the version lies in it; `None` when a bound is no version of the scheme.
    #[must_use]
    pub fn contains(&self, scheme: Scheme, version: &Version) -> Option<bool> {
        let above = match &self.low {
            None => true,
            Some((bound, inclusive)) => {
                let bound = scheme.parse(bound)?;
                *version > bound || (*inclusive && *version == bound)
            }
        };
        let below = match &self.high {
            None => true,
            Some((bound, inclusive)) => {
                let bound = scheme.parse(bound)?;
                *version < bound || (*inclusive && *version == bound)
            }
        };
        Some(above && below)
    }

    /// What lies in both; `None` when a bound is no version of the scheme.
    #[must_use]
    pub fn and(&self, scheme: Scheme, other: &Self) -> Option<Self> {
        let low = tighter(scheme, self.low.as_ref(), other.low.as_ref(), |a, b| a > b)?;
        let high = tighter(scheme, self.high.as_ref(), other.high.as_ref(), |a, b| a < b)?;
        Some(Self { low, high })
    }

    /// Whether nothing lies in it.
    #[must_use]
    pub fn is_empty(&self, scheme: Scheme) -> bool {
        let (Some((low, with_low)), Some((high, with_high))) = (&self.low, &self.high) else { return false };
        match (scheme.parse(low), scheme.parse(high)) {
            (Some(low), Some(high)) => low > high || (low == high && !(*with_low && *with_high)),
            _ => false,
        }
    }
}

type Bound = Option<(String, bool)>;

fn tighter(
    scheme: Scheme,
    a: Option<&(String, bool)>,
    b: Option<&(String, bool)>,
    wins: impl Fn(&Version, &Version) -> bool,
) -> Option<Bound> {
    let (Some(a), Some(b)) = (a, b) else { return Some(a.or(b).cloned()) };
    let (x, y) = (scheme.parse(&a.0)?, scheme.parse(&b.0)?);
    let chosen = if x == y {
        (a.0.clone(), a.1 && b.1)
    } else if wins(&x, &y) {
        a.clone()
    } else {
        b.clone()
    };
    Some(Some(chosen))
}
