//! Tokens that we fetch as a client: client credentials (RFC 6749, section 4.4), token exchange (RFC 8693), codes and
//! refresh tokens; with `client_secret_basic`, `client_secret_post` or `private_key_jwt` (RFC 7523).
use std::fmt;

use serde_json::{Map, Value};
use url::Url;

use crate::encode;
use crate::exchange::{Answer, Ask};
use crate::json;
use crate::jwt::{SignError, SigningKey};
use crate::secret::{RandomError, Secret, random};

const ANSWER_BYTES_MAX: usize = 128 * 1024;
const ASSERTION_SECONDS: u64 = 60;
/// A token is renewed when a fifth of its life is left, at most this long before its end.
const EARLY_SECONDS_MAX: u64 = 60;
/// A token of unknown life is taken to live so long.
const UNKNOWN_SECONDS: u64 = 60;
/// After a failure nobody asks again sooner.
const RETRY_SECONDS: u64 = 5;
const FETCH_SECONDS_MAX: u64 = 30;

/// How we show who we are.
#[derive(Clone, Debug)]
pub enum Proof {
    /// `Authorization: Basic`.
    Basic(Secret),
    /// `client_id` and `client_secret` in the body.
    Post(Secret),
    /// A signed assertion.
    PrivateKey(SigningKey),
    /// A public client (with PKCE).
    None,
}

/// A client of an authorization server.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    pub proof: Proof,
    pub token_endpoint: Url,
    /// `aud` of assertions: the issuer.
    pub issuer: String,
}

/// What is asked for.
#[derive(Clone)]
pub enum Grant<'a> {
    ClientCredentials,
    /// RFC 8693: a token for another audience, on behalf of whom the subject token is.
    Exchange {
        subject: &'a str,
        actor: Option<&'a str>,
        audience: Option<&'a str>,
    },
    Code {
        code: &'a str,
        redirect: &'a str,
        verifier: &'a str,
    },
    Refresh(&'a str),
}

impl fmt::Debug for Grant<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

impl Grant<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Exchange { .. } => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::Code { .. } => "authorization_code",
            Self::Refresh(_) => "refresh_token",
        }
    }

    fn fields(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::ClientCredentials => vec![],
            Self::Refresh(token) => vec![("refresh_token", token)],
            Self::Code { code, redirect, verifier } => {
                vec![("code", code), ("redirect_uri", redirect), ("code_verifier", verifier)]
            }
            Self::Exchange { subject, actor, audience } => {
                let mut fields = vec![
                    ("subject_token", *subject),
                    ("subject_token_type", ACCESS_TOKEN),
                    ("requested_token_type", ACCESS_TOKEN),
                ];
                if let Some(actor) = actor {
                    fields.extend([("actor_token", *actor), ("actor_token_type", ACCESS_TOKEN)]);
                }
                fields.extend(audience.map(|audience| ("audience", audience)));
                fields
            }
        }
    }
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the authorization server answered with status {status}: {error}")]
    Refused { status: u16, error: String },
    #[error("the authorization server's answer: {0}")]
    Malformed(&'static str),
    #[error("the authorization server cannot be reached: {0}")]
    Unreachable(String),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Tokens as the server gave them.
#[derive(Clone)]
pub struct Tokens {
    pub access: Secret,
    /// `Bearer` or `DPoP`.
    pub kind: String,
    pub expires_in: Option<u64>,
    pub refresh: Option<Secret>,
    pub id: Option<Secret>,
    pub scope: Option<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tokens({}, expires in {:?})", self.kind, self.expires_in)
    }
}

impl Client {
    /// The request for a token at a moment. `resources` are resource indicators (RFC 8707).
    pub fn ask(
        &self,
        grant: &Grant<'_>,
        scope: &str,
        resources: &[&str],
        now: u64,
    ) -> Result<Ask, TokenError> {
        let mut fields = vec![("grant_type", grant.name())];
        fields.extend(grant.fields());
        if !scope.is_empty() {
            fields.push(("scope", scope));
        }
        fields.extend(resources.iter().map(|resource| ("resource", *resource)));
        self.post(&self.token_endpoint, &fields, now)
    }

    /// A request to any endpoint of the server that asks who we are.
    pub(crate) fn post(&self, url: &Url, given: &[(&str, &str)], now: u64) -> Result<Ask, TokenError> {
        let assertion;
        let mut fields: Vec<(&str, &str)> = given.to_vec();
        let mut headers = vec![
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ];
        match &self.proof {
            Proof::Basic(secret) => {
                // RFC 6749, section 2.3.1: both are form-encoded first
                let form =
                    |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", form(&self.id), form(secret.text().unwrap_or_default()));
                headers
                    .push(("authorization".to_owned(), format!("Basic {}", encode::base64(pair.as_bytes()))));
            }
            Proof::Post(secret) => {
                fields.push(("client_id", &self.id));
                fields.push(("client_secret", secret.text().unwrap_or_default()));
            }
            Proof::PrivateKey(key) => {
                assertion = self.assertion(key, now)?;
                fields.push(("client_id", &self.id));
                fields.push((
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ));
                fields.push(("client_assertion", &assertion));
            }
            Proof::None => fields.push(("client_id", &self.id)),
        }
        let body = encode::form(&fields);
        Ok(Ask { method: "POST", url: url.clone(), headers, body, answer_bytes_max: ANSWER_BYTES_MAX })
    }

    /// RFC 7523, section 3; `aud` is the issuer alone, so that no other server can use it.
    fn assertion(&self, key: &SigningKey, now: u64) -> Result<String, TokenError> {
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.id.as_str().into());
        put("sub", self.id.as_str().into());
        put("aud", self.issuer.as_str().into());
        put("iat", now.into());
        put("exp", now.saturating_add(ASSERTION_SECONDS).into());
        put("jti", encode::base64url(&random::<16>()?).into());
        Ok(key.token("client-authentication+jwt", claims)?)
    }
}

/// Reads the answer (RFC 6749, sections 5.1 and 5.2).
pub fn tokens(answer: &Answer) -> Result<Tokens, TokenError> {
    let object = json::object(&answer.body, ANSWER_BYTES_MAX);
    if answer.status != 200 {
        // the error's code is from a list; its description may hold anything and is left out
        let code = object.ok().and_then(|object| json::text(&object, "error").map(str::to_owned));
        let code = code.filter(|code| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_graphic()));
        return Err(TokenError::Refused { status: answer.status, error: code.unwrap_or_default() });
    }
    let object = object.map_err(|_| TokenError::Malformed("not a JSON object"))?;
    let access = json::text(&object, "access_token").filter(|token| super::is_token(token));
    let access = access.ok_or(TokenError::Malformed("`access_token` is missing or malformed"))?;
    let kind = json::text(&object, "token_type").ok_or(TokenError::Malformed("`token_type` is missing"))?;
    if !["bearer", "dpop"].contains(&kind.to_ascii_lowercase().as_str()) {
        return Err(TokenError::Malformed("`token_type` is not Bearer or DPoP"));
    }
    let secret = |name| json::text(&object, name).map(Secret::new);
    let expires_in = object
        .get("expires_in")
        .and_then(|value| value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok())));
    Ok(Tokens {
        access: Secret::new(access),
        kind: kind.to_owned(),
        expires_in,
        refresh: secret("refresh_token"),
        id: secret("id_token"),
        scope: json::text(&object, "scope").map(str::to_owned),
    })
}

/// A token of our own, renewed before it ends.
#[derive(Clone, Debug)]
pub struct Held {
    client: Client,
    scope: String,
    token: Option<Secret>,
    renew: u64,
    ends: u64,
    under_way: Option<u64>,
}

/// What to do now.
#[derive(Clone, Debug)]
pub struct Step {
    /// The token to send; `None`: there is none that serves.
    pub token: Option<Secret>,
    /// Send this, beside the request where a token is there.
    pub ask: Option<Ask>,
}

impl Held {
    #[must_use]
    pub fn new(client: Client, scope: &str) -> Self {
        Self { client, scope: scope.to_owned(), token: None, renew: 0, ends: 0, under_way: None }
    }

    /// The token to use now, and a request where it is due.
    pub fn step(&mut self, now: u64) -> Result<Step, TokenError> {
        let is_free = self.under_way.is_none_or(|since| now >= since.saturating_add(FETCH_SECONDS_MAX));
        let mut ask = None;
        if now >= self.renew && is_free {
            ask = Some(self.client.ask(&Grant::ClientCredentials, &self.scope, &[], now)?);
            self.under_way = Some(now);
        }
        Ok(Step { token: self.token.clone().filter(|_| now < self.ends), ask })
    }

    /// Takes the answer; after a failure the old token serves until its end.
    pub fn answered(&mut self, answer: Result<&Answer, &str>, now: u64) -> Result<(), TokenError> {
        self.under_way = None;
        self.renew = now.saturating_add(RETRY_SECONDS);
        let answer = answer.map_err(|reason| TokenError::Unreachable(reason.to_owned()))?;
        let tokens = tokens(answer)?;
        let life = tokens.expires_in.unwrap_or(UNKNOWN_SECONDS);
        self.ends = now.saturating_add(life);
        self.renew = self.ends.saturating_sub((life / 5).min(EARLY_SECONDS_MAX)).max(self.renew);
        self.token = Some(tokens.access);
        Ok(())
    }
}
