//! Login for pages (OpenID Connect): authorization code with PKCE, the session that follows, logout.
//!
//! Nothing is kept on the server between the steps: what must come back is sealed in a cookie of its own.
mod logout;
#[cfg(test)]
mod tests;

pub use logout::{LoggedOut, LogoutError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::encode;
use crate::exchange::{Answer, Ask};
use crate::identity::Identity;
use crate::jwks::KeySet;
use crate::jwks::fetch::Metadata;
use crate::jwt::{Algorithm, ConfigError, Issuer, JwtError, Proofs, Verifier};
use crate::oauth::client::{Client, Grant, TokenError, Tokens, tokens};
use crate::secret::{RandomError, random, same};
use crate::session::{Session, SessionError, Sessions, cookie};

/// How long a login may take.
const LOGIN_SECONDS_MAX: u64 = 600;
const TARGET_BYTES_MAX: usize = 1024;
const QUERY_BYTES_MAX: usize = 8 * 1024;

/// Why a login fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error("the issuer's discovery document has no `{0}`")]
    Endpoint(&'static str),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the login's cookie: {0}")]
    Cookie(#[from] SessionError),
    #[error("the answer's `{0}` is missing, stands twice or is not the one that we sent")]
    Parameter(&'static str),
    #[error("the login took longer than {LOGIN_SECONDS_MAX} seconds")]
    Late,
    #[error("the issuer says `{0}`")]
    Refused(String),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the issuer sent no ID token")]
    NoIdToken,
    #[error("the ID token: {0}")]
    IdToken(#[from] JwtError),
    #[error("the ID token's `{0}` does not fit this login")]
    Claim(&'static str),
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl LoginError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Late => "the login took too long; please try again",
            Self::Refused(_) => "the login was refused",
            _ => "the login failed; please try again",
        }
    }
}

/// A stronger or fresher login than usual (RFC 9470).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub contexts: Vec<String>,
    pub age_seconds_max: Option<u64>,
}

/// What is sealed while the user is at the issuer.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    target: String,
    begun: u64,
    contexts: Vec<String>,
    age: Option<u64>,
}

/// A login that was begun: where to send the browser, with which cookie.
#[derive(Clone, Debug)]
pub struct Begun {
    pub location: Url,
    pub set_cookie: String,
}

/// The issuer's answer was ours: send the request, hand its answer to [`Login::finish`].
pub struct Returned {
    pub ask: Ask,
    pending: Pending,
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Returned({:?})", self.ask)
    }
}

/// A login that succeeded.
#[derive(Clone, Debug)]
pub struct Finished {
    pub session: Session,
    /// Two cookies: the session's, and the login's taken away.
    pub set_cookies: [String; 2],
    /// Where the user wanted to go, a path of this host.
    pub location: String,
}

/// Login at one issuer.
#[derive(Clone, Debug)]
pub struct Login {
    metadata: Metadata,
    authorization: Url,
    client: Client,
    redirect: Url,
    scope: String,
    verifier: Verifier,
}

/// Where to go after a login: a path of this host, whatever was asked for; `/` in the place of anything else.
#[must_use]
pub fn local_target(asked: &str) -> &str {
    let is_plain =
        asked.len() <= TARGET_BYTES_MAX && asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = asked.starts_with('/') && !asked.starts_with("//");
    let base = Url::parse("https://host.invalid/").ok();
    let stays = base.and_then(|base| base.join(asked).ok()).is_some_and(|url| {
        url.scheme() == "https"
            && url.host_str() == Some("host.invalid")
            && url.port().is_none()
            && !url.path().starts_with("//")
    });
    if is_plain && is_path && stays { asked } else { "/" }
}

/// The one value of a parameter of a query.
fn parameter(query: &str, name: &'static str) -> Result<Option<String>, LoginError> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(LoginError::Parameter(name));
    }
    let mut values = url::form_urlencoded::parse(query.as_bytes()).filter(|(found, _)| found == name);
    match (values.next(), values.next()) {
        (value, None) => Ok(value.map(|(_, value)| value.into_owned())),
        (_, Some(_)) => Err(LoginError::Parameter(name)),
    }
}

impl Login {
    /// Login with the issuer that the discovery document describes. `rules` say how its ID tokens map to identities;
    /// their audience is the client.
    pub fn new(
        metadata: Metadata,
        client: Client,
        redirect: Url,
        scope: &str,
        rules: Issuer,
    ) -> Result<Self, LoginError> {
        let authorization = metadata.authorization_endpoint.clone();
        let authorization = authorization.ok_or(LoginError::Endpoint("authorization_endpoint"))?;
        let types = vec!["jwt".to_owned()];
        let rules = Issuer { audiences: vec![client.id.clone()], audience_claim: None, types, ..rules };
        let verifier = Verifier::new(Issuer { issuer: metadata.issuer.clone(), ..rules })?;
        let scope = if scope.split(' ').any(|name| name == "openid") {
            scope.to_owned()
        } else {
            format!("openid {scope}")
        };
        Ok(Self { metadata, authorization, client, redirect, scope: scope.trim().to_owned(), verifier })
    }

    fn cookie_name(sessions: &Sessions) -> String {
        format!("{}-login", sessions.cookie_name())
    }

    /// Begins a login; `target` is where the user wanted to go.
    pub fn begin(
        &self,
        sessions: &Sessions,
        target: &str,
        wanted: &Wanted,
        now: u64,
    ) -> Result<Begun, LoginError> {
        let fresh = || random::<32>().map(|bytes| encode::base64url(&bytes));
        let pending = Pending {
            state: fresh()?,
            nonce: fresh()?,
            verifier: fresh()?,
            target: local_target(target).to_owned(),
            begun: now,
            contexts: wanted.contexts.clone(),
            age: wanted.age_seconds_max,
        };
        let challenge = encode::base64url(&encode::sha256(pending.verifier.as_bytes()));
        let mut location = self.authorization.clone();
        {
            let mut query = location.query_pairs_mut();
            query.append_pair("response_type", "code");
            query.append_pair("client_id", &self.client.id);
            query.append_pair("redirect_uri", self.redirect.as_str());
            query.append_pair("scope", &self.scope);
            query.append_pair("state", &pending.state);
            query.append_pair("nonce", &pending.nonce);
            query.append_pair("code_challenge", &challenge);
            query.append_pair("code_challenge_method", "S256");
            if !wanted.contexts.is_empty() {
                query.append_pair("acr_values", &wanted.contexts.join(" "));
            }
            if let Some(age) = wanted.age_seconds_max {
                query.append_pair("max_age", &age.to_string());
            }
        }
        let name = Self::cookie_name(sessions);
        let value = sessions.sealer().seal(&name, &pending)?;
        // the issuer's redirect is a request from another site, which a strict cookie would not go with
        let set_cookie =
            format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LOGIN_SECONDS_MAX}");
        Ok(Begun { location, set_cookie })
    }

    /// Takes the browser's return from the issuer: the redirect's query and the `Cookie` headers.
    pub fn returned<'a>(
        &self,
        sessions: &Sessions,
        query: &str,
        cookies: impl Iterator<Item = &'a str>,
        now: u64,
    ) -> Result<Returned, LoginError> {
        let name = Self::cookie_name(sessions);
        let value = cookie(cookies, &name)?.ok_or(SessionError::Absent)?;
        let pending: Pending = sessions.sealer().open(&name, value)?;
        if now > pending.begun.saturating_add(LOGIN_SECONDS_MAX) {
            return Err(LoginError::Late);
        }
        let state = parameter(query, "state")?.unwrap_or_default();
        if !same(state.as_bytes(), pending.state.as_bytes()) {
            return Err(LoginError::Parameter("state"));
        }
        // RFC 9207: an issuer that names itself always does, and another's answer is never taken
        match parameter(query, "iss")? {
            Some(issuer) if issuer != self.metadata.issuer => return Err(LoginError::Parameter("iss")),
            None if self.metadata.iss_parameter => return Err(LoginError::Parameter("iss")),
            _ => {}
        }
        if let Some(error) = parameter(query, "error")? {
            let is_code = error.len() <= 64 && error.bytes().all(|byte| byte.is_ascii_graphic());
            return Err(LoginError::Refused(if is_code { error } else { "an error".to_owned() }));
        }
        let code =
            parameter(query, "code")?.filter(|code| !code.is_empty()).ok_or(LoginError::Parameter("code"))?;
        let grant =
            Grant::Code { code: &code, redirect: self.redirect.as_str(), verifier: &pending.verifier };
        let ask = self.client.ask(&grant, "", &[], now)?;
        Ok(Returned { ask, pending })
    }

    /// Takes the answer with the tokens, and begins the session.
    pub fn finish(
        &self,
        sessions: &Sessions,
        returned: Returned,
        (answer, keys): (&Answer, &KeySet),
        now: u64,
    ) -> Result<Finished, LoginError> {
        let pending = returned.pending;
        let tokens = tokens(answer)?;
        let identity = self.id_token(&tokens, keys, now)?.ok_or(LoginError::NoIdToken)?;
        let nonce = identity.claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
        if !same(nonce.as_bytes(), pending.nonce.as_bytes()) {
            return Err(LoginError::Claim("nonce"));
        }
        let shown = &identity.authentication;
        if !pending.contexts.is_empty()
            && !shown.context.as_ref().is_some_and(|acr| pending.contexts.contains(acr))
        {
            return Err(LoginError::Claim("acr"));
        }
        if let Some(age) = pending.age {
            // asked for with `max_age`, `auth_time` must be there (OpenID Connect Core, section 3.1.3.7)
            let leeway = self.verifier.config().leeway_seconds;
            if shown.time.is_none_or(|time| now.saturating_sub(time) > age.saturating_add(leeway)) {
                return Err(LoginError::Claim("auth_time"));
            }
        }
        let mut session = Session::begin(&identity, now)?;
        keep(&mut session, &tokens, now);
        let name = Self::cookie_name(sessions);
        let gone = format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
        let set_cookies = [sessions.set(&session)?, gone];
        Ok(Finished { session, set_cookies, location: local_target(&pending.target).to_owned() })
    }

    /// Verifies the ID token of an answer (OpenID Connect Core, section 3.1.3.7).
    fn id_token(&self, tokens: &Tokens, keys: &KeySet, now: u64) -> Result<Option<Identity>, LoginError> {
        let Some(token) = tokens.id.as_ref() else { return Ok(None) };
        let token = token.text().ok_or(LoginError::NoIdToken)?;
        let identity = self.verifier.verify(token, keys, now)?.identity(Proofs::default())?;
        let audiences = identity.claims.get("aud").and_then(Value::as_array).map_or(1, Vec::len);
        match identity.claims.get("azp") {
            Some(Value::String(party)) if *party == self.client.id => {}
            None if audiences == 1 => {}
            _ => return Err(LoginError::Claim("azp")),
        }
        if let Some(told) = identity.claims.get("at_hash") {
            let header = token.split_once('.').and_then(|(header, _)| encode::from_base64url(header));
            let header: Value =
                header.and_then(|header| serde_json::from_slice(&header).ok()).unwrap_or_default();
            let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
            let own = algorithm.and_then(|algorithm| half_hash(algorithm, tokens.access.expose()));
            if own.is_none_or(|own| told.as_str() != Some(&own)) {
                return Err(LoginError::Claim("at_hash"));
            }
        }
        Ok(Some(identity))
    }

    /// The request that renews a session's tokens; `None`: it is not due, or there is no refresh token.
    pub fn refresh(&self, session: &Session, now: u64) -> Result<Option<Ask>, LoginError> {
        let is_due = session.refresh_at.is_some_and(|at| now >= at);
        match session.refresh.as_deref().filter(|_| is_due) {
            Some(token) => Ok(Some(self.client.ask(&Grant::Refresh(token), "", &[], now)?)),
            None => Ok(None),
        }
    }

    /// Takes the answer. [`LoginError::Token`] with `invalid_grant` means that the session ended at the issuer.
    pub fn refreshed(
        &self,
        session: &Session,
        (answer, keys): (&Answer, &KeySet),
        now: u64,
    ) -> Result<Session, LoginError> {
        let tokens = tokens(answer)?;
        let mut renewed = session.clone();
        if let Some(identity) = self.id_token(&tokens, keys, now)? {
            // section 12.2: the same user of the same issuer
            if identity.subject != session.subject || identity.issuer != session.issuer {
                return Err(LoginError::Claim("sub"));
            }
            (renewed.roles, renewed.groups) = (identity.roles, identity.groups);
        }
        keep(&mut renewed, &tokens, now);
        Ok(renewed)
    }
}

/// The refresh token and when it is due: a little before the access token ends.
fn keep(session: &mut Session, tokens: &Tokens, now: u64) {
    if let Some(token) = tokens.refresh.as_ref().and_then(|token| token.text()) {
        session.refresh = Some(token.to_owned());
    }
    let life = tokens.expires_in.unwrap_or(300);
    session.refresh_at =
        session.refresh.is_some().then(|| now.saturating_add(life.saturating_sub((life / 5).min(60))));
}

/// The left half of a hash (`at_hash`, OpenID Connect Core, section 3.1.3.6).
fn half_hash(algorithm: Algorithm, bytes: &[u8]) -> Option<String> {
    use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
    let rules = match algorithm.name() {
        "EdDSA" => &SHA512,
        name if name.ends_with("256") => &SHA256,
        name if name.ends_with("384") => &SHA384,
        _ => &SHA512,
    };
    let hash = digest(rules, bytes);
    hash.as_ref().get(..hash.as_ref().len() / 2).map(encode::base64url)
}
