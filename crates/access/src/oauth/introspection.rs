//! Opaque tokens, asked for at their issuer (RFC 7662). Answers are kept by the token's hash, few and short.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::client::{Client, TokenError};
use super::is_token;
use crate::encode;
use crate::exchange::{Answer, Ask};
use crate::identity::{Authentication, Identity, Method};
use crate::json;
use crate::jwt::{Confirmation, JwtError, Proofs, seconds, texts};

const ANSWER_BYTES_MAX: usize = 128 * 1024;

/// What the owner says of a server that introspects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    #[serde(deserialize_with = "crate::exchange::address")]
    pub url: Url,
    /// Where the answer names an issuer, it must be this one; it is also the identity's issuer.
    pub issuer: String,
    /// Accepted audiences; an answer that names none of them is refused. Empty: the server answers only for us.
    #[serde(default)]
    pub audiences: Vec<String>,
    #[serde(default)]
    pub role_claims: Vec<String>,
    #[serde(default)]
    pub group_claims: Vec<String>,
    /// How long an answer serves; a token that is revoked opens so long.
    #[serde(default = "default_active")]
    pub active_seconds: u64,
    #[serde(default = "default_inactive")]
    pub inactive_seconds: u64,
    #[serde(default = "default_entries")]
    pub entries_max: usize,
}

fn default_active() -> u64 {
    30
}

fn default_inactive() -> u64 {
    10
}

fn default_entries() -> usize {
    10_000
}

/// Why a token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntrospectionError {
    #[error("the token has no proper form")]
    Form,
    #[error("the issuer says that the token is not active")]
    Inactive,
    #[error("the issuer answered with status {0}")]
    Status(u16),
    #[error("the issuer cannot be reached: {0}")]
    Unreachable(String),
    #[error("the issuer's answer: `{0}` is missing or malformed")]
    Malformed(&'static str),
    #[error("the token is for another audience or of another issuer (`{0}`)")]
    Other(&'static str),
    #[error("the token ended at {0}")]
    Expired(u64),
    #[error(transparent)]
    Binding(#[from] JwtError),
    #[error(transparent)]
    Ask(#[from] TokenError),
}

impl IntrospectionError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Expired(_) => "the token expired",
            Self::Binding(error) => error.client_message(),
            Self::Status(_) | Self::Unreachable(_) | Self::Ask(_) | Self::Malformed(_) => {
                "the token cannot be checked now"
            }
            _ => "the token is not valid",
        }
    }
}

/// A token that is active, with what it is bound to.
#[derive(Clone, Debug)]
struct Active {
    identity: Identity,
    confirmation: Confirmation,
}

#[derive(Clone, Debug)]
struct Entry {
    /// `None`: not active.
    active: Option<Active>,
    until: u64,
}

/// What is known of a token.
#[derive(Debug)]
pub enum Known {
    Yes(Box<Identity>),
    No(IntrospectionError),
    /// Send this, then hand the answer to [`Introspection::answered`].
    Ask(Ask),
}

/// The tokens of one server.
#[derive(Debug)]
pub struct Introspection {
    config: Config,
    client: Client,
    entries: BTreeMap<String, Entry>,
    by_end: BTreeSet<(u64, String)>,
}

impl Introspection {
    #[must_use]
    pub fn new(config: Config, client: Client) -> Self {
        Self { config, client, entries: BTreeMap::new(), by_end: BTreeSet::new() }
    }

    fn name(token: &str) -> String {
        encode::base64url(&encode::sha256(token.as_bytes()))
    }

    /// What is known of a token at a moment.
    pub fn look_up(&mut self, token: &str, proofs: Proofs<'_>, now: u64) -> Known {
        if !is_token(token) {
            return Known::No(IntrospectionError::Form);
        }
        if let Some(entry) = self.entries.get(&Self::name(token)).filter(|entry| now < entry.until) {
            return match entry.active.clone().map(|active| finish(active, proofs)) {
                None => Known::No(IntrospectionError::Inactive),
                Some(Ok(identity)) => Known::Yes(Box::new(identity)),
                Some(Err(error)) => Known::No(error),
            };
        }
        let fields = [("token", token), ("token_type_hint", "access_token")];
        match self.client.post(&self.config.url, &fields, now) {
            Ok(ask) => Known::Ask(Ask { answer_bytes_max: ANSWER_BYTES_MAX, ..ask }),
            Err(error) => Known::No(error.into()),
        }
    }

    /// Takes the answer for a token.
    pub fn answered(
        &mut self,
        token: &str,
        answer: Result<&Answer, &str>,
        proofs: Proofs<'_>,
        now: u64,
    ) -> Result<Identity, IntrospectionError> {
        let answer = answer.map_err(|reason| IntrospectionError::Unreachable(reason.to_owned()))?;
        if answer.status != 200 {
            return Err(IntrospectionError::Status(answer.status));
        }
        let object = json::object(&answer.body, ANSWER_BYTES_MAX);
        let object = object.map_err(|_| IntrospectionError::Malformed("body"))?;
        match object.get("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => {
                let until = now.saturating_add(self.config.inactive_seconds);
                self.keep(Self::name(token), Entry { active: None, until }, now);
                return Err(IntrospectionError::Inactive);
            }
            _ => return Err(IntrospectionError::Malformed("active")),
        }
        let active = self.active(token, object, now)?;
        let mut until = now.saturating_add(self.config.active_seconds);
        until = active.identity.expires.map_or(until, |expires| expires.min(until));
        self.keep(Self::name(token), Entry { active: Some(active.clone()), until }, now);
        finish(active, proofs)
    }

    /// When full, what ends first is forgotten: it can be asked for again.
    fn keep(&mut self, name: String, entry: Entry, now: u64) {
        if let Some(old) = self.entries.remove(&name) {
            self.by_end.remove(&(old.until, name.clone()));
        }
        while self.entries.len() >= self.config.entries_max.max(1)
            || self.by_end.first().is_some_and(|(until, _)| *until <= now)
        {
            let Some((_, first)) = self.by_end.pop_first() else { break };
            self.entries.remove(&first);
        }
        self.by_end.insert((entry.until, name.clone()));
        self.entries.insert(name, entry);
    }

    fn active(
        &self,
        token: &str,
        object: Map<String, Value>,
        now: u64,
    ) -> Result<Active, IntrospectionError> {
        let config = &self.config;
        match object.get("iss") {
            None => {}
            Some(Value::String(issuer)) if *issuer == config.issuer => {}
            Some(_) => return Err(IntrospectionError::Other("iss")),
        }
        let audiences = texts(&object, &["aud".to_owned()]);
        if !config.audiences.is_empty() && !config.audiences.iter().any(|own| audiences.contains(own)) {
            return Err(IntrospectionError::Other("aud"));
        }
        let moment = |name: &'static str| match object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(IntrospectionError::Malformed(name)),
        };
        let expires = moment("exp")?;
        if let Some(ended) = expires.filter(|end| now >= *end) {
            return Err(IntrospectionError::Expired(ended));
        }
        if moment("nbf")?.is_some_and(|from| from > now.saturating_add(60)) {
            return Err(IntrospectionError::Inactive);
        }
        let text = |name| json::text(&object, name).filter(|text| !text.is_empty());
        let subject = text("sub").or_else(|| text("client_id")).or_else(|| text("username"));
        let subject = subject.ok_or(IntrospectionError::Malformed("sub"))?.to_owned();
        let scopes = json::text(&object, "scope").unwrap_or_default();
        let identity = Identity {
            subject,
            issuer: config.issuer.clone(),
            method: Method::Introspection,
            scopes: scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
            roles: texts(&object, &config.role_claims),
            groups: texts(&object, &config.group_claims),
            authentication: Authentication {
                context: json::text(&object, "acr").map(str::to_owned),
                methods: texts(&object, &["amr".to_owned()]),
                time: object.get("auth_time").and_then(seconds),
                bound: false,
            },
            expires,
            credential: Self::name(token),
            claims: BTreeMap::new(),
        };
        let confirmation = Confirmation::read(&object)?;
        Ok(Active { identity: Identity { claims: object.into_iter().collect(), ..identity }, confirmation })
    }
}

fn finish(active: Active, proofs: Proofs<'_>) -> Result<Identity, IntrospectionError> {
    let mut identity = active.identity;
    identity.authentication.bound = active.confirmation.check(proofs)?;
    Ok(identity)
}
