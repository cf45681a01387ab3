//! Rate limits as they are written in a configuration.
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rate::{Period, Rate};

/// Most limits in one configuration. A request can meet all of them.
pub const LIMITS_MAX: usize = 16;
/// Most permits of a limit that logs every request ([`Algorithm::Log`]); more would cost 16 bytes each per key.
pub const LOG_PERMITS_MAX: u32 = 4096;
/// Most keys that one limit remembers.
pub const KEYS_MAX: usize = 1 << 26;

/// All rate limits of a gateway or a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// At most [`LIMITS_MAX`]. A request is admitted when each that applies to it admits it.
    pub limits: Vec<Limit>,
    /// What a request costs, by route (`POST /search` = 10); others cost 1. Only limits that count `cost` read it.
    pub costs: BTreeMap<String, u32>,
    /// How addresses are put together where a limit is by `prefix`.
    pub prefix: PrefixLengths,
    /// Whether answers carry `RateLimit` and `RateLimit-Policy`.
    pub headers: bool,
    /// How limits with `shared = true` are kept across gateways.
    pub shared: SharedConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Vec::new(),
            costs: BTreeMap::new(),
            prefix: PrefixLengths::default(),
            headers: true,
            shared: SharedConfig::default(),
        }
    }
}

/// Lengths in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PrefixLengths {
    /// 1 to 32.
    pub v4: u8,
    /// 1 to 64.
    pub v6: u8,
}

impl Default for PrefixLengths {
    fn default() -> Self {
        Self { v4: 24, v6: 56 }
    }
}

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limit {
    /// Lower-case letters, digits, `-` and `_`; shown in headers and logs.
    pub name: String,
    pub rate: Rate,
    /// With [`Algorithm::Gcra`]: how many may come at once; the rate's number when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// `window` for a shared limit, else `gcra`, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<Algorithm>,
    /// Who shares a budget; all of them together make the key. Empty: everybody shares one.
    #[serde(default)]
    pub by: Vec<Part>,
    /// Only requests of these routes (`GET /orders/{id}`; `*` at the end stands for anything). Empty: all.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Only requests of routes that name this limit themselves.
    #[serde(default)]
    pub named_only: bool,
    #[serde(default)]
    pub count: Count,
    /// What a limit by identity, credential or API key does with a request that has none.
    #[serde(default)]
    pub missing: Missing,
    /// How many keys are remembered. Memory is taken at the start: 16 bytes a key (`gcra`), 80 (`window`), 48 (`log`).
    #[serde(default = "keys")]
    pub keys: usize,
    /// What happens with a new key when all places are taken by keys whose past still matters.
    #[serde(default)]
    pub full: Full,
    /// The budget is one for all gateways.
    #[serde(default)]
    pub shared: bool,
    /// Refusals are told, not done.
    #[serde(default)]
    pub report_only: bool,
}

const fn keys() -> usize {
    100_000
}

/// How a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// The generic cell rate algorithm (ITU-T I.371): a bucket of `burst`, refilled evenly. In any window of length `w`
    /// at most `burst + w × rate`. Exact.
    Gcra,
    /// A sliding window in 15 slots. Never more than the limit in any window of that length; a permit may come back up
    /// to a fifteenth of the period late.
    Window,
    /// A sliding window that logs each request: exact in both directions, at 16 bytes a request.
    Log,
}

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The client's address; of IPv6 the first 64 bits, since one host can use all addresses below them.
    Address,
    /// The client's network, by [`PrefixLengths`].
    Prefix,
    /// Issuer and subject.
    Identity,
    /// The very token, key or certificate.
    Credential,
    /// The TLS client's fingerprint (JA4): all that use one program with the same settings. Missing without TLS.
    Fingerprint,
    /// The API key; other credentials count as missing.
    ApiKey,
    /// The issuer alone: one budget for a whole tenant.
    Issuer,
    Route,
}

impl Part {
    /// Whether it is known only after authentication.
    #[must_use]
    pub const fn needs_identity(self) -> bool {
        matches!(self, Self::Identity | Self::Credential | Self::ApiKey | Self::Issuer)
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Each request is one.
    #[default]
    Requests,
    /// Each request is what it costs: by route, or the cost of its GraphQL query.
    Cost,
    /// Only requests that failed, as the gateway reports them: wrong passwords and tokens.
    Failures,
}

/// A limit by identity, and a request without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The address stands for the identity.
    #[default]
    Address,
    /// The limit does not apply.
    Skip,
}

/// When all places are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Full {
    /// New keys of one network (/24, /48), or few others, share one budget until there is room.
    #[default]
    Aggregate,
    /// New keys are refused.
    Refuse,
    /// New keys are admitted without a count. A flood of keys then switches this limit off for new keys.
    Admit,
}

/// How shared limits are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SharedConfig {
    /// What to do while the shared state cannot be reached.
    pub alone: Alone,
    /// With `alone = "local"`: each gateway admits the limit divided by this.
    pub gateways: u32,
    /// How far the clocks of two gateways may be apart.
    pub skew: Period,
    /// After a failure, how long the shared state is not asked.
    pub retry_after: Period,
}

impl Default for SharedConfig {
    fn default() -> Self {
        Self {
            alone: Alone::Refuse,
            gateways: 1,
            skew: Period(Duration::from_millis(100)),
            retry_after: Period::seconds(1),
        }
    }
}

/// The shared state cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alone {
    /// Refuse what no lease covers.
    #[default]
    Refuse,
    /// Count here, each gateway its part.
    Local,
}

/// Why limits cannot work as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} limits are configured; {LIMITS_MAX} is the most")]
    Many(usize),
    #[error("`{0}` is no name of a limit; use lower-case letters, digits, `-` and `_`, at most 64")]
    Name(String),
    #[error("two limits are called `{0}`")]
    Twice(String),
    #[error("limit `{0}`: `burst` belongs to `algorithm = \"gcra\"`")]
    Burst(String),
    #[error("limit `{0}`: `burst` is 0, so nothing could pass")]
    NoBurst(String),
    #[error(
        "limit `{0}`: more than {LOG_PERMITS_MAX} permits cannot be logged; use `algorithm = \"window\"`"
    )]
    Log(String),
    #[error("limit `{0}`: a shared limit is a window; leave `algorithm` out or write `window`")]
    Shared(String),
    #[error("limit `{0}`: `count = \"failures\"` cannot be shared")]
    SharedFailures(String),
    #[error("limit `{0}`: more than a thousand million per second cannot be counted")]
    Fast(String),
    #[error("limit `{0}`: `keys` is {1}; 1 to {KEYS_MAX} is possible")]
    Keys(String, usize),
    #[error("limit `{0}`: the period is shorter than 10 ms")]
    Short(String),
    #[error("`prefix` is /{v4} and /{v6}; 1 to 32 and 1 to 64 is possible")]
    Prefix { v4: u8, v6: u8 },
    #[error("`shared.gateways` is 0")]
    Gateways,
    #[error("the cost of `{0}` is 0; a request costs 1 or more")]
    Cost(String),
    #[error("no limit is called `{0}`")]
    Unknown(String),
}

impl Limit {
    /// The algorithm that is used.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        let default = if self.shared { Algorithm::Window } else { Algorithm::Gcra };
        self.algorithm.unwrap_or(default)
    }

    /// Whether it is decided before somebody is authenticated.
    #[must_use]
    pub fn is_before(&self) -> bool {
        !self.by.iter().any(|part| part.needs_identity())
    }

    /// Whether requests of a route count.
    #[must_use]
    pub fn applies_to(&self, route: &str) -> bool {
        !self.named_only
            && (self.routes.is_empty() || self.routes.iter().any(|pattern| matches(pattern, route)))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let name = || self.name.clone();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(is_name) {
            return Err(ConfigError::Name(name()));
        }
        let algorithm = self.algorithm();
        if self.burst.is_some() && algorithm != Algorithm::Gcra {
            return Err(ConfigError::Burst(name()));
        }
        if self.burst == Some(0) {
            return Err(ConfigError::NoBurst(name()));
        }
        if algorithm == Algorithm::Log && self.rate.permits > LOG_PERMITS_MAX {
            return Err(ConfigError::Log(name()));
        }
        if self.shared && algorithm != Algorithm::Window {
            return Err(ConfigError::Shared(name()));
        }
        if self.shared && self.count == Count::Failures {
            return Err(ConfigError::SharedFailures(name()));
        }
        if u128::from(self.rate.permits) > self.rate.per.as_nanos() {
            return Err(ConfigError::Fast(name()));
        }
        if self.rate.per < Duration::from_millis(10) {
            return Err(ConfigError::Short(name()));
        }
        if self.keys == 0 || self.keys > KEYS_MAX {
            return Err(ConfigError::Keys(name(), self.keys));
        }
        Ok(())
    }
}

impl Config {
    /// Whether everything fits together.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.limits.len() > LIMITS_MAX {
            return Err(ConfigError::Many(self.limits.len()));
        }
        let PrefixLengths { v4, v6 } = self.prefix;
        if !(1..=32).contains(&v4) || !(1..=64).contains(&v6) {
            return Err(ConfigError::Prefix { v4, v6 });
        }
        if self.shared.gateways == 0 {
            return Err(ConfigError::Gateways);
        }
        if let Some((route, _)) = self.costs.iter().find(|(_, cost)| **cost == 0) {
            return Err(ConfigError::Cost(route.clone()));
        }
        let mut names = BTreeSet::new();
        for limit in &self.limits {
            limit.check()?;
            if !names.insert(&limit.name) {
                return Err(ConfigError::Twice(limit.name.clone()));
            }
        }
        Ok(())
    }

    /// What a request of a route costs.
    #[must_use]
    pub fn cost(&self, route: &str) -> u32 {
        let exact = self.costs.get(route).copied();
        // The longest pattern that fits wins, whatever the order.
        let by_pattern = || {
            let fitting = self.costs.iter().filter(|(pattern, _)| matches(pattern, route));
            fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, cost)| *cost)
        };
        exact.or_else(by_pattern).unwrap_or(1)
    }
}

/// Whether a route's name fits a pattern: the same, or begins with what stands before a `*` at the end.
pub(crate) fn matches(pattern: &str, route: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => route.starts_with(begin),
        None => pattern == route,
    }
}

#[cfg(test)]
mod tests;
