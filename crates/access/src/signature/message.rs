//! HTTP message signatures (RFC 9421) of requests, with `Content-Digest` (RFC 9530).
//!
//! Taken: the derived components of requests, and headers as they stand. A component with a parameter other than
//! `name` of `@query-param` is refused, as is anything of responses.
mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Request, unescaped};
use crate::encode;
use crate::identity::{Authentication, Identity, Method};
use crate::jwks::Key;
use crate::jwt::Algorithm;
use crate::replay::{Fresh, Once};
use crate::secret::same;
use fields::{Component, Input};

/// What of signatures is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Components that must be signed. `content-digest` only counts when the request has a body.
    pub components: BTreeSet<String>,
    /// How long ago `created` may be.
    pub window_seconds: u64,
    /// Only a signature with this `tag`.
    pub tag: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        let names = ["@method", "@authority", "@path", "@query", "content-digest"];
        Self { components: names.map(str::to_owned).into(), window_seconds: 300, tag: None }
    }
}

/// A key that somebody signs with, for one algorithm.
#[derive(Clone, Debug)]
pub struct MessageKey {
    pub key: Key,
    pub algorithm: Algorithm,
    pub subject: String,
    pub scopes: BTreeSet<String>,
    pub roles: BTreeSet<String>,
}

/// Why a signed request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("the request has no signature{}", .0.as_ref().map_or(String::new(), |tag| format!(" tagged `{tag}`")))]
    Absent(Option<String>),
    #[error("`{0}` is malformed")]
    Malformed(&'static str),
    #[error("the component `{0}` is not one that we take")]
    Component(String),
    #[error("the component `{0}` must be signed")]
    NotSigned(String),
    #[error("the signed component `{0}` is not in the request")]
    Missing(String),
    #[error("the signature is of {created}, now is {now}")]
    Time { created: u64, now: u64 },
    #[error("the key `{0}` is not known")]
    UnknownKey(String),
    #[error("the signature's algorithm is `{0}`, the key's another one")]
    Algorithm(String),
    #[error("the signature does not fit")]
    Signature,
    #[error("the body is not read yet")]
    BodyMissing,
    #[error("the body is not the one that was signed")]
    Body,
}

impl MessageError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Absent(_) => "the request is not signed",
            Self::NotSigned(_) => "the signature covers too little",
            Self::Time { .. } => "the signature is not valid at this time",
            _ => "the signature is not valid",
        }
    }
}

/// The name of an algorithm in the registry of RFC 9421 (section 6.2).
#[must_use]
pub fn algorithm_name(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::PS512 => Some("rsa-pss-sha512"),
        Algorithm::RS256 => Some("rsa-v1_5-sha256"),
        Algorithm::HS256 => Some("hmac-sha256"),
        Algorithm::ES256 => Some("ecdsa-p256-sha256"),
        Algorithm::ES384 => Some("ecdsa-p384-sha384"),
        Algorithm::EdDsa => Some("ed25519"),
        _ => None,
    }
}

/// Verifies the first signature that fits (the one with the tag, where one is asked for) at a moment. The result counts
/// once the cache of used signatures admits it.
pub fn verify(
    request: &Request<'_>,
    config: &Config,
    keys: &dyn Fn(&str) -> Option<MessageKey>,
    now: u64,
) -> Result<Fresh<Identity>, MessageError> {
    let joined = |name| request.all(name).collect::<Vec<_>>().join(", ");
    let inputs =
        fields::inputs(&joined("signature-input")).ok_or(MessageError::Malformed("signature-input"))?;
    let signatures = fields::binaries(&joined("signature")).ok_or(MessageError::Malformed("signature"))?;
    let input = inputs.iter().find(|input| config.tag.is_none() || input.tag == config.tag);
    let input = input.ok_or_else(|| MessageError::Absent(config.tag.clone()))?;
    let signature = signatures.iter().find(|(label, _)| *label == input.label).map(|(_, bytes)| bytes);
    let signature = signature.ok_or(MessageError::Malformed("signature"))?;
    let until = check_times(input, config, now)?;
    check_components(request, config, input)?;
    let id = input.key.as_deref().ok_or(MessageError::Malformed("keyid"))?;
    let key = keys(id).ok_or_else(|| MessageError::UnknownKey(id.to_owned()))?;
    let name = algorithm_name(key.algorithm).ok_or(MessageError::Malformed("alg"))?;
    if let Some(told) = input.algorithm.as_deref().filter(|told| *told != name) {
        return Err(MessageError::Algorithm(told.to_owned()));
    }
    if !key.key.verifies(key.algorithm, base(request, input)?.as_bytes(), signature) {
        return Err(MessageError::Signature);
    }
    // The body last: it is read only of a request whose head is signed.
    check_body(request, input)?;
    let once = match &input.nonce {
        Some(nonce) => Once::of(&["message-nonce", id, nonce], until),
        None => {
            Once::of(&["message", id, &encode::hex(&encode::sha256(base(request, input)?.as_bytes()))], until)
        }
    };
    let identity = Identity {
        subject: key.subject,
        issuer: "message-signatures".to_owned(),
        method: Method::Signature,
        scopes: key.scopes,
        roles: key.roles,
        groups: BTreeSet::new(),
        authentication: Authentication { bound: true, ..Authentication::default() },
        claims: [("key".to_owned(), id.into())].into(),
        expires: Some(until),
        credential: id.to_owned(),
    };
    Ok(Fresh::new(identity, once))
}

/// The moment after which the signature does not serve.
fn check_times(input: &Input, config: &Config, now: u64) -> Result<u64, MessageError> {
    let created = input.created.ok_or(MessageError::Malformed("created"))?;
    let until = created.saturating_add(config.window_seconds);
    let until = input.expires.map_or(until, |expires| expires.min(until));
    if created.abs_diff(now) > config.window_seconds || now > until {
        return Err(MessageError::Time { created, now });
    }
    Ok(until)
}

fn check_components(request: &Request<'_>, config: &Config, input: &Input) -> Result<(), MessageError> {
    let is_signed = |name: &str| input.components.iter().any(|component| component.name == name);
    let has_body = request.body.is_none_or(|body| !body.is_empty());
    let wanted = config.components.iter().filter(|name| *name != "content-digest" || has_body);
    // the whole address covers its parts
    let is_covered = |name: &str| {
        is_signed(name)
            || is_signed("@target-uri") && ["@authority", "@path", "@query", "@scheme"].contains(&name)
            || is_signed("@request-target") && ["@path", "@query"].contains(&name)
    };
    if let Some(name) = wanted.into_iter().find(|name| !is_covered(name)) {
        return Err(MessageError::NotSigned(name.clone()));
    }
    Ok(())
}

fn check_body(request: &Request<'_>, input: &Input) -> Result<(), MessageError> {
    if !input.components.iter().any(|component| component.name == "content-digest") {
        return Ok(());
    }
    let value = request.all("content-digest").collect::<Vec<_>>().join(", ");
    check_digest(&value, request.body.ok_or(MessageError::BodyMissing)?)
}

/// Every digest that we know must fit, and one must be known (RFC 9530, section 2).
pub fn check_digest(value: &str, body: &[u8]) -> Result<(), MessageError> {
    let digests = fields::binaries(value).ok_or(MessageError::Malformed("content-digest"))?;
    let mut is_known = false;
    for (name, told) in &digests {
        let rules = match name.as_str() {
            "sha-256" => &aws_lc_rs::digest::SHA256,
            "sha-512" => &aws_lc_rs::digest::SHA512,
            _ => continue,
        };
        is_known = true;
        if !same(told, aws_lc_rs::digest::digest(rules, body).as_ref()) {
            return Err(MessageError::Body);
        }
    }
    if is_known { Ok(()) } else { Err(MessageError::Malformed("content-digest")) }
}

/// The text that is signed (section 2.5).
fn base(request: &Request<'_>, input: &Input) -> Result<String, MessageError> {
    let mut text = String::new();
    for component in &input.components {
        text.push_str(&component.text);
        text.push_str(": ");
        text.push_str(&value(request, component)?);
        text.push('\n');
    }
    text.push_str("\"@signature-params\": ");
    text.push_str(&input.parameters);
    Ok(text)
}

fn value(request: &Request<'_>, component: &Component) -> Result<String, MessageError> {
    let query = request.query.unwrap_or_default();
    let (scheme, host) = request.origin.split_once("://").unwrap_or(("https", request.origin));
    let target = || match request.query {
        Some(query) => format!("{}?{query}", request.path),
        None => request.path.to_owned(),
    };
    let authority = || {
        let host = host.to_ascii_lowercase();
        let end = if scheme == "https" { ":443" } else { ":80" };
        host.strip_suffix(end).map_or(host.clone(), str::to_owned)
    };
    Ok(match component.name.as_str() {
        "@method" => request.method.to_owned(),
        "@authority" => authority(),
        "@scheme" => scheme.to_owned(),
        "@path" => {
            if request.path.is_empty() {
                "/".to_owned()
            } else {
                request.path.to_owned()
            }
        }
        "@query" => format!("?{query}"),
        "@request-target" => target(),
        "@target-uri" => format!("{scheme}://{}{}", authority(), target()),
        "@query-param" => query_parameter(query, component)?,
        name if name.starts_with('@') => return Err(MessageError::Component(name.to_owned())),
        name => {
            let values: Vec<&str> = request.all(name).map(str::trim).collect();
            if values.is_empty() {
                return Err(MessageError::Missing(name.to_owned()));
            }
            values.join(", ")
        }
    })
}

/// The one value of a parameter; two are refused (section 2.2.8).
fn query_parameter(query: &str, component: &Component) -> Result<String, MessageError> {
    let missing = || MessageError::Missing(component.text.clone());
    let wanted = component.parameter.as_deref().ok_or_else(missing)?;
    let decoded = |text: &str| unescaped(&text.replace('+', "%20")).into_owned();
    let mut values = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| encode::percent_bytes(&decoded(name)) == wanted)
        .map(|(_, value)| encode::percent_bytes(&decoded(value)));
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(missing()),
    }
}
