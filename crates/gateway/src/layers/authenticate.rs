//! Who somebody is: bearer tokens, API keys, client certificates.
mod issuer;

use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use crate::state;
use access::certificate::{self, Certificate};
use access::replay::Fresh;
use access::{Identity, Secret, SecretFrom, dpop, key, oauth, replay};
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use issuer::Issuer;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Settings of the layer: sources of identity by name. Routes name those that they accept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Issuers of JSON Web Tokens.
    pub jwt: BTreeMap<String, access::jwt::Issuer>,
    pub api_key: BTreeMap<String, ApiKeys>,
    /// Client certificates that the listener verified.
    pub certificate: BTreeMap<String, Certificates>,
    /// Proofs of possession (RFC 9449).
    pub dpop: dpop::Config,
    /// `realm` of challenges.
    pub realm: String,
}

/// API keys of one file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApiKeys {
    /// Hashed keys, as `buckler access key` writes them.
    pub file: PathBuf,
    #[serde(default = "ApiKeys::header")]
    pub header: String,
    #[serde(default)]
    pub world: key::World,
    #[serde(default)]
    pub pepper: Option<SecretFrom>,
}

impl ApiKeys {
    fn header() -> String {
        "x-api-key".to_owned()
    }
}

/// Whose certificates are taken.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Certificates {
    pub rule: Vec<certificate::Rule>,
    /// A proxy in front of us that ends TLS and forwards the certificate.
    pub forwarded: Option<certificate::Forwarded>,
}

/// Proofs that are remembered so that none is used twice.
const PROOFS_MAX: usize = 200_000;

/// The layer.
#[derive(Debug)]
pub(crate) struct Authenticate {
    sources: BTreeMap<String, Arc<Source>>,
    dpop: dpop::Config,
    proofs: Arc<replay::Memory>,
    /// Remembers proofs for all gateways, in the place of `proofs`.
    shared: Option<Arc<state::Shared>>,
    realm: String,
}

/// One source of identity.
#[derive(Debug)]
enum Source {
    Jwt(Arc<Issuer>),
    ApiKey { header: HeaderName, world: key::World, store: Box<key::Store> },
    Certificate(Certificates),
}

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
        Ok(Self { sources, dpop: settings.dpop.clone(), proofs, shared: None, realm: settings.realm.clone() })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let route = exchange.route;
        if route.settings.authentication.is_empty() || exchange.identity.is_some() {
            return Flow::Continue(());
        }
        let mut refused = None;
        for name in &route.settings.authentication {
            let Some(source) = self.sources.get(name) else { continue };
            match self.ask(source, exchange).await {
                Said::Nothing => {}
                Said::Identity(identity) => {
                    exchange.identity = Some(*identity);
                    return Flow::Continue(());
                }
                Said::Refused { reason, told } => refused = Some((format!("`{name}`: {reason}"), told)),
            }
        }
        // Whether somebody without credentials may pass is for the rules of authorization, where the route has some.
        if refused.is_none() && route.settings.authorization.as_ref().is_some_and(|rule| rule.public) {
            return Flow::Continue(());
        }
        let (reason, told) = refused.unwrap_or(("no credentials".to_owned(), ""));
        let error = (!told.is_empty()).then_some("invalid_token");
        let members = [("realm", self.realm.as_str()), ("error_description", told)];
        let challenge = oauth::www_authenticate("Bearer", error, &members);
        let flow = exchange.refuse(Self::NAME, StatusCode::UNAUTHORIZED, reason);
        let Flow::Break(mut answer) = flow else { return flow };
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
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

    async fn ask(&self, source: &Source, exchange: &mut Exchange<'_>) -> Said {
        match source {
            Source::Jwt(issuer) => self.token(issuer, exchange).await,
            Source::ApiKey { header, world, store } => api_key(header, *world, store, exchange),
            Source::Certificate(settings) => client_certificate(settings, exchange),
        }
    }

    async fn token(&self, issuer: &Arc<Issuer>, exchange: &mut Exchange<'_>) -> Said {
        let mut values = exchange.head.headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Said::Nothing };
        if values.next().is_some() {
            return Said::Refused {
                reason: "two `Authorization` fields".to_owned(),
                told: "the request is not valid",
            };
        }
        let Some((scheme, token)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
            return Said::Nothing;
        };
        let (scheme, token) = (scheme.to_owned(), token.trim().to_owned());
        let is_dpop = scheme.eq_ignore_ascii_case("dpop");
        if !is_dpop && !scheme.eq_ignore_ascii_case("bearer") {
            return Said::Nothing;
        }
        let now = exchange.moment.seconds();
        let proof = match self.proof(exchange, &token, is_dpop, now) {
            Ok(None) => Ok(None),
            Ok(Some(fresh)) => match fresh.admit(self.replays(), now).await {
                Ok(proof) => Ok(Some(proof.thumbprint)),
                Err(error) => Err(error.to_string()),
            },
            Err(reason) => Err(reason),
        };
        let proof = match proof {
            Ok(proof) => proof,
            Err(reason) => return Said::Refused { reason, told: "the token asks for a proof of possession" },
        };
        let certificate = leaf(exchange).map(|certificate| certificate.thumbprint);
        let proofs = access::jwt::Proofs { dpop_key: proof.as_deref(), certificate: certificate.as_deref() };
        match issuer.verify(&token, now).await {
            Ok(verified) if is_dpop && verified.confirmation.dpop_key.is_none() => Said::Refused {
                reason: "a proof for a token that is not bound".to_owned(),
                told: "the token is not valid",
            },
            Ok(verified) => match verified.identity(proofs) {
                Ok(identity) => Said::Identity(Box::new(identity)),
                Err(error) => Said::Refused { reason: error.to_string(), told: error.client_message() },
            },
            Err(error) => Said::Refused { reason: error.to_string(), told: error.client_message() },
        }
    }

    /// The proof that stands beside the token; it counts once.
    fn proof(
        &self,
        exchange: &Exchange<'_>,
        token: &str,
        is_dpop: bool,
        now: u64,
    ) -> Result<Option<Fresh<dpop::Proof>>, String> {
        let proofs = exchange.head.headers.get_all("dpop").iter().filter_map(|value| value.to_str().ok());
        if !is_dpop {
            return Ok(None);
        }
        let proof = dpop::one(proofs).map_err(|error| error.to_string())?;
        let scheme = if exchange.connection.tls.is_some() { "https" } else { "http" };
        let named = exchange.head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let authority = exchange.head.uri.authority().map(|one| one.as_str()).or(named).unwrap_or_default();
        let url = format!("{scheme}://{authority}{}", exchange.head.uri.path());
        let url = url::Url::parse(&url).map_err(|error| error.to_string())?;
        let method = exchange.head.method.as_str();
        let target = dpop::Target { method, url: &url, token: Some(token), nonce: None };
        let fresh = dpop::verify(proof, target, &self.dpop, now).map_err(|error| error.to_string())?;
        Ok(Some(fresh))
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
