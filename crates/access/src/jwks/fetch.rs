//! When to fetch the keys of an issuer, and how long old ones serve.
//!
//! At most one fetch is under way. Old keys serve while new ones come (stale-while-revalidate) and while the issuer is
//! down, up to a limit; then the door closes. A `kid` that nobody knows makes a fetch only once in a while: an attacker
//! who invents names costs the issuer nothing.
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{KeySet, SET_BYTES_MAX, SetError};
use crate::exchange::{Answer, Ask, is_safe};
use crate::json::{self, JsonError};

const DISCOVERY_BYTES_MAX: usize = 128 * 1024;
/// A fetch without an answer for so long counts as lost.
const FETCH_SECONDS_MAX: u64 = 30;
/// After failures: 5 s, doubled up to this.
const RETRY_SECONDS_MAX: u64 = 300;
const RETRY_SECONDS_MIN: u64 = 5;
/// Most unknown `kid`s that are remembered.
const MISSES_MAX: usize = 256;

/// How often keys are fetched. All in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Refresh {
    /// Keys are not fetched again sooner, whatever `Cache-Control` says.
    pub seconds_min: u64,
    /// Keys are fetched again at the latest after this, whatever `Cache-Control` says.
    pub seconds_max: u64,
    /// Without `Cache-Control`.
    pub seconds_default: u64,
    /// Keys that could not be fetched again serve so long after they were last fetched; then tokens are refused.
    pub stale_seconds_max: u64,
    /// Between two fetches because of an unknown `kid`.
    pub miss_seconds: u64,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            seconds_min: 300,
            seconds_max: 86_400,
            seconds_default: 3600,
            stale_seconds_max: 86_400,
            miss_seconds: 30,
        }
    }
}

/// Why an answer brought no keys. The last good ones stay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("the issuer answered with status {0}")]
    Status(u16),
    #[error("the issuer cannot be reached: {0}")]
    Unreachable(String),
    #[error("the discovery document: {0}")]
    Discovery(JsonError),
    #[error("the discovery document is of issuer `{found}`, not `{wanted}`")]
    OtherIssuer { wanted: String, found: String },
    #[error("the discovery document's `{0}` is missing or no https address")]
    Address(&'static str),
    #[error(transparent)]
    Set(#[from] SetError),
    #[error("an answer came that nobody asked for")]
    NotAsked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Under {
    Discovery,
    Set,
}

/// What to do now.
#[derive(Clone, Debug)]
pub struct Step {
    /// Keys to verify with; `None`: none that may be used.
    pub keys: Option<Arc<KeySet>>,
    /// Send this, beside the request when `keys` are there, else before it.
    pub ask: Option<Ask>,
    /// Without keys: somebody else's fetch is under way; wait for it and step again. Else deny.
    pub is_under_way: bool,
}

/// The keys of one issuer, kept fresh.
#[derive(Clone, Debug)]
pub struct Source {
    issuer: String,
    discovery: Option<Url>,
    set_url: Option<Url>,
    refresh: Refresh,
    keys: Option<Arc<KeySet>>,
    fetched: u64,
    due: u64,
    under_way: Option<(Under, u64)>,
    failures: u32,
    missed: u64,
    misses: BTreeMap<String, u64>,
}

impl Source {
    /// Keys at a known address.
    #[must_use]
    pub fn at(url: Url, refresh: Refresh) -> Self {
        Self::with(String::new(), None, Some(url), refresh)
    }

    /// Keys that the issuer's discovery document names (OpenID Connect Discovery 1.0, section 4.1).
    pub fn discovered(issuer: &str, refresh: Refresh) -> Result<Self, SourceError> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let url = Url::parse(&address).ok().filter(is_safe).ok_or(SourceError::Address("issuer"))?;
        Ok(Self::with(issuer.to_owned(), Some(url), None, refresh))
    }

    /// Keys that never change.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        let mut source = Self::with(String::new(), None, None, Refresh::default());
        source.keys = Some(Arc::new(keys));
        source
    }

    fn with(issuer: String, discovery: Option<Url>, set_url: Option<Url>, refresh: Refresh) -> Self {
        Self {
            issuer,
            discovery,
            set_url,
            refresh,
            keys: None,
            fetched: 0,
            due: 0,
            under_way: None,
            failures: 0,
            missed: 0,
            misses: BTreeMap::new(),
        }
    }

    fn is_fixed(&self) -> bool {
        self.discovery.is_none() && self.set_url.is_none()
    }

    /// The keys to use now, and a request where they are due.
    pub fn step(&mut self, now: u64) -> Step {
        if self.is_fixed() {
            return Step { keys: self.keys.clone(), ask: None, is_under_way: false };
        }
        let ask = if now >= self.due { self.begin(now) } else { None };
        let is_usable = now <= self.fetched.saturating_add(self.refresh.stale_seconds_max);
        let keys = self.keys.clone().filter(|_| is_usable);
        Step { keys, ask, is_under_way: self.under_way.is_some() }
    }

    /// The keys to use now, without asking for any.
    #[must_use]
    pub fn peek(&self, now: u64) -> Option<Arc<KeySet>> {
        let is_usable = self.is_fixed() || now <= self.fetched.saturating_add(self.refresh.stale_seconds_max);
        self.keys.clone().filter(|_| is_usable)
    }

    /// Whether [`Self::step`] would ask.
    #[must_use]
    pub fn is_due(&self, now: u64) -> bool {
        !self.is_fixed() && now >= self.due && self.under_way.is_none()
    }

    /// After [`crate::jwt::JwtError::UnknownKey`]: a request, where one may be made; `None`: deny.
    pub fn missed(&mut self, kid: Option<&str>, now: u64) -> Option<Ask> {
        let kid = kid?;
        let wait = self.refresh.miss_seconds.max(1);
        let is_known = self.misses.get(kid).is_some_and(|until| now < *until);
        if self.is_fixed() || is_known || now < self.missed.saturating_add(wait) {
            return None;
        }
        let ask = self.begin(now)?;
        self.missed = now;
        self.misses.retain(|_, until| now < *until);
        if self.misses.len() < MISSES_MAX {
            // a name that the fresh set lacks too is not asked for again soon
            self.misses.insert(kid.to_owned(), now.saturating_add(self.refresh.seconds_min.max(wait)));
        }
        Some(ask)
    }

    fn begin(&mut self, now: u64) -> Option<Ask> {
        if self.under_way.is_some_and(|(_, since)| now < since.saturating_add(FETCH_SECONDS_MAX)) {
            return None;
        }
        // with discovery the address is read anew too, so that an issuer may move its keys
        let (under, url, bytes) = match (&self.discovery, &self.set_url) {
            (Some(url), _) => (Under::Discovery, url, DISCOVERY_BYTES_MAX),
            (None, Some(url)) => (Under::Set, url, SET_BYTES_MAX),
            (None, None) => return None,
        };
        let ask = get(url.clone(), bytes);
        self.under_way = Some((under, now));
        Some(ask)
    }

    /// Takes the answer: perhaps a further request (the set, after the discovery document).
    pub fn answered(&mut self, answer: &Answer, now: u64) -> Result<Option<Ask>, SourceError> {
        let Some((under, _)) = self.under_way.take() else {
            return Err(SourceError::NotAsked);
        };
        let outcome = self.take(under, answer, now);
        if outcome.is_err() {
            self.back_off(now);
        }
        outcome
    }

    /// The request could not be sent, or had no answer.
    pub fn failed(&mut self, reason: &str, now: u64) -> SourceError {
        self.under_way = None;
        self.back_off(now);
        SourceError::Unreachable(reason.to_owned())
    }

    fn back_off(&mut self, now: u64) {
        let wait = RETRY_SECONDS_MIN.saturating_mul(1_u64 << self.failures.min(10)).min(RETRY_SECONDS_MAX);
        self.failures = self.failures.saturating_add(1);
        self.due = now.saturating_add(wait);
    }

    fn take(&mut self, under: Under, answer: &Answer, now: u64) -> Result<Option<Ask>, SourceError> {
        if answer.status != 200 {
            return Err(SourceError::Status(answer.status));
        }
        match under {
            Under::Discovery => {
                let url = Metadata::read(&answer.body, &self.issuer)?.jwks_uri;
                self.set_url = Some(url.clone());
                self.under_way = Some((Under::Set, now));
                Ok(Some(get(url, SET_BYTES_MAX)))
            }
            Under::Set => {
                let keys = KeySet::read(&answer.body)?;
                self.misses.retain(|kid, _| !keys.knows(kid));
                self.keys = Some(Arc::new(keys));
                self.fetched = now;
                self.failures = 0;
                self.due = now.saturating_add(self.lifetime(answer));
                Ok(None)
            }
        }
    }

    fn lifetime(&self, answer: &Answer) -> u64 {
        let told = max_age(answer).unwrap_or(self.refresh.seconds_default);
        let max = self.refresh.seconds_max.max(1);
        told.clamp(self.refresh.seconds_min.min(max), max)
    }
}

/// `max-age` without `Age` (RFC 9111, section 4.2); `no-store` and `no-cache` count as 0.
fn max_age(answer: &Answer) -> Option<u64> {
    let mut seconds = None;
    for directive in answer.all("cache-control").flat_map(|value| value.split(',')) {
        let directive = directive.trim().to_ascii_lowercase();
        match directive.split_once('=') {
            Some(("max-age", value)) => seconds = value.trim_matches('"').parse::<u64>().ok(),
            None if directive == "no-store" || directive == "no-cache" => return Some(0),
            _ => {}
        }
    }
    let age = answer.all("age").find_map(|value| value.trim().parse::<u64>().ok()).unwrap_or(0);
    seconds.map(|seconds| seconds.saturating_sub(age))
}

fn get(url: Url, answer_bytes_max: usize) -> Ask {
    let headers = vec![("accept".to_owned(), "application/json".to_owned())];
    Ask { method: "GET", url, headers, body: Vec::new(), answer_bytes_max }
}

/// What we use of a discovery document (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub issuer: String,
    pub jwks_uri: Url,
    pub authorization_endpoint: Option<Url>,
    pub token_endpoint: Option<Url>,
    pub introspection_endpoint: Option<Url>,
    pub end_session_endpoint: Option<Url>,
    /// The issuer names itself in the authorization answer (RFC 9207).
    pub iss_parameter: bool,
}

impl Metadata {
    /// Reads a document; its issuer must equal the one that was asked (section 4.3).
    pub fn read(bytes: &[u8], issuer: &str) -> Result<Self, SourceError> {
        let object = json::object(bytes, DISCOVERY_BYTES_MAX).map_err(SourceError::Discovery)?;
        let found = json::text(&object, "issuer").unwrap_or_default();
        if found != issuer {
            return Err(SourceError::OtherIssuer { wanted: issuer.to_owned(), found: found.to_owned() });
        }
        let address = |name: &'static str| match object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let url = value.as_str().and_then(|text| Url::parse(text).ok()).filter(is_safe);
                url.map(Some).ok_or(SourceError::Address(name))
            }
        };
        Ok(Self {
            issuer: found.to_owned(),
            jwks_uri: address("jwks_uri")?.ok_or(SourceError::Address("jwks_uri"))?,
            authorization_endpoint: address("authorization_endpoint")?,
            token_endpoint: address("token_endpoint")?,
            introspection_endpoint: address("introspection_endpoint")?,
            end_session_endpoint: address("end_session_endpoint")?,
            iss_parameter: object
                .get("authorization_response_iss_parameter_supported")
                .is_some_and(|value| value == &Value::Bool(true)),
        })
    }
}
