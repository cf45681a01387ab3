//! HTTP message signatures (RFC 9421) with digests of bodies (RFC 9530): partners that sign with keys of their own.
use super::settings::Message;
use super::signed::{Head, admitted, body, refused};
use super::{Said, secret};
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange};
use crate::layers::waf::read_file;
use access::jwks::Key;
use access::replay::ReplayCache;
use access::signature::message::{self, MessageError, MessageKey, algorithm_name};
use http::{HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// RFC 9421, section 5.1.
pub(super) const ACCEPT_SIGNATURE: HeaderName = HeaderName::from_static("accept-signature");
/// The longest `window-seconds`.
const WINDOW_SECONDS_MAX: u64 = 3_600;

/// Keys of clients that sign messages.
#[derive(Debug)]
pub(super) struct Signers {
    config: message::Config,
    keys: BTreeMap<String, MessageKey>,
    origin: Option<String>,
    /// What a client is asked to sign.
    pub(super) wanted: HeaderValue,
}

impl Signers {
    pub(super) fn build(config: &Config, at: &str, settings: &Message) -> Result<Self, ConfigError> {
        let wrong = |what: &str, message: String| ConfigError::setting(format!("{at}.{what}"), message);
        let mut keys = BTreeMap::new();
        for key in &settings.keys {
            let at = format!("{at}.keys.{}", key.id);
            if algorithm_name(key.algorithm).is_none() {
                let message = "has no name in RFC 9421; take EdDSA, ES256, ES384, PS512, RS256 or HS256";
                return Err(ConfigError::setting(format!("{at}.algorithm"), message));
            }
            let made = MessageKey {
                key: read(config, &at, key)?,
                algorithm: key.algorithm,
                subject: key.subject.clone(),
                scopes: key.scopes.clone(),
                roles: key.roles.clone(),
            };
            if keys.insert(key.id.clone(), made).is_some() {
                return Err(ConfigError::setting(at, "two keys have this id"));
            }
        }
        if keys.is_empty() {
            return Err(wrong("keys", "is empty, so nobody could sign".to_owned()));
        }
        if settings.window_seconds == 0 || settings.window_seconds > WINDOW_SECONDS_MAX {
            return Err(wrong("window-seconds", format!("is not between 1 and {WINDOW_SECONDS_MAX}")));
        }
        if let Some(text) = &settings.origin {
            let fits = url::Url::parse(text).is_ok_and(|url| url.path() == "/" && url.query().is_none());
            if !fits || text.ends_with('/') {
                return Err(wrong("origin", format!("`{text}` is no `https://host`")));
            }
        }
        let mut own = message::Config { tag: settings.tag.clone(), ..message::Config::default() };
        own.window_seconds = settings.window_seconds;
        if let Some(components) = &settings.components {
            if components.is_empty() {
                let message = "is empty, so a signature would say nothing of its request".to_owned();
                return Err(wrong("components", message));
            }
            own.components.clone_from(components);
        }
        let wanted = wanted(&own).ok_or_else(|| {
            wrong("components", "a name or the tag has characters that no header may have".to_owned())
        })?;
        Ok(Self { config: own, keys, origin: settings.origin.clone(), wanted })
    }

    /// Whose request it is. The body is read once the head is known to be signed.
    pub(super) async fn identity(
        &self,
        exchange: &mut Exchange<'_>,
        replays: &dyn ReplayCache,
    ) -> ControlFlow<Answer, Said> {
        let keys = |id: &str| self.keys.get(id).cloned();
        let head = Head::of(exchange, self.origin.as_deref());
        let now = exchange.moment.seconds();
        let none = matches!(exchange.body, Body::Empty).then_some(&b""[..]);
        let verified = match message::verify(&head.request(none), &self.config, &keys, now) {
            Err(MessageError::Absent(_)) => return ControlFlow::Continue(Said::Nothing),
            Err(MessageError::BodyMissing) => {
                let Some(body) = body(exchange).await? else {
                    return refused(&"a stream cannot be signed", "the signature is not valid");
                };
                message::verify(&head.request(Some(&body)), &self.config, &keys, now)
            }
            other => other,
        };
        match verified {
            Ok(fresh) => admitted(fresh.admit(replays, now).await),
            Err(error) => refused(&error, error.client_message()),
        }
    }
}

fn read(config: &Config, at: &str, key: &super::MessageKey) -> Result<Key, ConfigError> {
    let wrong = |message: String| ConfigError::setting(at, message);
    let made = match (&key.public_key, &key.secret) {
        (Some(path), None) => {
            let path = config.path(path);
            let bad = |error: String| ConfigError::file(at, &path, error);
            let bytes = read_file(&path).map_err(bad)?;
            let value = access::json::object(&bytes, access::jwks::SET_BYTES_MAX)
                .map_err(|error| bad(error.to_string()))?;
            Key::read(&serde_json::Value::Object(value)).map_err(|error| bad(error.to_string()))?
        }
        (None, Some(from)) => {
            let secret = secret(config, at, from)?;
            Key::shared(&secret, key.algorithm).map_err(|error| wrong(error.to_string()))?
        }
        _ => {
            let message = "needs a `public-key` (a file with a JWK) or, for HS256, a `secret`; one of both";
            return Err(wrong(message.to_owned()));
        }
    };
    if !made.takes(key.algorithm) {
        return Err(wrong(format!("the key is not one for `{}`", key.algorithm.name())));
    }
    Ok(made)
}

/// What a signature must cover, as `Accept-Signature` says it.
fn wanted(config: &message::Config) -> Option<HeaderValue> {
    let names: Vec<String> = config.components.iter().map(|name| format!("\"{name}\"")).collect();
    let tag = config.tag.as_ref().map(|tag| format!(";tag=\"{tag}\"")).unwrap_or_default();
    HeaderValue::from_str(&format!("sig1=({});created;keyid{tag}", names.join(" "))).ok()
}
