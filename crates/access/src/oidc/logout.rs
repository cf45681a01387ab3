//! Logout: begun here (RP-Initiated Logout 1.0), or told by the issuer (Back-Channel Logout 1.0).
use serde_json::Value;
use url::Url;

use super::Login;
use crate::jwks::KeySet;
use crate::jwt::{ConfigError, Issuer, JwtError, Proofs, Verifier};
use crate::session::Session;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Oldest logout token.
const AGE_SECONDS_MAX: u64 = 120;

/// Who was logged out: sessions of this issuer with this user, or with this `sid`, must be blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    pub issuer: String,
    pub subject: Option<String>,
    pub sid: Option<String>,
    /// When the token was made, by the issuer's clock: what [`Session::issued`] of a later log-in says is later.
    pub issued: u64,
}

/// Why a logout token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutError {
    #[error("the logout token: {0}")]
    Token(#[from] JwtError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the logout token's `{0}` is missing, malformed or must not be there")]
    Claim(&'static str),
}

impl Login {
    /// Where to send the browser to end the issuer's session too; `None`: the issuer has no such place. The session's
    /// cookie must be taken away as well. `after` is where the issuer sends the browser then.
    #[must_use]
    pub fn logout(&self, session: &Session, after: &Url) -> Option<Url> {
        let mut location = self.metadata.end_session_endpoint.clone()?;
        location
            .query_pairs_mut()
            .append_pair("client_id", &self.client.id)
            .append_pair("logout_hint", session.sid.as_deref().unwrap_or(&session.subject))
            .append_pair("post_logout_redirect_uri", after.as_str());
        Some(location)
    }

    /// Verifies a logout token that the issuer posts (section 2.6). It may be taken again: it is about sessions from before
    /// it was made, and ends no later one.
    pub fn logged_out(&self, token: &str, keys: &KeySet, now: u64) -> Result<LoggedOut, LogoutError> {
        let rules = Issuer {
            types: vec!["logout+jwt".to_owned()],
            // an ID token without a type must not pass for a logout token
            type_required: true,
            age_seconds_max: Some(AGE_SECONDS_MAX),
            subject_claims: vec!["sub".to_owned(), "sid".to_owned()],
            ..self.verifier.config().clone()
        };
        let identity = Verifier::new(rules)?.verify(token, keys, now)?.identity(Proofs::default())?;
        let claims = &identity.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if !claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
            return Err(LogoutError::Claim("events"));
        }
        if claims.contains_key("nonce") {
            return Err(LogoutError::Claim("nonce"));
        }
        // required, although what is told twice does nothing twice
        text("jti").ok_or(LogoutError::Claim("jti"))?;
        let issued = claims.get("iat").and_then(Value::as_u64).ok_or(LogoutError::Claim("iat"))?;
        if text("sub").is_none() && text("sid").is_none() {
            return Err(LogoutError::Claim("sub"));
        }
        Ok(LoggedOut {
            issuer: identity.issuer.clone(),
            subject: text("sub").map(str::to_owned),
            sid: text("sid").map(str::to_owned),
            issued,
        })
    }
}
