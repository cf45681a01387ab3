//! Tokens that the gateway shows an upstream: its own (client credentials, RFC 6749, section 4.4), or the client's
//! exchanged for one that is for the upstream alone (RFC 8693).
//!
//! What the client sent in `Authorization` never goes on then. Without a token nothing is sent.
use crate::config::{Config, ConfigError};
use crate::exchange::Exchange;
use crate::fetch::fetch;
use crate::layers::authenticate::{ClientSettings, client};
use access::oauth::client::{Client, Grant, Held, TokenError, tokens};
use access::{Method, Secret, encode};
use http::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// What is shown to an upstream.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    pub grant: Kind,
    /// The token endpoint.
    #[serde(deserialize_with = "access::exchange::address")]
    pub url: Url,
    /// `aud` of assertions, where `client` has a private key.
    pub issuer: String,
    pub client: ClientSettings,
    /// Scopes, with a space between.
    #[serde(default)]
    pub scope: String,
    /// `exchange`: whom the new token is for.
    #[serde(default)]
    pub audience: Option<String>,
    /// `exchange`: tokens that are remembered.
    #[serde(default = "entries")]
    pub entries_max: usize,
}

fn entries() -> usize {
    10_000
}

/// How a token is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    ClientCredentials,
    Exchange,
}

/// Exchanges at once; past them requests get 503.
const EXCHANGES_MAX: usize = 64;
/// A token is not used any more so many seconds before its end.
const EARLY_SECONDS: u64 = 5;
/// A token of unknown life is used so long.
const UNKNOWN_SECONDS: u64 = 60;
/// How long a request waits for a token that another one fetches.
const WAITS_MAX: usize = 200;
const WAIT: Duration = Duration::from_millis(25);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoToken {
    /// 403
    #[error("the client has no token that could be exchanged")]
    Nothing,
    /// 403
    #[error("the token is not exchanged: {0}")]
    Refused(TokenError),
    /// 503
    #[error("no token for the upstream: {0}")]
    Away(String),
    /// 503
    #[error("no access key for the upstream: {0}")]
    Key(String),
}

/// Tokens for one upstream.
#[derive(Debug)]
pub(crate) struct Tokens {
    settings: Settings,
    client: Client,
    own: Mutex<Held>,
    /// By a hash of the client's token; until when they serve.
    exchanged: Mutex<BTreeMap<String, (Secret, u64)>>,
    places: Semaphore,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tokens {
    pub(crate) fn build(config: &Config, at: &str, settings: &Settings) -> Result<Self, ConfigError> {
        let client = client::build(config, at, &settings.client, (&settings.url, &settings.issuer))?;
        if settings.grant == Kind::ClientCredentials && settings.audience.is_some() {
            let message = "is for `grant = \"exchange\"`; client credentials ask for a `scope`";
            return Err(ConfigError::setting(format!("{at}.audience"), message));
        }
        let own = Mutex::new(Held::new(client.clone(), &settings.scope));
        let places = Semaphore::new(EXCHANGES_MAX);
        Ok(Self { settings: settings.clone(), client, own, exchanged: Mutex::default(), places })
    }

    /// Puts the token in the place of what the client sent.
    pub(crate) async fn show(&self, exchange: &mut Exchange<'_>) -> Result<(), NoToken> {
        let token = match self.settings.grant {
            Kind::ClientCredentials => self.own().await?,
            Kind::Exchange => self.exchanged(exchange).await?,
        };
        let text = [b"Bearer ", token.expose()].concat();
        let value = HeaderValue::from_bytes(&text);
        let mut value = value.map_err(|_| NoToken::Away("it is no header value".to_owned()))?;
        value.set_sensitive(true);
        exchange.head.headers.remove("dpop");
        exchange.head.headers.insert(AUTHORIZATION, value);
        Ok(())
    }

    async fn own(&self) -> Result<Secret, NoToken> {
        let away = |why: TokenError| NoToken::Away(why.to_string());
        for _ in 0..WAITS_MAX {
            let now = crate::clock::now().seconds();
            let step = locked(&self.own).step(now).map_err(away)?;
            let is_needed = step.token.is_none();
            if let Some(ask) = step.ask {
                // Also where the old one still serves: one request a life waits for the next one.
                let answer = fetch(ask).await;
                let answered = locked(&self.own).answered(answer.as_ref().map_err(String::as_str), now);
                if is_needed {
                    answered.map_err(away)?;
                }
            } else if is_needed {
                tokio::time::sleep(WAIT).await;
            }
            if let Some(token) = step.token {
                return Ok(token);
            }
        }
        Err(NoToken::Away("nobody had one in time".to_owned()))
    }

    async fn exchanged(&self, exchange: &mut Exchange<'_>) -> Result<Secret, NoToken> {
        let who = exchange.identity.as_ref().ok_or(NoToken::Nothing)?;
        if !matches!(who.method, Method::Jwt | Method::Introspection) {
            return Err(NoToken::Nothing);
        }
        let shown = exchange.head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let subject = shown.and_then(|value| value.split_once(' ')).ok_or(NoToken::Nothing)?.1.trim();
        let name = encode::base64url(&encode::sha256(subject.as_bytes()));
        let now = exchange.moment.seconds();
        if let Some((token, _)) = locked(&self.exchanged).get(&name).filter(|(_, until)| now < *until) {
            return Ok(token.clone());
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Err(NoToken::Away("too many exchanges at once".to_owned()));
        };
        let grant = Grant::Exchange { subject, actor: None, audience: self.settings.audience.as_deref() };
        let ask = self.client.ask(&grant, &self.settings.scope, &[], now);
        let answer =
            fetch(ask.map_err(|why| NoToken::Away(why.to_string()))?).await.map_err(NoToken::Away)?;
        let given = tokens(&answer).map_err(|why| match why {
            TokenError::Refused { status: 400, .. } => NoToken::Refused(why),
            why => NoToken::Away(why.to_string()),
        })?;
        let life = given.expires_in.unwrap_or(UNKNOWN_SECONDS).saturating_sub(EARLY_SECONDS);
        let until = now.saturating_add(life);
        // Never longer than the token that it was had for.
        let until = who.expires.map_or(until, |expires| expires.min(until));
        self.remember(name, (given.access.clone(), until), now);
        Ok(given.access)
    }

    fn remember(&self, name: String, entry: (Secret, u64), now: u64) {
        let mut all = locked(&self.exchanged);
        if all.len() >= self.settings.entries_max.max(1) {
            all.retain(|_, (_, until)| now < *until);
        }
        if all.len() >= self.settings.entries_max.max(1) {
            // Any of them: it can be had again.
            all.pop_first();
        }
        all.insert(name, entry);
    }
}
