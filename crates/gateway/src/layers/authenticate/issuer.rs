//! One issuer of tokens, and its keys kept fresh.
use super::secret;
use crate::config::{Config, ConfigError};
use crate::fetch::fetch;
use crate::layers::waf::read_file;
use access::Ask;
use access::jwks::{Key, KeySet, Source};
use access::jwt::{self, Algorithm, JwtError, Keys, Verified, Verifier};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a request waits for keys that another one fetches.
const WAITS_MAX: usize = 200;
const WAIT: Duration = Duration::from_millis(25);
/// An issuer's keys: discovery document, then the set.
const FETCHES_MAX: usize = 3;

/// An issuer.
#[derive(Debug)]
pub(super) struct Issuer {
    verifier: Verifier,
    source: Mutex<Source>,
    settings: String,
}

impl Issuer {
    pub(super) fn build(config: &Config, at: &str, settings: &jwt::Issuer) -> Result<Self, ConfigError> {
        let wrong = |message: String| ConfigError::setting(at, message);
        let source = match &settings.keys {
            Keys::Discovery => Source::discovered(&settings.issuer, settings.refresh)
                .map_err(|error| wrong(error.to_string()))?,
            Keys::Url(url) => Source::at(url.clone(), settings.refresh),
            Keys::File(path) => {
                let path = config.path(std::path::Path::new(path));
                let bytes = read_file(&path).map_err(|error| ConfigError::file(at, &path, error))?;
                Source::fixed(KeySet::read(&bytes).map_err(|error| ConfigError::file(at, &path, error))?)
            }
            Keys::Shared(from) => {
                let secret = secret(config, at, from)?;
                let algorithms = match settings.algorithms.as_slice() {
                    [] => vec![Algorithm::HS256],
                    given => given.to_vec(),
                };
                let key =
                    |one: &Algorithm| Key::shared(&secret, *one).map_err(|error| wrong(error.to_string()));
                Source::fixed(KeySet::of(algorithms.iter().map(key).collect::<Result<_, _>>()?))
            }
        };
        let verifier = Verifier::new(settings.clone()).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { verifier, source: Mutex::new(source), settings: format!("{settings:?}") })
    }

    /// Whether the settings are the same, and come from no file that may have changed.
    pub(super) fn is_same(&self, settings: &jwt::Issuer) -> bool {
        matches!(settings.keys, Keys::Discovery | Keys::Url(_)) && self.settings == format!("{settings:?}")
    }

    /// Verifies a token; fetches the issuer's keys where they are due or one is not known.
    pub(super) async fn verify(self: &Arc<Self>, token: &str, now: u64) -> Result<Verified, JwtError> {
        let keys = self.keys(now).await.ok_or(JwtError::UnknownKey(None))?;
        let kid = match self.verifier.verify(token, &keys, now) {
            Err(JwtError::UnknownKey(kid)) => kid,
            other => return other,
        };
        let Some(ask) = self.source().missed(kid.as_deref(), now) else {
            return Err(JwtError::UnknownKey(kid));
        };
        self.fetch(ask, now).await;
        let keys = self.source().step(now).keys.ok_or(JwtError::UnknownKey(kid))?;
        self.verifier.verify(token, &keys, now)
    }

    fn source(&self) -> std::sync::MutexGuard<'_, Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys to use. Keys that are only due are fetched beside the request.
    async fn keys(self: &Arc<Self>, now: u64) -> Option<Arc<KeySet>> {
        for _ in 0..WAITS_MAX {
            let step = self.source().step(now);
            match (step.keys, step.ask) {
                (Some(keys), None) => return Some(keys),
                (Some(keys), Some(ask)) => {
                    let issuer = Arc::clone(self);
                    drop(tokio::spawn(async move { issuer.fetch(ask, now).await }));
                    return Some(keys);
                }
                (None, Some(ask)) => self.fetch(ask, now).await,
                (None, None) if step.is_under_way => tokio::time::sleep(WAIT).await,
                (None, None) => return None,
            }
        }
        None
    }

    async fn fetch(&self, ask: Ask, now: u64) {
        let mut next = Some(ask);
        for _ in 0..FETCHES_MAX {
            let Some(ask) = next.take() else { return };
            let answer = fetch(ask).await;
            let mut source = self.source();
            next = match answer {
                // What is wrong is remembered by the source: tokens are refused once the old keys are too old.
                Ok(answer) => source.answered(&answer, now).unwrap_or_default(),
                Err(reason) => {
                    drop(source.failed(&reason, now));
                    None
                }
            };
        }
    }
}
