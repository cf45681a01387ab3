//! What the owner says of an issuer.
use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::algorithm::{Algorithm, Kind};
use crate::exchange::is_safe;
use crate::secret::SecretFrom;

/// Most bytes of a token, whatever is configured.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;
const LEEWAY_SECONDS_MAX: u64 = 300;

/// Where the keys of an issuer come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// The issuer's discovery document names them (OpenID Connect Discovery, section 4; RFC 8414).
    #[default]
    Discovery,
    /// The address of a key set.
    Url(#[serde(deserialize_with = "crate::exchange::address")] Url),
    /// A file with a key set.
    File(String),
    /// A secret shared with the issuer, for HS256, HS384 and HS512 only.
    Shared(SecretFrom),
}

/// Claims as a provider names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    Cognito,
    Keycloak,
    Entra,
    Auth0,
}

/// Whether tokens must be bound to a key that the client holds. A token that is bound is always checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    #[default]
    Optional,
    /// Only tokens bound to a DPoP key.
    Dpop,
    /// Only tokens bound to a client certificate.
    Certificate,
    /// One or the other.
    Required,
}

/// An issuer of tokens and what of its tokens is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Issuer {
    /// `iss`, compared byte by byte.
    pub issuer: String,
    #[serde(default)]
    pub keys: Keys,
    /// Which algorithms are taken. Default: RS256 and ES256, with a shared secret HS256.
    #[serde(default)]
    pub algorithms: Vec<Algorithm>,
    /// Accepted audiences; a token that names none of them is refused.
    pub audiences: Vec<String>,
    /// The claim that holds the audience. Default: `aud`. Cognito's access tokens have `client_id`.
    #[serde(default)]
    pub audience_claim: Option<String>,
    /// Accepted `typ`. `["at+jwt"]` with `type-required` takes only access tokens by RFC 9068.
    #[serde(default = "default_types")]
    pub types: Vec<String>,
    /// A token without `typ` is refused.
    #[serde(default)]
    pub type_required: bool,
    /// How far clocks may differ.
    #[serde(default = "default_leeway")]
    pub leeway_seconds: u64,
    /// Oldest `iat`.
    #[serde(default)]
    pub age_seconds_max: Option<u64>,
    #[serde(default)]
    pub required_claims: Vec<String>,
    /// Claims with the values that are taken, for example `token_use = ["access"]`.
    #[serde(default)]
    pub claim_values: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub provider: Option<Provider>,
    /// Claims of which the first that is there names who it is. Default: `sub` (Entra: else `appid`).
    #[serde(default)]
    pub subject_claims: Vec<String>,
    /// Default: `scope` and `scp`.
    #[serde(default)]
    pub scope_claims: Vec<String>,
    /// Paths of claims that hold roles, for example `realm_access.roles`.
    #[serde(default)]
    pub role_claims: Vec<String>,
    /// Paths of claims that hold groups, for example `cognito:groups`.
    #[serde(default)]
    pub group_claims: Vec<String>,
    #[serde(default)]
    pub binding: Binding,
    #[serde(default = "default_token_bytes")]
    pub token_bytes_max: usize,
    #[serde(default)]
    pub refresh: crate::jwks::Refresh,
}

fn default_types() -> Vec<String> {
    vec!["jwt".to_owned(), "at+jwt".to_owned()]
}

fn default_leeway() -> u64 {
    60
}

fn default_token_bytes() -> usize {
    16 * 1024
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("`issuer` is empty")]
    Issuer,
    #[error(
        "issuer `{0}`: name at least one audience in `audiences`, else a token for another service is taken"
    )]
    NoAudience(String),
    #[error(
        "issuer `{issuer}`: {algorithm} needs a shared secret (`keys = {{ shared = … }}`), and takes no public key"
    )]
    SharedAlgorithm { issuer: String, algorithm: Algorithm },
    #[error("issuer `{issuer}`: {algorithm} takes a public key, and `keys` is a shared secret")]
    PublicAlgorithm { issuer: String, algorithm: Algorithm },
    #[error("issuer `{issuer}`: `{what}` is {value}; {max} is the most")]
    TooMuch { issuer: String, what: &'static str, value: u64, max: u64 },
    #[error("`{0}` must begin with `https://` (`http://` only for 127.0.0.1, ::1 and localhost)")]
    NotHttps(String),
    #[error(
        "issuer `{issuer}`: `{wildcard}` stands for anything; Entra's many tenants need `issuer` of each"
    )]
    Wildcard { issuer: String, wildcard: String },
}

impl Issuer {
    /// Settings that take a given issuer and audience, everything else as by default.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            keys: Keys::default(),
            algorithms: Vec::new(),
            audiences: vec![audience.to_owned()],
            audience_claim: None,
            types: default_types(),
            type_required: false,
            leeway_seconds: default_leeway(),
            age_seconds_max: None,
            required_claims: Vec::new(),
            claim_values: BTreeMap::new(),
            provider: None,
            subject_claims: Vec::new(),
            scope_claims: Vec::new(),
            role_claims: Vec::new(),
            group_claims: Vec::new(),
            binding: Binding::default(),
            token_bytes_max: default_token_bytes(),
            refresh: crate::jwks::Refresh::default(),
        }
    }

    /// Refuses what would take too much, and fills in defaults.
    pub(super) fn checked(mut self) -> Result<Self, ConfigError> {
        let issuer = || self.issuer.clone();
        if self.issuer.is_empty() {
            return Err(ConfigError::Issuer);
        }
        if self.issuer.contains('{') || self.issuer.contains('*') {
            return Err(ConfigError::Wildcard { issuer: issuer(), wildcard: issuer() });
        }
        if self.audiences.iter().all(String::is_empty) {
            return Err(ConfigError::NoAudience(issuer()));
        }
        let limits = [
            ("leeway-seconds", self.leeway_seconds, LEEWAY_SECONDS_MAX),
            ("token-bytes-max", self.token_bytes_max as u64, TOKEN_BYTES_MAX as u64),
        ];
        for (what, value, max) in limits {
            if value > max {
                return Err(ConfigError::TooMuch { issuer: issuer(), what, value, max });
            }
        }
        for algorithm in &self.algorithms {
            match (algorithm.kind() == Kind::Shared, self.is_shared()) {
                (true, false) => {
                    return Err(ConfigError::SharedAlgorithm { issuer: issuer(), algorithm: *algorithm });
                }
                (false, true) => {
                    return Err(ConfigError::PublicAlgorithm { issuer: issuer(), algorithm: *algorithm });
                }
                _ => {}
            }
        }
        let address = match &self.keys {
            Keys::Url(url) => Some(url.clone()),
            Keys::Discovery => Some(Url::parse(&self.issuer).map_err(|_| ConfigError::NotHttps(issuer()))?),
            Keys::File(_) | Keys::Shared(_) => None,
        };
        if let Some(url) = address.filter(|url| !is_safe(url)) {
            return Err(ConfigError::NotHttps(url.to_string()));
        }
        self.fill();
        Ok(self)
    }

    fn fill(&mut self) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        self.audiences.retain(|audience| !audience.is_empty());
        if self.algorithms.is_empty() {
            self.algorithms = if self.is_shared() {
                vec![Algorithm::HS256]
            } else {
                vec![Algorithm::RS256, Algorithm::ES256]
            };
        }
        for typ in &mut self.types {
            let lower = typ.to_ascii_lowercase();
            *typ = lower.strip_prefix("application/").map_or(lower.clone(), str::to_owned);
        }
        if self.scope_claims.is_empty() {
            self.scope_claims = owned(&["scope", "scp"]);
        }
        let (roles, groups): (&[&str], &[&str]) = match self.provider {
            Some(Provider::Cognito) => (&["cognito:roles"], &["cognito:groups"]),
            Some(Provider::Keycloak) => (&["realm_access.roles"], &["groups"]),
            Some(Provider::Entra) => (&["roles"], &["groups"]),
            Some(Provider::Auth0) => (&["permissions"], &[]),
            None => (&[], &[]),
        };
        if self.role_claims.is_empty() {
            self.role_claims = owned(roles);
        }
        if self.group_claims.is_empty() {
            self.group_claims = owned(groups);
        }
        if self.subject_claims.is_empty() {
            // Entra's application permissions have no user
            let is_entra = self.provider == Some(Provider::Entra);
            self.subject_claims = if is_entra { owned(&["sub", "appid"]) } else { owned(&["sub"]) };
        }
    }

    pub(super) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.keys, Keys::Shared(_))
    }

    pub(super) fn takes_issuer(&self, issuer: &str) -> bool {
        self.issuer == issuer
    }

    pub(super) fn audience_claim(&self) -> &str {
        self.audience_claim.as_deref().unwrap_or("aud")
    }
}
