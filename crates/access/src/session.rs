//! Sessions of pages, sealed in a cookie: the server keeps nothing, the browser can read and change nothing.
//!
//! AES-256-GCM with a random nonce; the cookie's name is authenticated too, so that one cookie is never taken for
//! another. New keys come first in the list; old ones only open.
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::encode;
use crate::identity::{Authentication, Identity, Method};
use crate::secret::{RandomError, Secret, random, same};

const NONCE_BYTES: usize = 12;
const SECRET_BYTES_MIN: usize = 32;
/// Browsers keep 4,096 bytes of name, value and attributes (RFC 6265, section 6.1).
const COOKIE_BYTES_MAX: usize = 3800;
const COOKIES_BYTES_MAX: usize = 64 * 1024;

/// Whether other sites' requests carry the cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameSite {
    #[default]
    Lax,
    Strict,
}

/// How sessions are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// The cookie's name without its prefix `__Host-`.
    pub name: String,
    pub same_site: SameSite,
    /// A session that is not used for so long ends.
    pub idle_seconds: u64,
    /// A session ends so long after the login, used or not.
    pub absolute_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "buckler".to_owned(),
            same_site: SameSite::Lax,
            idle_seconds: 1800,
            absolute_seconds: 43_200,
        }
    }
}

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("no secret is configured, or one has less than {SECRET_BYTES_MIN} bytes")]
    Secret,
    #[error("the request has no session")]
    Absent,
    #[error("the cookie stands twice")]
    Twice,
    #[error("the cookie cannot be opened: changed, of another key, or not ours")]
    Sealed,
    #[error("the session was not used for too long")]
    Idle,
    #[error("the session ended")]
    Ended,
    #[error("the session has {0} bytes; {COOKIE_BYTES_MAX} fit into a cookie; ask for fewer claims")]
    TooLarge(usize),
    #[error("the request's CSRF token is missing or not this session's")]
    Csrf,
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A session. Moments are seconds since 1970-01-01.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Random, new with every login.
    pub id: String,
    pub subject: String,
    pub issuer: String,
    pub created: u64,
    pub seen: u64,
    pub roles: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    pub scopes: BTreeSet<String>,
    pub acr: Option<String>,
    pub amr: BTreeSet<String>,
    pub auth_time: Option<u64>,
    /// The issuer's own session (`sid`), for back-channel logout.
    pub sid: Option<String>,
    /// When the issuer made the ID token (`iat`): by its own clock, as logout tokens are.
    #[serde(default)]
    pub issued: Option<u64>,
    pub refresh: Option<String>,
    /// When the issuer must be asked again.
    pub refresh_at: Option<u64>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Session({} of {})", self.subject, self.issuer)
    }
}

impl Session {
    /// A session for somebody who just logged in.
    pub fn begin(identity: &Identity, now: u64) -> Result<Self, RandomError> {
        let shown = &identity.authentication;
        Ok(Self {
            id: encode::base64url(&random::<18>()?),
            subject: identity.subject.clone(),
            issuer: identity.issuer.clone(),
            created: now,
            seen: now,
            roles: identity.roles.clone(),
            groups: identity.groups.clone(),
            scopes: identity.scopes.clone(),
            acr: shown.context.clone(),
            amr: shown.methods.clone(),
            auth_time: shown.time.or(Some(now)),
            sid: identity.claims.get("sid").and_then(|value| value.as_str()).map(str::to_owned),
            issued: identity.claims.get("iat").and_then(serde_json::Value::as_u64),
            refresh: None,
            refresh_at: None,
        })
    }

    /// Who it is; `ends` is the moment of [`Sessions::ends`].
    #[must_use]
    pub fn identity(&self, ends: u64) -> Identity {
        let sid = self.sid.iter().map(|sid| ("sid".to_owned(), sid.as_str().into()));
        Identity {
            subject: self.subject.clone(),
            issuer: self.issuer.clone(),
            method: Method::Session,
            scopes: self.scopes.clone(),
            roles: self.roles.clone(),
            groups: self.groups.clone(),
            authentication: Authentication {
                context: self.acr.clone(),
                methods: self.amr.clone(),
                time: self.auth_time,
                bound: false,
            },
            claims: sid.collect(),
            expires: Some(ends),
            credential: self.id.clone(),
        }
    }
}

/// Seals and opens.
#[derive(Clone)]
pub struct Sealer {
    keys: Vec<(String, Arc<LessSafeKey>)>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Sealer({} keys)", self.keys.len())
    }
}

/// A key for one purpose, of a secret.
fn derived(secret: &Secret, purpose: &str) -> Secret {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
    Secret::new(hmac::sign(&key, purpose.as_bytes()).as_ref())
}

impl Sealer {
    /// The first secret seals; all open.
    pub fn new(secrets: &[Secret]) -> Result<Self, SessionError> {
        let mut keys = Vec::new();
        for secret in secrets {
            if secret.expose().len() < SECRET_BYTES_MIN {
                return Err(SessionError::Secret);
            }
            let name = derived(secret, "buckler session key name");
            let name = encode::base64url(name.expose().get(..6).unwrap_or_default());
            let key = UnboundKey::new(&AES_256_GCM, derived(secret, "buckler session sealing").expose());
            keys.push((name, Arc::new(LessSafeKey::new(key.map_err(|_| SessionError::Secret)?))));
        }
        if keys.is_empty() { Err(SessionError::Secret) } else { Ok(Self { keys }) }
    }

    /// Seals a value for one purpose.
    pub fn seal<T: Serialize>(&self, purpose: &str, value: &T) -> Result<String, SessionError> {
        let (name, key) = self.keys.first().ok_or(SessionError::Secret)?;
        let nonce = random::<NONCE_BYTES>()?;
        let mut bytes = serde_json::to_vec(value).map_err(|_| SessionError::Sealed)?;
        let sealed =
            key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut bytes);
        sealed.map_err(|_| SessionError::Sealed)?;
        Ok(format!("{name}.{}", encode::base64url(&[&nonce[..], &bytes].concat())))
    }

    /// Opens what was sealed for the same purpose.
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Result<T, SessionError> {
        let (name, rest) = text.split_once('.').ok_or(SessionError::Sealed)?;
        let key = self.keys.iter().find(|(own, _)| own == name).map(|(_, key)| key);
        let key = key.filter(|_| text.len() <= COOKIE_BYTES_MAX).ok_or(SessionError::Sealed)?;
        let bytes = encode::from_base64url(rest).ok_or(SessionError::Sealed)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SessionError::Sealed)?;
        let mut sealed = zeroize::Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened =
            key.open_in_place(nonce, Aad::from(purpose), &mut sealed).map_err(|_| SessionError::Sealed)?;
        serde_json::from_slice(opened).map_err(|_| SessionError::Sealed)
    }
}

/// The one value of a cookie in the `Cookie` headers; two are refused: one of them may be somebody else's.
pub fn cookie<'a>(
    headers: impl Iterator<Item = &'a str>,
    name: &str,
) -> Result<Option<&'a str>, SessionError> {
    let mut found = None;
    for header in headers {
        if header.len() > COOKIES_BYTES_MAX {
            return Err(SessionError::Sealed);
        }
        for pair in header.split(';') {
            if let Some((own, value)) = pair.trim().split_once('=')
                && own == name
                && found.replace(value).is_some()
            {
                return Err(SessionError::Twice);
            }
        }
    }
    Ok(found)
}

/// Sessions in cookies.
#[derive(Clone, Debug)]
pub struct Sessions {
    config: Config,
    sealer: Sealer,
    csrf: Secret,
}

impl Sessions {
    pub fn new(config: Config, secrets: &[Secret]) -> Result<Self, SessionError> {
        let sealer = Sealer::new(secrets)?;
        let csrf = derived(secrets.first().ok_or(SessionError::Secret)?, "buckler csrf token");
        Ok(Self { config, sealer, csrf })
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The whole name of a cookie: `__Host-` binds it to this host, https and the path `/`.
    #[must_use]
    pub fn cookie_name(&self) -> String {
        format!("__Host-{}", self.config.name)
    }

    /// The value of `Set-Cookie` for a session.
    pub fn set(&self, session: &Session) -> Result<String, SessionError> {
        let name = self.cookie_name();
        let value = self.sealer.seal(&name, session)?;
        let length = name.len() + value.len();
        if length > COOKIE_BYTES_MAX {
            return Err(SessionError::TooLarge(length));
        }
        Ok(self.header(&name, &value, self.config.idle_seconds))
    }

    /// The value of `Set-Cookie` that takes the session away.
    #[must_use]
    pub fn clear(&self) -> String {
        self.header(&self.cookie_name(), "", 0)
    }

    pub(crate) fn header(&self, name: &str, value: &str, seconds: u64) -> String {
        let same_site = match self.config.same_site {
            SameSite::Lax => "Lax",
            SameSite::Strict => "Strict",
        };
        format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={seconds}")
    }

    /// When a session ends, if it is not used again.
    #[must_use]
    pub fn ends(&self, session: &Session) -> u64 {
        let idle = session.seen.saturating_add(self.config.idle_seconds);
        idle.min(session.created.saturating_add(self.config.absolute_seconds))
    }

    /// When a session that begins now ends at the latest, however often it is used.
    #[must_use]
    pub const fn ends_at_most(&self, now: u64) -> u64 {
        now.saturating_add(self.config.absolute_seconds)
    }

    /// The session of a request at a moment, and a `Set-Cookie` where its use must be noted.
    pub fn open<'a>(
        &self,
        cookies: impl Iterator<Item = &'a str>,
        now: u64,
    ) -> Result<(Session, Option<String>), SessionError> {
        let name = self.cookie_name();
        let value = cookie(cookies, &name)?.ok_or(SessionError::Absent)?;
        let mut session: Session = self.sealer.open(&name, value)?;
        if now >= session.created.saturating_add(self.config.absolute_seconds) {
            return Err(SessionError::Ended);
        }
        if now >= session.seen.saturating_add(self.config.idle_seconds) {
            return Err(SessionError::Idle);
        }
        // a new cookie with every request would make a race of parallel ones
        if now.saturating_sub(session.seen) < self.config.idle_seconds / 10 {
            return Ok((session, None));
        }
        session.seen = now;
        let header = self.set(&session)?;
        Ok((session, Some(header)))
    }

    /// The CSRF token of a session: for a form's field or a header, readable by the page's own scripts.
    #[must_use]
    pub fn csrf(&self, session: &Session) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.csrf.expose());
        encode::base64url(hmac::sign(&key, session.id.as_bytes()).as_ref())
    }

    /// Checks the token of a request that changes something.
    pub fn check_csrf(&self, session: &Session, told: Option<&str>) -> Result<(), SessionError> {
        let is_same = told.is_some_and(|told| same(told.as_bytes(), self.csrf(session).as_bytes()));
        if is_same { Ok(()) } else { Err(SessionError::Csrf) }
    }
}
