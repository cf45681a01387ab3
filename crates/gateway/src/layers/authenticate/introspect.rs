//! Tokens that only their issuer can read, asked for there (RFC 7662).
//!
//! One question a token at a time, a bounded number of them at once. While the server is away what is remembered still
//! serves until it ends; every other token is refused, at once and with 503.
use super::client;
use super::settings::Introspection as Settings;
use crate::config::{Config, ConfigError};
use crate::fetch::fetch;
use access::Identity;
use access::jwt::Proofs;
use access::oauth::introspection::{self, Introspection, IntrospectionError, Known};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// After a failure nobody asks for so many seconds; then one request tries.
const RETRY_SECONDS: u64 = 2;
/// A request that waited for others' questions looks again so often.
const ROUNDS_MAX: usize = 3;

/// Why there is no identity.
pub(super) enum NoIdentity {
    /// The token is not good.
    Refused(IntrospectionError),
    /// It cannot be told now.
    Away(String),
}

/// A server, and what it said.
#[derive(Debug)]
pub(super) struct Server {
    known: Mutex<Introspection>,
    asking: Mutex<Asking>,
    questions_max: usize,
}

#[derive(Debug, Default)]
struct Asking {
    /// Questions under way, by a hash of their token.
    under_way: BTreeMap<String, watch::Receiver<()>>,
    /// Until when nobody asks, in seconds since 1970-01-01.
    rests_until: u64,
}

/// What a request does about a token that nobody knows yet.
enum Turn<'a> {
    Asks(Question<'a>),
    Waits(watch::Receiver<()>),
    Not(&'static str),
}

/// A question under way; over when this is dropped, also with its request.
struct Question<'a> {
    server: &'a Server,
    name: String,
    _over: watch::Sender<()>,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.server.asking().under_way.remove(&self.name);
    }
}

impl Server {
    pub(super) fn build(config: &Config, at: &str, settings: &Settings) -> Result<Self, ConfigError> {
        let client = client::build(config, at, &settings.client, (&settings.url, &settings.issuer))?;
        if settings.questions_max == 0 {
            return Err(ConfigError::setting(
                format!("{at}.questions-max"),
                "is 0, so nothing could be asked",
            ));
        }
        let own = introspection::Config {
            url: settings.url.clone(),
            issuer: settings.issuer.clone(),
            audiences: settings.audiences.clone(),
            role_claims: settings.role_claims.clone(),
            group_claims: settings.group_claims.clone(),
            active_seconds: settings.active_seconds,
            inactive_seconds: settings.inactive_seconds,
            entries_max: settings.entries_max,
        };
        let known = Mutex::new(Introspection::new(own, client));
        Ok(Self { known, asking: Mutex::default(), questions_max: settings.questions_max })
    }

    fn known(&self) -> MutexGuard<'_, Introspection> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asking(&self) -> MutexGuard<'_, Asking> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose token it is.
    pub(super) async fn identity(
        &self,
        token: &str,
        proofs: Proofs<'_>,
        now: u64,
    ) -> Result<Identity, NoIdentity> {
        for _ in 0..ROUNDS_MAX {
            let looked = self.known().look_up(token, proofs, now);
            let ask = match looked {
                Known::Yes(identity) => return Ok(*identity),
                Known::No(error) => return Err(told(error)),
                Known::Ask(ask) => ask,
            };
            match self.turn(token, now) {
                Turn::Not(reason) => return Err(NoIdentity::Away(reason.to_owned())),
                // The sender is dropped, never used.
                Turn::Waits(mut over) => drop(over.changed().await),
                Turn::Asks(_question) => {
                    let answer = fetch(ask).await;
                    let answer = answer.as_ref().map_err(String::as_str);
                    let result = self.known().answered(token, answer, proofs, now);
                    let is_down = result.as_ref().is_err_and(is_down);
                    let until = crate::clock::now().seconds().saturating_add(RETRY_SECONDS);
                    self.asking().rests_until = if is_down { until } else { 0 };
                    return result.map_err(told);
                }
            }
        }
        Err(NoIdentity::Away("the server did not answer others either".to_owned()))
    }

    fn turn(&self, token: &str, now: u64) -> Turn<'_> {
        let name = access::encode::base64url(&access::encode::sha256(token.as_bytes()));
        let mut asking = self.asking();
        if let Some(over) = asking.under_way.get(&name) {
            return Turn::Waits(over.clone());
        }
        if now < asking.rests_until {
            return Turn::Not("the server did not answer lately");
        }
        if asking.under_way.len() >= self.questions_max {
            return Turn::Not("too many questions at once");
        }
        if asking.rests_until != 0 {
            // One request tries; the others are refused until it has an answer.
            asking.rests_until = now.saturating_add(RETRY_SECONDS);
        }
        let (tell, over) = watch::channel(());
        asking.under_way.insert(name.clone(), over);
        Turn::Asks(Question { server: self, name, _over: tell })
    }
}

/// Whether the server would fail others, too. An answer about one token that cannot be read says nothing of the next.
fn is_down(error: &IntrospectionError) -> bool {
    match error {
        IntrospectionError::Status(status) => *status >= 500 || matches!(status, 401 | 403 | 429),
        IntrospectionError::Unreachable(_) | IntrospectionError::Ask(_) => true,
        _ => false,
    }
}

/// What is the token's fault, and what the server's.
fn told(error: IntrospectionError) -> NoIdentity {
    match error {
        IntrospectionError::Status(_)
        | IntrospectionError::Unreachable(_)
        | IntrospectionError::Ask(_)
        | IntrospectionError::Malformed(_) => NoIdentity::Away(error.to_string()),
        error => NoIdentity::Refused(error),
    }
}
