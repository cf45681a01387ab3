//! Requests signed with a shared secret, as webhooks are: known services, and a scheme that the owner describes.
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use serde::Deserialize;

use super::{Request, Twice};
use crate::encode;
use crate::identity::{Authentication, Identity, Method};
use crate::replay::{Fresh, Once};
use crate::secret::{Secret, same};

/// Most signatures of one request that are compared, and most secrets that they are compared with.
const SIGNATURES_MAX: usize = 8;
const SECRETS_MAX: usize = 4;
const HEADER_BYTES_MAX: usize = 4096;
const SECRET_BYTES_MIN: usize = 8;

/// Who signs in which way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    Stripe,
    Github,
    Slack,
    Shopify,
    Twilio,
    /// Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
    StandardWebhooks,
    /// The same with the names `svix-…`.
    Svix,
    Custom(Custom),
}

/// A scheme of the owner's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Custom {
    pub signature_header: String,
    /// What stands before the signature, for example `sha256=`.
    #[serde(default)]
    pub prefix: String,
    #[serde(default)]
    pub encoding: Encoding,
    #[serde(default)]
    pub hash: Hash,
    #[serde(default)]
    pub timestamp_header: Option<String>,
    #[serde(default)]
    pub nonce_header: Option<String>,
    /// What is signed, in order.
    pub parts: Vec<Part>,
    #[serde(default)]
    pub separator: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    Hex,
    Base64,
    Base64url,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hash {
    /// Only because Twilio still signs so; HMAC does not need the hash to resist collisions.
    Sha1,
    #[default]
    Sha256,
    Sha384,
    Sha512,
}

/// A part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Method,
    Path,
    /// Without `?`; empty when there is none.
    Query,
    /// The whole address.
    Url,
    Body,
    Timestamp,
    Nonce,
    Header(String),
    Text(String),
}

/// A source of signed requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Names the source; it becomes the identity's subject.
    pub name: String,
    pub scheme: Scheme,
    /// How far the signed time may be from now.
    #[serde(default = "default_window")]
    pub window_seconds: u64,
    /// How long a signature without a time is remembered.
    #[serde(default = "default_memory")]
    pub replay_seconds: u64,
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

fn default_window() -> u64 {
    300
}

fn default_memory() -> u64 {
    86_400
}

/// Why a signed request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("the header `{0}` is missing")]
    Missing(String),
    #[error("the header `{0}` is malformed")]
    Malformed(String),
    #[error(transparent)]
    Twice(#[from] Twice),
    #[error("the header `{0}` stands twice")]
    OwnTwice(String),
    #[error("the request was signed at {at}, now is {now}")]
    Time { at: u64, now: u64 },
    #[error("the body is not read yet")]
    BodyMissing,
    #[error("no secret is configured, or one is too short")]
    Secret,
    #[error("the signature does not fit")]
    Signature,
}

impl WebhookError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Missing(_) => "the request is not signed",
            Self::Time { .. } => "the signature is not valid at this time",
            _ => "the signature is not valid",
        }
    }
}

/// A request as its scheme reads it.
struct Signed {
    signatures: Vec<Vec<u8>>,
    message: Vec<u8>,
    at: Option<u64>,
    hash: Hash,
}

/// Verifies a request at a moment. `secrets` are those that count now: the new one and, while it is being replaced, the
/// old one. The result counts once the cache of used signatures admits it.
pub fn verify(
    request: &Request<'_>,
    config: &Config,
    secrets: &[Secret],
    now: u64,
) -> Result<Fresh<Identity>, WebhookError> {
    let signed = read(request, &config.scheme)?;
    if let Some(at) = signed.at.filter(|at| at.abs_diff(now) > config.window_seconds) {
        return Err(WebhookError::Time { at, now });
    }
    let secrets = keys(secrets, &config.scheme)?;
    let algorithm = match signed.hash {
        Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
        Hash::Sha512 => hmac::HMAC_SHA512,
    };
    let mut found = None;
    for secret in &secrets {
        let tag = hmac::sign(&hmac::Key::new(algorithm, secret.expose()), &signed.message);
        if signed.signatures.iter().take(SIGNATURES_MAX).any(|told| same(told, tag.as_ref())) {
            found = Some(encode::hex(tag.as_ref()));
        }
    }
    let tag = found.ok_or(WebhookError::Signature)?;
    let until = match signed.at {
        Some(at) => at.saturating_add(config.window_seconds),
        None => now.saturating_add(config.replay_seconds),
    };
    let once = Once::of(&["webhook", &config.name, &tag], until);
    Ok(Fresh::new(identity(config), once))
}

fn identity(config: &Config) -> Identity {
    Identity {
        subject: config.name.clone(),
        issuer: "signed-requests".to_owned(),
        method: Method::Signature,
        scopes: config.scopes.clone(),
        roles: config.roles.clone(),
        groups: BTreeSet::new(),
        authentication: Authentication { bound: true, ..Authentication::default() },
        claims: std::collections::BTreeMap::new(),
        expires: None,
        credential: format!("webhook:{}", config.name),
    }
}

/// The bytes of the secrets, as the scheme writes them.
fn keys(secrets: &[Secret], scheme: &Scheme) -> Result<Vec<Secret>, WebhookError> {
    let is_coded = matches!(scheme, Scheme::StandardWebhooks | Scheme::Svix);
    let keys: Option<Vec<Secret>> = secrets
        .iter()
        .take(SECRETS_MAX)
        .map(|secret| {
            let key = match secret.text().and_then(|text| text.strip_prefix("whsec_")).filter(|_| is_coded) {
                Some(coded) => Secret::new(encode::from_base64(coded)?),
                None => secret.clone(),
            };
            // Twilio's own example has five letters, but its true tokens have 32
            (key.expose().len() >= SECRET_BYTES_MIN).then_some(key)
        })
        .collect();
    keys.filter(|keys| !keys.is_empty()).ok_or(WebhookError::Secret)
}

fn read(request: &Request<'_>, scheme: &Scheme) -> Result<Signed, WebhookError> {
    match scheme {
        Scheme::Stripe => stripe(request),
        Scheme::Github => one(request, ("x-hub-signature-256", "sha256="), Encoding::Hex, None),
        Scheme::Shopify => one(request, ("x-shopify-hmac-sha256", ""), Encoding::Base64, None),
        Scheme::Slack => {
            let time = ("x-slack-request-timestamp", "v0:", ":");
            one(request, ("x-slack-signature", "v0="), Encoding::Hex, Some(time))
        }
        Scheme::Twilio => twilio(request),
        Scheme::StandardWebhooks => {
            standard(request, ["webhook-id", "webhook-timestamp", "webhook-signature"])
        }
        Scheme::Svix => standard(request, ["svix-id", "svix-timestamp", "svix-signature"]),
        Scheme::Custom(custom) => own(request, custom),
    }
}

fn header<'a>(request: &Request<'a>, name: &'static str) -> Result<&'a str, WebhookError> {
    let value = request.one(name)?.ok_or_else(|| WebhookError::Missing(name.to_owned()))?;
    if value.len() > HEADER_BYTES_MAX { Err(malformed(name)) } else { Ok(value) }
}

fn malformed(name: &str) -> WebhookError {
    WebhookError::Malformed(name.to_owned())
}

fn decoded(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => encode::from_hex(text),
        Encoding::Base64 => encode::from_base64(text),
        Encoding::Base64url => encode::from_base64url(text),
    }
}

/// A time in seconds: digits only, so that what is signed has one reading.
fn seconds(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn body<'a>(request: &Request<'a>) -> Result<&'a [u8], WebhookError> {
    request.body.ok_or(WebhookError::BodyMissing)
}

/// One signature over the body, perhaps with a time before it.
fn one(
    request: &Request<'_>,
    (name, prefix): (&'static str, &str),
    encoding: Encoding,
    time: Option<(&'static str, &str, &str)>,
) -> Result<Signed, WebhookError> {
    let told = header(request, name)?.strip_prefix(prefix).ok_or_else(|| malformed(name))?;
    let signature = decoded(told, encoding).ok_or_else(|| malformed(name))?;
    let (mut message, mut at) = (Vec::new(), None);
    if let Some((name, before, after)) = time {
        let value = header(request, name)?;
        at = Some(seconds(value).ok_or_else(|| malformed(name))?);
        message.extend([before, value, after].concat().into_bytes());
    }
    message.extend(body(request)?);
    Ok(Signed { signatures: vec![signature], message, at, hash: Hash::Sha256 })
}

/// `t=1492774577,v1=…,v1=…`; other versions do not count.
fn stripe(request: &Request<'_>) -> Result<Signed, WebhookError> {
    const NAME: &str = "stripe-signature";
    let (mut at, mut signatures) = (None, Vec::new());
    for member in header(request, NAME)?.split(',') {
        match member.trim().split_once('=') {
            Some(("t", value)) if at.is_none() => at = Some(value),
            Some(("t", _)) | None => return Err(malformed(NAME)),
            Some(("v1", value)) => signatures.push(encode::from_hex(value).ok_or_else(|| malformed(NAME))?),
            Some(_) => {}
        }
    }
    let at = at.ok_or_else(|| malformed(NAME))?;
    let mut message = format!("{at}.").into_bytes();
    message.extend(body(request)?);
    let at = seconds(at).ok_or_else(|| malformed(NAME))?;
    Ok(Signed { signatures, message, at: Some(at), hash: Hash::Sha256 })
}

/// Id, time and body; signatures as `v1,…` separated by spaces.
fn standard(request: &Request<'_>, [id, time, name]: [&'static str; 3]) -> Result<Signed, WebhookError> {
    let (id_value, time_value) = (header(request, id)?, header(request, time)?);
    if id_value.is_empty() || id_value.contains('.') {
        return Err(malformed(id));
    }
    let at = seconds(time_value).ok_or_else(|| malformed(time))?;
    let signatures: Option<Vec<Vec<u8>>> = header(request, name)?
        .split(' ')
        .filter_map(|member| member.strip_prefix("v1,"))
        .map(encode::from_base64)
        .collect();
    let mut message = format!("{id_value}.{time_value}.").into_bytes();
    message.extend(body(request)?);
    let signatures = signatures.ok_or_else(|| malformed(name))?;
    Ok(Signed { signatures, message, at: Some(at), hash: Hash::Sha256 })
}

/// The address and, of a form, its sorted fields; of another body its hash stands in the address (`bodySHA256`).
fn twilio(request: &Request<'_>) -> Result<Signed, WebhookError> {
    const NAME: &str = "x-twilio-signature";
    let signature = encode::from_base64(header(request, NAME)?).ok_or_else(|| malformed(NAME))?;
    let mut message = address(request).into_bytes();
    let body = body(request)?;
    let kind = request.one("content-type")?.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let mut fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
        fields.sort();
        fields.dedup();
        message.extend(fields.iter().flat_map(|(name, value)| [name, value]).flat_map(|text| text.bytes()));
    } else if !body.is_empty() {
        let query = request.query.unwrap_or_default();
        let mut told = query.split('&').filter_map(|pair| pair.strip_prefix("bodySHA256="));
        let hash = told.next().and_then(encode::from_hex).ok_or_else(|| malformed("bodySHA256"))?;
        if told.next().is_some() || !same(&hash, &encode::sha256(body)) {
            return Err(WebhookError::Signature);
        }
    }
    Ok(Signed { signatures: vec![signature], message, at: None, hash: Hash::Sha1 })
}

fn address(request: &Request<'_>) -> String {
    let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{}{query}", request.origin, request.path)
}

fn own(request: &Request<'_>, custom: &Custom) -> Result<Signed, WebhookError> {
    let value = |name: &str| {
        let mut values = request.all(name);
        match (values.next(), values.next()) {
            (Some(value), None) if value.len() <= HEADER_BYTES_MAX => Ok(value),
            (Some(_), None) => Err(malformed(name)),
            (Some(_), Some(_)) => Err(WebhookError::OwnTwice(name.to_owned())),
            (None, _) => Err(WebhookError::Missing(name.to_owned())),
        }
    };
    let name = &custom.signature_header;
    let told = value(name)?.strip_prefix(custom.prefix.as_str()).ok_or_else(|| malformed(name))?;
    let signature = decoded(told, custom.encoding).ok_or_else(|| malformed(name))?;
    let time = custom.timestamp_header.as_deref().map(value).transpose()?;
    let at = match (time, custom.timestamp_header.as_deref()) {
        (Some(text), Some(name)) => Some(seconds(text).ok_or_else(|| malformed(name))?),
        _ => None,
    };
    let nonce = custom.nonce_header.as_deref().map(value).transpose()?;
    // a time or nonce that is not signed protects nothing
    let is_signed = |part: &Part| custom.parts.contains(part);
    if time.is_some() && !is_signed(&Part::Timestamp) || nonce.is_some() && !is_signed(&Part::Nonce) {
        return Err(WebhookError::Malformed("parts".to_owned()));
    }
    let url = address(request);
    let mut message = Vec::new();
    for (number, part) in custom.parts.iter().enumerate() {
        if number > 0 {
            message.extend(custom.separator.bytes());
        }
        match part {
            Part::Method => message.extend(request.method.bytes()),
            Part::Path => message.extend(request.path.bytes()),
            Part::Query => message.extend(request.query.unwrap_or_default().bytes()),
            Part::Url => message.extend(url.bytes()),
            Part::Body => message.extend(body(request)?),
            Part::Timestamp => message.extend(time.unwrap_or_default().bytes()),
            Part::Nonce => message.extend(nonce.unwrap_or_default().bytes()),
            Part::Header(name) => message.extend(value(name)?.bytes()),
            Part::Text(text) => message.extend(text.bytes()),
        }
    }
    Ok(Signed { signatures: vec![signature], message, at, hash: custom.hash })
}
