//! Requests that are signed: as those to AWS are, or with a shared secret as webhooks are.
//!
//! The head is judged first; a body is read only of a request whose head could be right. A signature counts once
//! within its window, for all gateways where they share state.
use super::settings::{SigV4, Webhook};
use super::{Said, secret};
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange};
use crate::websocket;
use access::replay::{Fresh, Memory, ReplayCache, ReplayError};
use access::signature::{Request, sigv4, webhook};
use access::{Identity, Secret};
use bytes::Bytes;
use http::header::HOST;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The layer that reads bodies for signatures.
const LAYER: &str = "authenticate";

/// Keys of clients that sign with SigV4.
#[derive(Debug)]
pub(super) struct Keys {
    config: sigv4::Config,
    keys: BTreeMap<String, sigv4::Key>,
}

/// A sender that signs with a secret.
#[derive(Debug)]
pub(super) struct Sender {
    config: webhook::Config,
    secrets: Vec<Secret>,
    origin: Option<String>,
    /// A signature may be used again: no time is signed, and none is remembered.
    is_repeatable: bool,
}

/// Most secrets of one sender: the new and the old, and some room.
const SECRETS_MAX: usize = 4;

impl Keys {
    pub(super) fn build(config: &Config, at: &str, settings: &SigV4) -> Result<Self, ConfigError> {
        let mut keys = BTreeMap::new();
        for key in &settings.keys {
            let at = format!("{at}.keys.{}", key.id);
            let secret = secret(config, &at, &key.secret)?;
            if secret.expose().len() < 16 {
                return Err(ConfigError::setting(at, "the secret has less than 16 bytes"));
            }
            let (subject, scopes, roles) = (key.subject.clone(), key.scopes.clone(), key.roles.clone());
            if keys.insert(key.id.clone(), sigv4::Key { secret, subject, scopes, roles }).is_some() {
                return Err(ConfigError::setting(at, "two keys have this id"));
            }
        }
        if keys.is_empty() {
            return Err(ConfigError::setting(format!("{at}.keys"), "is empty, so nobody could sign"));
        }
        if settings.skew_seconds > 900 {
            return Err(ConfigError::setting(format!("{at}.skew-seconds"), "is more than 900"));
        }
        let config = sigv4::Config {
            path_style: settings.path_style,
            skew_seconds: settings.skew_seconds,
            signed_headers: settings.signed_headers.clone(),
            unsigned_payload: settings.unsigned_payload,
            presigned: settings.presigned,
            ..sigv4::Config::new(&settings.region, &settings.service)
        };
        Ok(Self { config, keys })
    }

    /// Whose request it is.
    pub(super) async fn identity(
        &self,
        exchange: &mut Exchange<'_>,
        replays: &dyn ReplayCache,
    ) -> ControlFlow<Answer, Said> {
        let keys = |id: &str| self.keys.get(id).cloned();
        let head = Head::of(exchange, None);
        let now = exchange.moment.seconds();
        match sigv4::verify(&head.request(None), &self.config, &keys, now) {
            Err(sigv4::SigV4Error::Absent) => return ControlFlow::Continue(Said::Nothing),
            Ok(_) | Err(sigv4::SigV4Error::BodyMissing) => {}
            Err(error) => return refused(&error, error.client_message()),
        }
        let Some(body) = body(exchange).await? else {
            return refused(&"a stream cannot be signed", "the signature is not valid");
        };
        let is_presigned = !exchange.head.headers.contains_key(http::header::AUTHORIZATION);
        match sigv4::verify(&head.request(Some(&body)), &self.config, &keys, now) {
            // An address that somebody signed is for as many requests as its time allows.
            Ok(fresh) if is_presigned => admitted(again(fresh, now).map(|verified| verified.identity)),
            Ok(fresh) => admitted(fresh.admit(replays, now).await.map(|verified| verified.identity)),
            Err(error) => refused(&error, error.client_message()),
        }
    }
}

impl Sender {
    pub(super) fn build(
        config: &Config,
        (at, name): (&str, &str),
        settings: &Webhook,
    ) -> Result<Self, ConfigError> {
        let wrong = |what: &str, message: &str| Err(ConfigError::setting(format!("{at}.{what}"), message));
        let of = |from: &access::SecretFrom| secret(config, &format!("{at}.secrets"), from);
        let secrets = settings.secrets.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        if secrets.is_empty() || secrets.len() > SECRETS_MAX {
            return wrong("secrets", "needs one secret, and takes four at most");
        }
        if secrets.iter().any(|secret| secret.expose().len() < 8) {
            return wrong("secrets", "a secret has less than 8 bytes");
        }
        let origin = match &settings.origin {
            None => None,
            Some(text) => match url::Url::parse(text) {
                Ok(url) if url.path() == "/" && url.query().is_none() && !text.ends_with('/') => {
                    Some(text.clone())
                }
                _ => return wrong("origin", "is no `https://host`"),
            },
        };
        if let webhook::Scheme::Custom(custom) = &settings.scheme {
            let is_signed = |part| custom.parts.contains(&part);
            if custom.parts.is_empty() {
                return wrong("scheme.custom.parts", "is empty, so nothing would be signed");
            }
            if custom.timestamp_header.is_some() != is_signed(webhook::Part::Timestamp)
                || custom.nonce_header.is_some() != is_signed(webhook::Part::Nonce)
            {
                return wrong(
                    "scheme.custom.parts",
                    "time and nonce protect only when they are named and signed",
                );
            }
        }
        let is_timeless = match &settings.scheme {
            webhook::Scheme::Github | webhook::Scheme::Shopify | webhook::Scheme::Twilio => true,
            webhook::Scheme::Custom(custom) => custom.timestamp_header.is_none(),
            _ => false,
        };
        let is_repeatable = is_timeless && settings.replay_seconds == 0;
        let config = webhook::Config {
            name: name.to_owned(),
            scheme: settings.scheme.clone(),
            window_seconds: settings.window_seconds,
            replay_seconds: settings.replay_seconds,
            scopes: settings.scopes.clone(),
            roles: settings.roles.clone(),
        };
        Ok(Self { config, secrets, origin, is_repeatable })
    }

    /// Whether it is the sender's request.
    pub(super) async fn identity(
        &self,
        exchange: &mut Exchange<'_>,
        replays: &dyn ReplayCache,
    ) -> ControlFlow<Answer, Said> {
        let head = Head::of(exchange, self.origin.as_deref());
        let now = exchange.moment.seconds();
        let first = webhook::verify(&head.request(None), &self.config, &self.secrets, now);
        let verified = match first {
            Err(webhook::WebhookError::Missing(_)) => return ControlFlow::Continue(Said::Nothing),
            Err(webhook::WebhookError::BodyMissing) => {
                let Some(body) = body(exchange).await? else {
                    return refused(&"a stream cannot be signed", "the signature is not valid");
                };
                webhook::verify(&head.request(Some(&body)), &self.config, &self.secrets, now)
            }
            other => other,
        };
        match verified {
            Ok(fresh) if self.is_repeatable => admitted(again(fresh, now)),
            Ok(fresh) => admitted(fresh.admit(replays, now).await),
            Err(error) => refused(&error, error.client_message()),
        }
    }
}

pub(super) fn refused(reason: &dyn std::fmt::Display, told: &'static str) -> ControlFlow<Answer, Said> {
    ControlFlow::Continue(Said::Refused { reason: reason.to_string(), told })
}

pub(super) fn admitted(identity: Result<Identity, ReplayError>) -> ControlFlow<Answer, Said> {
    ControlFlow::Continue(match identity {
        Ok(identity) => Said::Identity(Box::new(identity)),
        Err(error @ ReplayError::Seen) => {
            Said::Refused { reason: error.to_string(), told: "the signature is not valid" }
        }
        Err(error) => Said::Away(error.to_string()),
    })
}

/// What may be used as often as somebody likes.
fn again<T>(fresh: Fresh<T>, now: u64) -> Result<T, ReplayError> {
    fresh.admit_here(&Memory::new(1), now)
}

/// The body; `None`: it is a stream.
pub(super) async fn body(exchange: &mut Exchange<'_>) -> ControlFlow<Answer, Option<Bytes>> {
    if websocket::is_upgrade(&exchange.head) {
        return ControlFlow::Continue(Some(Bytes::new()));
    }
    exchange.whole_body(LAYER).await
}

/// What is signed of a head.
pub(super) struct Head {
    method: String,
    origin: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
}

impl Head {
    pub(super) fn of(exchange: &Exchange<'_>, origin: Option<&str>) -> Self {
        let head = &exchange.head;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let named = head.headers.get(HOST).map(text);
        let authority = head.uri.authority().map(|one| one.as_str().to_owned());
        let host = authority.clone().or_else(|| named.clone()).unwrap_or_default();
        let mut headers: Vec<_> =
            head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        if named.is_none() && authority.is_some() {
            headers.push((HOST.as_str().to_owned(), host.clone()));
        }
        Self {
            method: head.method.as_str().to_owned(),
            origin: origin.map_or_else(|| exchange.origin(), str::to_owned),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers,
        }
    }

    pub(super) fn request<'a>(&'a self, body: Option<&'a [u8]>) -> Request<'a> {
        Request {
            method: &self.method,
            origin: &self.origin,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
            body,
        }
    }
}
