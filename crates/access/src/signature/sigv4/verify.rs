//! Verifying requests that clients sign with keys of ours.
use std::collections::BTreeSet;

use serde::Deserialize;

use super::canonical::{self, Parts};
use super::sign::credential;
use super::{ALGORITHM, PathStyle, Scope, UNSIGNED, signature};
use crate::encode;
use crate::identity::{Authentication, Identity, Method};
use crate::moment;
use crate::replay::{Fresh, Once};
use crate::secret::{Secret, same};
use crate::signature::{Request, Twice, unescaped};

const AUTHORIZATION_BYTES_MAX: usize = 8 * 1024;
const QUERY_BYTES_MAX: usize = 32 * 1024;
const SIGNED_HEADERS_MAX: usize = 100;
/// Seven days, as AWS has it.
const EXPIRES_SECONDS_MAX: u64 = 604_800;
const SIGNATURE: &str = "X-Amz-Signature";

/// What of signed requests is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub region: String,
    pub service: String,
    /// Default: as the service's name says (`s3` or any other).
    #[serde(default)]
    pub path_style: Option<PathStyle>,
    /// How far a request's date may be from now.
    #[serde(default = "default_skew")]
    pub skew_seconds: u64,
    /// Headers that must be signed beside `host` and every `x-amz-*` header.
    #[serde(default)]
    pub signed_headers: Vec<String>,
    /// Takes requests whose body is not signed (`UNSIGNED-PAYLOAD`).
    #[serde(default)]
    pub unsigned_payload: bool,
    /// Takes signatures in the query.
    #[serde(default)]
    pub presigned: bool,
}

fn default_skew() -> u64 {
    300
}

impl Config {
    #[must_use]
    pub fn new(region: &str, service: &str) -> Self {
        Self {
            region: region.to_owned(),
            service: service.to_owned(),
            path_style: None,
            skew_seconds: default_skew(),
            signed_headers: Vec::new(),
            unsigned_payload: false,
            presigned: false,
        }
    }
}

/// A key that a client signs with.
#[derive(Clone, Debug)]
pub struct Key {
    pub secret: Secret,
    pub subject: String,
    pub scopes: BTreeSet<String>,
    pub roles: BTreeSet<String>,
}

/// Why a signed request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigV4Error {
    #[error("the request is not signed with {ALGORITHM}")]
    Absent,
    #[error("the request is signed both in `authorization` and in the query")]
    Both,
    #[error(transparent)]
    Twice(#[from] Twice),
    #[error("`{0}` is missing or malformed")]
    Malformed(&'static str),
    #[error("a signature in the query is not taken (`presigned`)")]
    Presigned,
    #[error("the credential's scope is {region}/{service}, or its day is not the request's")]
    Scope { region: String, service: String },
    #[error("the access key `{0}` is not known")]
    UnknownKey(String),
    #[error("the header `{0}` must be signed")]
    NotSigned(String),
    #[error("the request is of {at}, now is {now}")]
    Skew { at: u64, now: u64 },
    #[error("the signed address ended at {ended}, now is {now}")]
    Expired { ended: u64, now: u64 },
    #[error("the body is not signed (`unsigned-payload`)")]
    UnsignedPayload,
    #[error("bodies signed chunk by chunk (`{0}`) are not taken; send the body's hash")]
    Streaming(String),
    #[error("the body is not read yet, and its hash is not told")]
    BodyMissing,
    #[error("the body is not the one that was signed")]
    Body,
    #[error("the signature does not fit")]
    Signature,
}

impl SigV4Error {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Absent => "the request is not signed",
            Self::Skew { .. } | Self::Expired { .. } => "the signature is not valid at this time",
            _ => "the signature is not valid",
        }
    }
}

/// What the signature says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedPayload {
    /// The body was there and is the signed one.
    Checked,
    /// The body must have this SHA-256: [`Verified::check_body`].
    Hash([u8; 32]),
    /// The body may be anything.
    Unsigned,
}

/// A request that a known key signed.
#[derive(Clone, Debug)]
pub struct Verified {
    pub identity: Identity,
    pub payload: VerifiedPayload,
}

impl Verified {
    /// Checks a body that was not read when the signature was verified. Must be called when `payload` is a hash.
    pub fn check_body(&self, body: &[u8]) -> Result<(), SigV4Error> {
        match self.payload {
            VerifiedPayload::Hash(hash) if !same(&hash, &encode::sha256(body)) => Err(SigV4Error::Body),
            _ => Ok(()),
        }
    }
}

/// What a request says of its signature.
struct Told<'a> {
    key: String,
    day: String,
    region: String,
    service: String,
    at: u64,
    /// Only in the query.
    expires: Option<u64>,
    signed: Vec<String>,
    signature: Vec<u8>,
    left_out: &'a [&'a str],
}

/// Verifies a request at a moment (seconds since 1970-01-01). The result may be used once: a signature that is seen
/// again within its window is a replay, unless the caller decides otherwise for a signed address.
pub fn verify(
    request: &Request<'_>,
    config: &Config,
    keys: &dyn Fn(&str) -> Option<Key>,
    now: u64,
) -> Result<Fresh<Verified>, SigV4Error> {
    let told = told(request, config)?;
    check_times(&told, config, now)?;
    if told.region != config.region
        || told.service != config.service
        || !moment::basic(told.at).starts_with(&told.day)
    {
        return Err(SigV4Error::Scope { region: told.region, service: told.service });
    }
    check_signed(request, config, &told)?;
    let (hash, payload) = payload(request, config, told.expires.is_some())?;
    let scope = Scope { region: &config.region, service: &config.service };
    let style = config.path_style.unwrap_or_else(|| super::sign::style(scope));
    let parts = Parts { style, signed: &told.signed, payload: &hash, left_out: told.left_out };
    let text = canonical::request(request, parts);
    let key = keys(&told.key);
    // the same work for an unknown key
    let nobody = Secret::new(Vec::new());
    let secret = key.as_ref().map_or(&nobody, |key| &key.secret);
    let expected = signature(secret.expose(), scope, told.at, &text);
    let is_same = same(&expected, &told.signature);
    let Some(key) = key else {
        return Err(SigV4Error::UnknownKey(told.key));
    };
    if !is_same {
        return Err(SigV4Error::Signature);
    }
    let ends = told
        .expires
        .map_or(told.at.saturating_add(config.skew_seconds), |seconds| told.at.saturating_add(seconds));
    let identity = Identity {
        subject: key.subject,
        issuer: format!("sigv4:{}/{}", config.region, config.service),
        method: Method::Signature,
        scopes: key.scopes,
        roles: key.roles,
        groups: BTreeSet::new(),
        authentication: Authentication { bound: true, ..Authentication::default() },
        claims: [("access_key_id".to_owned(), told.key.as_str().into())].into(),
        expires: Some(ends),
        credential: told.key.clone(),
    };
    let once = Once::of(&["sigv4", &told.key, &encode::hex(&expected)], ends);
    Ok(Fresh::new(Verified { identity, payload }, once))
}

fn told<'a>(request: &Request<'_>, config: &Config) -> Result<Told<'a>, SigV4Error> {
    let header = request.one("authorization")?.filter(|value| value.starts_with("AWS4-"));
    let query = request.query.unwrap_or_default();
    if query.len() > QUERY_BYTES_MAX {
        return Err(SigV4Error::Malformed("query"));
    }
    let is_presigned = query.split('&').any(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        unescaped(name).eq_ignore_ascii_case(SIGNATURE.as_bytes())
    });
    match (header, is_presigned) {
        (Some(_), true) => Err(SigV4Error::Both),
        (None, false) => Err(SigV4Error::Absent),
        (Some(value), false) => of_header(request, value),
        (None, true) if !config.presigned => Err(SigV4Error::Presigned),
        (None, true) => of_query(query),
    }
}

fn of_header<'a>(request: &Request<'_>, value: &str) -> Result<Told<'a>, SigV4Error> {
    const NAME: &str = "authorization";
    let rest = value
        .strip_prefix(ALGORITHM)
        .filter(|rest| rest.starts_with(' ') && rest.len() <= AUTHORIZATION_BYTES_MAX)
        .ok_or(SigV4Error::Malformed(NAME))?;
    let (mut scope, mut signed, mut hex) = (None, None, None);
    for part in rest.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or(SigV4Error::Malformed(NAME))?;
        let place = match name {
            "Credential" => &mut scope,
            "SignedHeaders" => &mut signed,
            "Signature" => &mut hex,
            _ => return Err(SigV4Error::Malformed(NAME)),
        };
        if place.replace(value).is_some() {
            return Err(SigV4Error::Malformed(NAME));
        }
    }
    let date = request.one("x-amz-date")?.ok_or(SigV4Error::Malformed("x-amz-date"))?;
    let fields = Fields {
        credential: scope.unwrap_or_default(),
        signed: signed.unwrap_or_default(),
        signature: hex.unwrap_or_default(),
        date,
    };
    fields.read(None, &[])
}

fn of_query<'a>(query: &str) -> Result<Told<'a>, SigV4Error> {
    let one = |wanted: &'static str| {
        let mut values = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(|(name, _)| unescaped(name).eq_ignore_ascii_case(wanted.as_bytes()));
        match (values.next(), values.next()) {
            (Some((name, value)), None) if name == wanted => {
                String::from_utf8(unescaped(value).into_owned()).map_err(|_| SigV4Error::Malformed(wanted))
            }
            _ => Err(SigV4Error::Malformed(wanted)),
        }
    };
    if one("X-Amz-Algorithm")? != ALGORITHM {
        return Err(SigV4Error::Malformed("X-Amz-Algorithm"));
    }
    let seconds = one("X-Amz-Expires")?;
    let seconds: u64 = seconds
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| seconds.parse().ok())
        .flatten()
        .filter(|seconds| (1..=EXPIRES_SECONDS_MAX).contains(seconds))
        .ok_or(SigV4Error::Malformed("X-Amz-Expires"))?;
    let (credential, signed, signature, date) =
        (one("X-Amz-Credential")?, one("X-Amz-SignedHeaders")?, one(SIGNATURE)?, one("X-Amz-Date")?);
    let fields = Fields { credential: &credential, signed: &signed, signature: &signature, date: &date };
    fields.read(Some(seconds), &[SIGNATURE])
}

/// The fields that header and query both have.
struct Fields<'a> {
    credential: &'a str,
    signed: &'a str,
    signature: &'a str,
    date: &'a str,
}

impl Fields<'_> {
    fn read<'a>(&self, expires: Option<u64>, left_out: &'a [&'a str]) -> Result<Told<'a>, SigV4Error> {
        let (id, day, scope) = credential(self.credential).ok_or(SigV4Error::Malformed("Credential"))?;
        let is_id =
            id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_id || day.len() != 8 {
            return Err(SigV4Error::Malformed("Credential"));
        }
        let signed: Vec<String> = self.signed.split(';').map(str::to_owned).collect();
        let is_lower =
            |name: &String| !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
        if signed.len() > SIGNED_HEADERS_MAX
            || !signed.iter().all(is_lower)
            || !signed.is_sorted_by(|a, b| a < b)
        {
            return Err(SigV4Error::Malformed("SignedHeaders"));
        }
        let is_hex =
            self.signature.len() == 64 && !self.signature.bytes().any(|byte| byte.is_ascii_uppercase());
        let signature = encode::from_hex(self.signature).filter(|_| is_hex);
        Ok(Told {
            key: id.to_owned(),
            day: day.to_owned(),
            region: scope.region.to_owned(),
            service: scope.service.to_owned(),
            at: moment::from_basic(self.date).ok_or(SigV4Error::Malformed("x-amz-date"))?,
            expires,
            signed,
            signature: signature.ok_or(SigV4Error::Malformed("Signature"))?,
            left_out,
        })
    }
}

fn check_times(told: &Told<'_>, config: &Config, now: u64) -> Result<(), SigV4Error> {
    let skew = config.skew_seconds.min(900);
    let is_early = told.at > now.saturating_add(skew);
    match told.expires {
        _ if is_early => Err(SigV4Error::Skew { at: told.at, now }),
        None if told.at.saturating_add(skew) < now => Err(SigV4Error::Skew { at: told.at, now }),
        Some(seconds) if told.at.saturating_add(seconds) < now => {
            Err(SigV4Error::Expired { ended: told.at.saturating_add(seconds), now })
        }
        _ => Ok(()),
    }
}

/// `host`, every `x-amz-*` header that is there, and what the owner asks for must be signed.
fn check_signed(request: &Request<'_>, config: &Config, told: &Told<'_>) -> Result<(), SigV4Error> {
    let is_signed = |name: &str| told.signed.iter().any(|signed| signed == name);
    let present = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let wanted = config.signed_headers.iter().map(|name| name.to_ascii_lowercase());
    let mut wanted =
        present.filter(|name| name.starts_with("x-amz-")).chain(wanted).chain(["host".to_owned()]);
    if let Some(name) = wanted.find(|name| !is_signed(name)) {
        return Err(SigV4Error::NotSigned(name));
    }
    // a name without a header would let somebody add the header later
    match told.signed.iter().find(|name| request.all(name).next().is_none()) {
        Some(name) => Err(SigV4Error::NotSigned(name.clone())),
        None if request.all("host").count() > 1 => Err(Twice("host").into()),
        None => Ok(()),
    }
}

/// The hash that stands in the canonical request, and what is left to check.
fn payload(
    request: &Request<'_>,
    config: &Config,
    is_presigned: bool,
) -> Result<(String, VerifiedPayload), SigV4Error> {
    let told = request.one("x-amz-content-sha256")?;
    match told {
        None if is_presigned && config.service == "s3" => unsigned(config),
        Some(UNSIGNED) => unsigned(config),
        Some(told) if told.starts_with("STREAMING-") => Err(SigV4Error::Streaming(told.to_owned())),
        None => {
            let body = request.body.ok_or(SigV4Error::BodyMissing)?;
            Ok((encode::hex(&encode::sha256(body)), VerifiedPayload::Checked))
        }
        Some(told) => {
            let bytes = encode::from_hex(told).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            let hash = bytes.ok_or(SigV4Error::Malformed("x-amz-content-sha256"))?;
            match request.body {
                None => Ok((told.to_owned(), VerifiedPayload::Hash(hash))),
                Some(body) if same(&hash, &encode::sha256(body)) => {
                    Ok((told.to_owned(), VerifiedPayload::Checked))
                }
                Some(_) => Err(SigV4Error::Body),
            }
        }
    }
}

fn unsigned(config: &Config) -> Result<(String, VerifiedPayload), SigV4Error> {
    if config.unsigned_payload {
        Ok((UNSIGNED.to_owned(), VerifiedPayload::Unsigned))
    } else {
        Err(SigV4Error::UnsignedPayload)
    }
}
