//! Issuers of tokens and their keys: those of the bundle, and fresher ones that a thread of its own fetches.
//!
//! No event waits for keys, unless there are none at all or a token names a key that is not known, and that within a rate.
use crate::settings::JWKS_PREFIX;
use access::jwks::{KeySet, Source};
use access::jwt::{self, JwtError, Keys, Verifier};
use access::{Answer, Ask, Identity};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sends a request for keys.
pub(super) type Fetch = fn(&Ask) -> Result<Answer, String>;

/// A discovery document, then the set.
const FETCHES_MAX: usize = 3;

/// An issuer.
pub(super) struct Issuer {
    pub(super) name: String,
    /// `iss`
    pub(super) url: String,
    settings: jwt::Issuer,
    /// None: the audience is not known, and that of the token is taken.
    verifier: Option<Verifier>,
    source: Mutex<Source>,
    /// The keys that came with the bundle.
    bundled: Option<Arc<KeySet>>,
    fetch: Fetch,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Issuer({} = {})", self.name, self.url)
    }
}

/// What the environment says of an issuer.
pub(super) struct Given<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) fetch: Fetch,
}

/// Puts values of environment variables in the place of `${env:NAME}` (`${env:A|B}`: the first that is set); none when one is
/// missing.
fn filled(value: &Value, variable: &dyn Fn(&str) -> Option<String>) -> Option<Value> {
    Some(match value {
        Value::String(text) => {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once("${env:") {
                let (name, next) = after.split_once('}')?;
                out.push_str(before);
                out.push_str(&name.split('|').filter_map(variable).find(|value| !value.is_empty())?);
                rest = next;
            }
            out.push_str(rest);
            Value::String(out)
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| filled(item, variable)).collect::<Option<_>>()?)
        }
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| Some((name.clone(), filled(value, variable)?)))
                .collect::<Option<_>>()?,
        ),
        other => other.clone(),
    })
}

/// The environment variable that overrides where an issuer's keys are fetched.
pub(super) fn override_name(issuer: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("{JWKS_PREFIX}{}", issuer.chars().map(plain).collect::<String>())
}

/// A variable that names none of these issuers: a misspelt one leaves keys where they are, in silence.
pub(super) fn stray<'a>(
    variables: impl Iterator<Item = &'a String>,
    issuers: &[&String],
) -> Result<(), String> {
    let is_stray = |name: &&String| {
        name.starts_with(JWKS_PREFIX) && issuers.iter().all(|issuer| override_name(issuer) != **name)
    };
    let Some(name) = variables.into_iter().find(is_stray) else { return Ok(()) };
    let known: Vec<String> = issuers.iter().map(|issuer| format!("`{}`", override_name(issuer))).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(format!("`{name}` names no issuer of the policy; variables for those that it has: {known}"))
}

impl Issuer {
    /// Reads an issuer's settings; none when a variable that they name is not set.
    pub(super) fn read(
        name: &str,
        settings: &Value,
        keys: Option<&Value>,
        given: &Given<'_>,
    ) -> Result<Option<Self>, String> {
        let wrong = |why: String| format!("the issuer `{name}`: {why}");
        let Some(settings) = filled(settings, given.variable) else { return Ok(None) };
        let settings: jwt::Issuer =
            serde_json::from_value(settings).map_err(|error| wrong(error.to_string()))?;
        let bundled = keys
            .map(|keys| KeySet::read(keys.to_string().as_bytes()))
            .transpose()
            .map_err(|error| wrong(error.to_string()))?
            .map(Arc::new);
        let source = match ((given.variable)(&override_name(name)), &settings.keys) {
            (Some(address), _) => {
                let url = url::Url::parse(&address).map_err(|error| wrong(error.to_string()))?;
                if !access::exchange::is_safe(&url) {
                    return Err(wrong(format!("`{}` must begin with `https://`", override_name(name))));
                }
                Source::at(url, settings.refresh)
            }
            (None, Keys::Url(url)) => Source::at(url.clone(), settings.refresh),
            (None, Keys::Discovery) => Source::discovered(&settings.issuer, settings.refresh)
                .map_err(|error| wrong(error.to_string()))?,
            (None, Keys::File(_) | Keys::Shared(_)) => {
                let keys = bundled.as_deref().cloned();
                Source::fixed(
                    keys.ok_or_else(|| wrong("its keys must stand in `keys` of the policy".to_owned()))?,
                )
            }
        };
        let verifier = if settings.audiences.is_empty() {
            None
        } else {
            Some(Verifier::new(settings.clone()).map_err(|error| wrong(error.to_string()))?)
        };
        let (url, source) = (settings.issuer.clone(), Mutex::new(source));
        Ok(Some(Self { name: name.to_owned(), url, settings, verifier, source, bundled, fetch: given.fetch }))
    }

    /// Verifies a token. `now`: seconds since 1970.
    pub(super) fn verify(&self, token: &str, now: u64) -> Result<Identity, JwtError> {
        let own;
        let verifier = match &self.verifier {
            Some(verifier) => verifier,
            None => {
                own = self.for_any_audience(token)?;
                &own
            }
        };
        let verified = match verifier.verify(token, &*self.keys(now)?, now) {
            Err(JwtError::UnknownKey(kid)) => {
                let Some(ask) = self.source().missed(kid.as_deref(), now) else {
                    return Err(JwtError::UnknownKey(kid));
                };
                self.run(ask, now);
                verifier.verify(token, &*self.keys(now)?, now)?
            }
            other => other?,
        };
        verified.identity(access::jwt::Proofs::default())
    }

    /// Settings that take the audience that the token names: signature, issuer and times are checked all the same.
    fn for_any_audience(&self, token: &str) -> Result<Verifier, JwtError> {
        let claim = self.settings.audience_claim.as_deref().unwrap_or("aud");
        let payload = token.split('.').nth(1).and_then(access::encode::from_base64url).unwrap_or_default();
        let claims: Value = serde_json::from_slice(&payload).unwrap_or_default();
        let audience = match claims.get(claim) {
            Some(Value::String(audience)) => audience.clone(),
            Some(Value::Array(items)) => items.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ => return Err(JwtError::Missing(claim.to_owned())),
        };
        let settings = jwt::Issuer { audiences: vec![audience], ..self.settings.clone() };
        Verifier::new(settings).map_err(|_| JwtError::Missing(claim.to_owned()))
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys to use now; fetched only where there are none. Keys that are merely due are [`Self::refresh`]'s matter.
    fn keys(&self, now: u64) -> Result<Arc<KeySet>, JwtError> {
        let keys = self.source().peek(now).or_else(|| self.bundled.clone());
        if let Some(keys) = keys {
            return Ok(keys);
        }
        let ask = self.source().step(now).ask;
        if let Some(ask) = ask {
            self.run(ask, now);
        }
        self.source().peek(now).ok_or(JwtError::UnknownKey(None))
    }

    /// Fetches keys that are due. Blocks: for the thread beside the events.
    pub(super) fn refresh(&self, now: u64) {
        let ask = self.source().step(now).ask;
        if let Some(ask) = ask {
            self.run(ask, now);
        }
    }

    /// Whether keys are due.
    pub(super) fn is_due(&self, now: u64) -> bool {
        self.source().is_due(now)
    }

    fn run(&self, ask: Ask, now: u64) {
        let mut next = Some(ask);
        for _ in 0..FETCHES_MAX {
            let Some(ask) = next.take() else { return };
            let answer = (self.fetch)(&ask);
            let mut source = self.source();
            next = match answer {
                // What is wrong is remembered by the source, which asks again later and less often.
                Ok(answer) => source.answered(&answer, now).unwrap_or_default(),
                Err(reason) => {
                    drop(source.failed(&reason, now));
                    None
                }
            };
        }
    }
}
