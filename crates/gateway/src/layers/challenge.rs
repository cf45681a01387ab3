//! Friction for bots: a page whose script must find a proof of work; off unless a route asks for it.
//!
//! Nothing is kept on the server: a challenge and a passed proof are signed texts, bound to the client's network and to a time. A proof
//! costs the client two to the power of `bits` hashes and the gateway one.
mod proof;

#[cfg(test)]
mod tests;

use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use aws_lc_rs::{hmac, rand};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION,
    SET_COOKIE,
};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;

/// Settings of the layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Leading zero bits that a proof must have: each doubles the client's work. 18 is about a second on a telephone.
    pub bits: u8,
    /// Seconds that a proof lets a client pass.
    pub pass_seconds: u64,
    /// Seconds that a client has for a proof.
    pub solve_seconds: u64,
    /// A file with at least 32 random bytes that gateways share; left out, each makes its own at start.
    pub key_file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bits: 16, pass_seconds: 3600, solve_seconds: 120, key_file: None }
    }
}

/// Settings of a route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    /// Clients must show a proof here.
    pub on: bool,
}

/// Where proofs go; on every host and whatever the route.
const PATH: &str = "/.well-known/buckler/challenge";
/// Bytes of a proof's form at most.
const FORM_BYTES_MAX: usize = 4096;
const BITS_MAX: u8 = 28;

/// The layer.
pub(crate) struct Challenge {
    settings: Settings,
    key: hmac::Key,
    /// Any route asks for proofs.
    is_used: bool,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Challenge").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Layer for Challenge {
    const NAME: &'static str = "challenge";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.challenge.clone();
        if settings.bits > BITS_MAX {
            return Err(ConfigError::setting(
                "challenge.bits",
                format!("no honest client finds {} bits; {BITS_MAX} is the most", settings.bits),
            ));
        }
        let key = match (&settings.key_file, before) {
            (Some(path), _) => key_of(config, path)?,
            (None, Some(before)) if before.settings.key_file.is_none() => before.key.clone(),
            (None, _) => random_key()?,
        };
        let is_used = config.route.iter().any(|route| route.challenge.on);
        Ok(Self { settings, key, is_used })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if !self.is_used {
            return Flow::Continue(());
        }
        if exchange.head.uri.path() == PATH && exchange.head.method == Method::POST {
            return self.proved(exchange).await;
        }
        let now = exchange.moment.seconds();
        if !exchange.route.settings.challenge.on
            || self.has_pass(&exchange.head.headers, exchange.client, now)
        {
            return Flow::Continue(());
        }
        let wants_page = exchange.head.method == Method::GET
            && exchange
                .head
                .headers
                .get(ACCEPT)
                .is_some_and(|value| value.to_str().is_ok_and(|text| text.contains("text/html")));
        if !wants_page {
            // Programs cannot run the page: they need a route without a challenge, or an identity.
            return exchange.refuse(Self::NAME, StatusCode::FORBIDDEN, "no proof of work");
        }
        let Some(page) = self.page(exchange, now) else {
            return exchange.refuse(
                Self::NAME,
                StatusCode::SERVICE_UNAVAILABLE,
                "no random bytes for a challenge",
            );
        };
        exchange.note(Self::NAME, "asked for a proof of work");
        exchange.answer(Self::NAME, page)
    }
}

impl Challenge {
    /// A form with a proof: lets the client pass from now on, and sends it back to where it wanted to go.
    async fn proved(&self, exchange: &mut Exchange<'_>) -> Flow {
        let Some(bytes) = exchange.whole_body(Self::NAME).await? else {
            return exchange.refuse(Self::NAME, StatusCode::BAD_REQUEST, "a proof without a form");
        };
        let bytes = bytes.get(..bytes.len().min(FORM_BYTES_MAX)).unwrap_or_default();
        let field = |name: &str| {
            url::form_urlencoded::parse(bytes)
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.into_owned())
        };
        let (Some(challenge), Some(nonce)) = (field("challenge"), field("nonce")) else {
            return exchange.refuse(Self::NAME, StatusCode::BAD_REQUEST, "a proof without its fields");
        };
        let now = exchange.moment.seconds();
        let network = network(exchange.client);
        let is_ours = proof::verify(&self.key, "challenge", &network, &challenge, now);
        if !is_ours || !proof::is_solved(&challenge, &nonce, self.settings.bits) {
            return exchange.refuse(Self::NAME, StatusCode::FORBIDDEN, "a wrong or late proof of work");
        }
        let Ok(pass) = proof::sign(&self.key, "pass", &network, now + self.settings.pass_seconds) else {
            return exchange.refuse(
                Self::NAME,
                StatusCode::SERVICE_UNAVAILABLE,
                "no random bytes for a pass",
            );
        };
        let mut answer = crate::exchange::plain(StatusCode::SEE_OTHER);
        let place = field("to").filter(|to| is_local(to)).unwrap_or_else(|| "/".to_owned());
        let cookie = format!(
            "{}={pass}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
            cookie_name(exchange.connection.tls.is_some()),
            self.settings.pass_seconds,
            secure(exchange.connection.tls.is_some())
        );
        for (name, value) in [(LOCATION, place), (SET_COOKIE, cookie)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers_mut().insert(name, value);
            }
        }
        exchange.answer(Self::NAME, answer)
    }

    fn has_pass(&self, headers: &HeaderMap, client: IpAddr, now: u64) -> bool {
        let network = network(client);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == cookie_name(true) || *name == cookie_name(false))
            .take(4)
            .any(|(_, pass)| proof::verify(&self.key, "pass", &network, pass, now))
    }

    fn page(&self, exchange: &Exchange<'_>, now: u64) -> Option<Answer> {
        let network = network(exchange.client);
        let challenge =
            proof::sign(&self.key, "challenge", &network, now + self.settings.solve_seconds).ok()?;
        let nonce = proof::random().ok()?;
        let to = exchange.head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let page = include_str!("challenge/page.html")
            .replace("{{nonce}}", &nonce)
            .replace("{{challenge}}", &challenge)
            .replace("{{bits}}", &self.settings.bits.to_string())
            .replace("{{to}}", &escaped(to));
        let mut answer = Answer::new(Body::full(page));
        *answer.status_mut() = StatusCode::FORBIDDEN;
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).ok()?);
        Some(answer)
    }
}

/// The prefix makes browsers take the cookie from this host over TLS only (RFC 6265bis, section 4.1.3).
fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-buckler-pass" } else { "buckler-pass" }
}

fn secure(is_secure: bool) -> &'static str {
    if is_secure { "; Secure" } else { "" }
}

/// A path of this host: never another one's address.
fn is_local(to: &str) -> bool {
    to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n'])
}

/// The client as a proof knows it: its address, or with IPv6 the network of 64 bits that one client has.
fn network(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn key_of(config: &Config, path: &std::path::Path) -> Result<hmac::Key, ConfigError> {
    let path = config.path(path);
    #[expect(clippy::disallowed_methods, reason = "the gateway reads the files that its configuration names")]
    let bytes = std::fs::read(&path).map_err(|why| ConfigError::file("challenge.key-file", &path, why))?;
    if bytes.len() < 32 {
        return Err(ConfigError::file(
            "challenge.key-file",
            &path,
            "has fewer than 32 bytes; `openssl rand -out FILE 32` makes them",
        ));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn random_key() -> Result<hmac::Key, ConfigError> {
    hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new())
        .map_err(|_| ConfigError::setting("challenge", "the system gives no random bytes"))
}
