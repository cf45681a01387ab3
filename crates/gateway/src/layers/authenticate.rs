//! Who somebody is: bearer tokens, API keys, client certificates, signatures.
pub(crate) mod client;
mod introspect;
mod issuer;
mod message;
mod possession;
mod settings;
mod signed;

use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use crate::state;
use access::certificate::{self, Certificate};
use access::{Identity, Secret, SecretFrom, key, oauth, replay};
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use introspect::{NoIdentity, Server};
use issuer::Issuer;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

pub use settings::{
    ApiKeys, Certificates, ClientSettings, Introspection, Invalid, Message, MessageKey, PrivateKey, Settings,
    SigV4, SigV4Key, Webhook,
};

/// Proofs that are remembered so that none is used twice.
const PROOFS_MAX: usize = 200_000;

/// The layer.
#[derive(Debug)]
pub(crate) struct Authenticate {
    sources: BTreeMap<String, Arc<Source>>,
    possession: possession::Possession,
    proofs: Arc<replay::Memory>,
    /// Remembers proofs for all gateways, in the place of `proofs`.
    shared: Option<Arc<state::Shared>>,
    bare_token: bool,
    invalid_on_public: Invalid,
    realm: String,
}

/// One source of identity.
#[derive(Debug)]
enum Source {
    Jwt(Arc<Issuer>),
    Introspection(Server),
    ApiKey { header: HeaderName, world: key::World, store: Box<key::Store> },
    Certificate(Certificates),
    SigV4(signed::Keys),
    Webhook(signed::Sender),
    Message(message::Signers),
}

/// Seconds after which a client may ask again when it cannot be told who it is.
const RETRY_SECONDS: u64 = 5;

/// What a source says of a request.
enum Said {
    /// It brings nothing that concerns this source.
    Nothing,
    Identity(Box<Identity>),
    /// It brings something that is not right: what the log says, what the client may know.
    Refused {
        reason: String,
        told: &'static str,
    },
    /// It cannot be told now whether it is right.
    Away(String),
}

/// Why a token that is shown is not looked at.
struct Unshown {
    said: Said,
    /// What its proof of possession lacks, as the challenge says it.
    proof: Option<&'static str>,
}

impl From<Said> for Unshown {
    fn from(said: Said) -> Self {
        Self { said, proof: None }
    }
}

/// A token in `Authorization`, and what was proven beside it; made once a request, since a proof counts once.
struct Presented {
    token: String,
    is_dpop: bool,
    /// Thumbprints of the key whose proof came with it, and of the connection's certificate.
    key: Option<String>,
    certificate: Option<String>,
}

impl Presented {
    fn proofs(&self) -> access::jwt::Proofs<'_> {
        access::jwt::Proofs { dpop_key: self.key.as_deref(), certificate: self.certificate.as_deref() }
    }
}

impl Layer for Authenticate {
    const NAME: &'static str = "authenticate";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = &config.authentication;
        let mut sources = BTreeMap::new();
        let mut add = |name: &String, source| match sources.insert(name.clone(), Arc::new(source)) {
            None => Ok(()),
            Some(_) => {
                Err(ConfigError::setting(format!("authentication.{name}"), "two sources have this name"))
            }
        };
        for (name, issuer) in &settings.jwt {
            let at = format!("authentication.jwt.{name}");
            let old = before.and_then(|before| match before.sources.get(name).map(|source| &**source) {
                Some(Source::Jwt(old)) if old.is_same(issuer) => Some(Arc::clone(old)),
                _ => None,
            });
            let issuer = old.map_or_else(|| Issuer::build(config, &at, issuer).map(Arc::new), Ok)?;
            add(name, Source::Jwt(issuer))?;
        }
        for (name, server) in &settings.introspection {
            let at = format!("authentication.introspection.{name}");
            add(name, Source::Introspection(Server::build(config, &at, server)?))?;
        }
        for (name, keys) in &settings.sigv4 {
            let at = format!("authentication.sigv4.{name}");
            add(name, Source::SigV4(signed::Keys::build(config, &at, keys)?))?;
        }
        for (name, sender) in &settings.webhook {
            let at = format!("authentication.webhook.{name}");
            add(name, Source::Webhook(signed::Sender::build(config, (&at, name), sender)?))?;
        }
        for (name, signers) in &settings.message {
            let at = format!("authentication.message.{name}");
            add(name, Source::Message(message::Signers::build(config, &at, signers)?))?;
        }
        for (name, keys) in &settings.api_key {
            let at = format!("authentication.api-key.{name}");
            add(name, api_keys(config, &at, keys)?)?;
        }
        for (name, certificates) in &settings.certificate {
            add(name, Source::Certificate(certificates.clone()))?;
        }
        for route in &config.route {
            if let Some(unknown) = route.authentication.iter().find(|name| !sources.contains_key(*name)) {
                let message = format!("no source of identity is called `{unknown}`");
                return Err(ConfigError::setting(format!("route.{}.authentication", route.name), message));
            }
        }
        let proofs =
            before.map_or_else(|| Arc::new(replay::Memory::new(PROOFS_MAX)), |old| Arc::clone(&old.proofs));
        Ok(Self {
            sources,
            possession: possession::Possession::build(config, before.map(|old| &old.possession))?,
            proofs,
            shared: None,
            bare_token: settings.bare_token,
            invalid_on_public: settings.invalid_on_public,
            realm: settings.realm.clone(),
        })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let route = exchange.route;
        if route.settings.authentication.is_empty() || exchange.identity.is_some() {
            return Flow::Continue(());
        }
        let (mut refused, mut away, mut presented) = (None, None, None);
        for name in &route.settings.authentication {
            let Some(source) = self.sources.get(name) else { continue };
            match self.ask(source, exchange, &mut presented).await? {
                Said::Nothing => {}
                Said::Identity(identity) => {
                    exchange.identity = Some(*identity);
                    return Flow::Continue(());
                }
                Said::Refused { reason, told } => refused = Some((format!("`{name}`: {reason}"), told)),
                Said::Away(reason) => away = Some(format!("`{name}`: {reason}")),
            }
        }
        // Whether somebody without credentials may pass is for the rules of authorization, where the route has some.
        let is_public = route.settings.authorization.as_ref().is_some_and(|rule| rule.public);
        let brings_nothing = refused.is_none() && away.is_none();
        if is_public && (brings_nothing || self.invalid_on_public == Invalid::Nobody) {
            return Flow::Continue(());
        }
        if let Some(reason) = away {
            let flow = exchange.refuse(Self::NAME, StatusCode::SERVICE_UNAVAILABLE, reason);
            let Flow::Break(mut answer) = flow else { return flow };
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            return Flow::Break(answer);
        }
        let (reason, told) = refused.unwrap_or(("no credentials".to_owned(), ""));
        let flow = exchange.refuse(Self::NAME, StatusCode::UNAUTHORIZED, reason);
        let Flow::Break(mut answer) = flow else { return flow };
        let challenge = self.challenge(&route.settings.authentication, told);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(Err(Unshown { proof: Some(code), .. })) = presented {
            let now = exchange.moment.seconds();
            self.possession.challenge(&mut answer, (&self.realm, code, now));
        }
        for name in &route.settings.authentication {
            if let Some(Source::Message(signers)) = self.sources.get(name).map(|source| &**source) {
                answer.headers_mut().append(message::ACCEPT_SIGNATURE, signers.wanted.clone());
            }
        }
        Flow::Break(answer)
    }
}

impl Authenticate {
    /// Remembers proofs together with other gateways.
    pub(crate) fn share(&mut self, state: Option<&Arc<state::Shared>>) {
        self.shared = state.map(Arc::clone);
    }

    fn replays(&self) -> &dyn replay::ReplayCache {
        self.shared.as_ref().map_or(&*self.proofs as &dyn replay::ReplayCache, |shared| &shared.replay)
    }

    /// What a client is asked for (RFC 9110, section 11.6.1); signatures have no registered scheme of their own.
    fn challenge(&self, sources: &[String], told: &str) -> String {
        let kinds = || sources.iter().filter_map(|name| self.sources.get(name));
        let is_signed = |source: &Arc<Source>| {
            matches!(**source, Source::SigV4(_) | Source::Webhook(_) | Source::Message(_))
        };
        let is_aws = |source: &Arc<Source>| matches!(**source, Source::SigV4(_));
        let (scheme, error) = match kinds().all(is_signed) {
            true if kinds().any(is_aws) => ("AWS4-HMAC-SHA256", None),
            true => ("Signature", None),
            false => ("Bearer", (!told.is_empty()).then_some("invalid_token")),
        };
        oauth::www_authenticate(scheme, error, &[("realm", &self.realm), ("error_description", told)])
    }

    async fn ask(
        &self,
        source: &Source,
        exchange: &mut Exchange<'_>,
        presented: &mut Option<Result<Presented, Unshown>>,
    ) -> ControlFlow<Answer, Said> {
        let said = match source {
            Source::Jwt(_) | Source::Introspection(_) => {
                if presented.is_none() {
                    *presented = self.present(exchange).await;
                }
                match presented {
                    None => Said::Nothing,
                    Some(Ok(presented)) => token(source, presented, exchange.moment.seconds()).await,
                    Some(Err(unshown)) => unshown.said.again(),
                }
            }
            Source::ApiKey { header, world, store } => api_key(header, *world, store, exchange),
            Source::Certificate(settings) => client_certificate(settings, exchange),
            Source::SigV4(keys) => return keys.identity(exchange, self.replays()).await,
            Source::Webhook(sender) => return sender.identity(exchange, self.replays()).await,
            Source::Message(signers) => return signers.identity(exchange, self.replays()).await,
        };
        ControlFlow::Continue(said)
    }

    /// The token that the request shows, with its proof of possession.
    async fn present(&self, exchange: &mut Exchange<'_>) -> Option<Result<Presented, Unshown>> {
        let mut values = exchange.head.headers.get_all(AUTHORIZATION).iter();
        let value = values.next()?;
        if values.next().is_some() {
            let reason = "two `Authorization` fields".to_owned();
            return Some(Err(Said::Refused { reason, told: "the request is not valid" }.into()));
        }
        let value = value.to_str().ok()?;
        let (scheme, token) = match value.split_once(' ') {
            Some(pair) => pair,
            None if self.bare_token => ("Bearer", value),
            None => return None,
        };
        let (scheme, token) = (scheme.to_owned(), token.trim().to_owned());
        let is_dpop = scheme.eq_ignore_ascii_case("dpop");
        if !is_dpop && !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let now = exchange.moment.seconds();
        let told = "the token asks for a proof of possession";
        let fresh = is_dpop.then(|| self.possession.proof(exchange, &token, now)).transpose();
        let key = match fresh {
            Ok(None) => None,
            Ok(Some(fresh)) => match fresh.admit(self.replays(), now).await {
                Ok(proof) => Some(proof.thumbprint),
                Err(error @ replay::ReplayError::Seen) => {
                    return Some(Err(Said::Refused { reason: error.to_string(), told }.into()));
                }
                Err(error) => return Some(Err(Said::Away(error.to_string()).into())),
            },
            Err(why) => {
                let said = Said::Refused { reason: why.to_string(), told };
                return Some(Err(Unshown { said, proof: Some(why.code()) }));
            }
        };
        let certificate = leaf(exchange).map(|certificate| certificate.thumbprint);
        Some(Ok(Presented { token, is_dpop, key, certificate }))
    }
}

impl Said {
    /// The same, for the next source that looks at the same token.
    fn again(&self) -> Self {
        match self {
            Self::Refused { reason, told } => Self::Refused { reason: reason.clone(), told },
            Self::Away(reason) => Self::Away(reason.clone()),
            Self::Nothing | Self::Identity(_) => Self::Nothing,
        }
    }
}

/// Whose token it is.
async fn token(source: &Source, presented: &Presented, now: u64) -> Said {
    let proofs = presented.proofs();
    let found = match source {
        Source::Jwt(issuer) => {
            let verified = issuer.verify(&presented.token, now).await;
            let identity = verified.and_then(|verified| {
                let is_bound = verified.confirmation.dpop_key.is_some();
                verified.identity(proofs).map(|identity| (identity, is_bound))
            });
            identity
                .map_err(|error| Said::Refused { reason: error.to_string(), told: error.client_message() })
        }
        Source::Introspection(server) => match server.identity(&presented.token, proofs, now).await {
            Ok(identity) => {
                let is_bound = identity.authentication.bound;
                Ok((identity, is_bound))
            }
            Err(NoIdentity::Away(reason)) => Err(Said::Away(reason)),
            Err(NoIdentity::Refused(error)) => {
                Err(Said::Refused { reason: error.to_string(), told: error.client_message() })
            }
        },
        _ => return Said::Nothing,
    };
    match found {
        Ok((_, false)) if presented.is_dpop => Said::Refused {
            reason: "a proof for a token that is not bound".to_owned(),
            told: "the token is not valid",
        },
        Ok((identity, _)) => Said::Identity(Box::new(identity)),
        Err(said) => said,
    }
}

fn api_key(header: &HeaderName, world: key::World, store: &key::Store, exchange: &Exchange<'_>) -> Said {
    let mut values = exchange.head.headers.get_all(header).iter();
    let Some(value) = values.next() else { return Said::Nothing };
    let text = value.to_str().unwrap_or_default();
    let text = if *header == AUTHORIZATION { text.split_once(' ').map_or("", |(_, key)| key) } else { text };
    if values.next().is_some() {
        return Said::Refused { reason: "two keys".to_owned(), told: "the request is not valid" };
    }
    match store.verify(text, world, exchange.moment.seconds()) {
        Ok(identity) => Said::Identity(Box::new(identity)),
        Err(error) => Said::Refused { reason: error.to_string(), told: error.client_message() },
    }
}

/// The certificate of this very connection.
fn leaf(exchange: &Exchange<'_>) -> Option<Certificate> {
    Certificate::read(exchange.connection.tls.as_ref()?.client_chain.first()?).ok()
}

fn client_certificate(settings: &Certificates, exchange: &Exchange<'_>) -> Said {
    let found = match &settings.forwarded {
        None => leaf(exchange),
        Some(forwarded) => {
            let fields = exchange.head.headers.iter();
            let fields = fields.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            match forwarded.read(exchange.connection.peer.ip(), fields) {
                Ok(der) => der.and_then(|der| Certificate::read(&der).ok()),
                Err(error) => {
                    return Said::Refused { reason: error.to_string(), told: error.client_message() };
                }
            }
        }
    };
    let Some(found) = found else { return Said::Nothing };
    match certificate::identity(&found, &settings.rule, exchange.moment.seconds()) {
        Ok(identity) => Said::Identity(Box::new(identity)),
        Err(error) => Said::Refused { reason: error.to_string(), told: error.client_message() },
    }
}

fn api_keys(config: &Config, at: &str, keys: &ApiKeys) -> Result<Source, ConfigError> {
    let path = config.path(&keys.file);
    let wrong = |error: String| ConfigError::file(at, &path, error);
    let text =
        String::from_utf8(read_file(&path).map_err(wrong)?).map_err(|error| wrong(error.to_string()))?;
    let pepper = keys.pepper.as_ref().map(|from| secret(config, at, from)).transpose()?;
    let store = key::Store::read(&text, pepper).map_err(|error| wrong(error.to_string()))?;
    let header = HeaderName::from_bytes(keys.header.as_bytes())
        .map_err(|_| ConfigError::setting(format!("{at}.header"), "is no header name"))?;
    Ok(Source::ApiKey { header, world: keys.world, store: Box::new(store) })
}

/// A secret from where the configuration says that it is.
pub(crate) fn secret(config: &Config, at: &str, from: &SecretFrom) -> Result<Secret, ConfigError> {
    match from {
        SecretFrom::Env(name) => {
            #[expect(
                clippy::disallowed_methods,
                reason = "the configuration names the variable that holds a secret"
            )]
            let value = std::env::var(name);
            let message = format!("the environment has no variable `{name}`");
            value.map(Secret::new).map_err(|_| ConfigError::setting(at, message))
        }
        SecretFrom::File(path) => {
            let path = config.path(std::path::Path::new(path));
            let mut bytes = read_file(&path).map_err(|error| ConfigError::file(at, &path, error))?;
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            Ok(Secret::new(bytes))
        }
    }
}
