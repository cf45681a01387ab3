//! Proofs of possession (DPoP, RFC 9449): the client signs each request with the key that its token is bound to.
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use url::Url;

use crate::encode;
use crate::json;
use crate::jwks::{self, Key, KeyError};
use crate::jwt::{Algorithm, Compact, JwtError, SignError, SigningKey, seconds};
use crate::replay::{Fresh, Once};
use crate::secret::{Secret, same};

const PROOF_BYTES_MAX: usize = 8 * 1024;
const JTI_BYTES_MAX: usize = 256;

/// What of proofs is taken.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    pub algorithms: Vec<Algorithm>,
    /// How far `iat` may be from now, before and after.
    pub window_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        let algorithms =
            vec![Algorithm::ES256, Algorithm::EdDsa, Algorithm::ES384, Algorithm::RS256, Algorithm::PS256];
        Self { algorithms, window_seconds: 60 }
    }
}

/// The request that a proof is for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub method: &'a str,
    /// The whole address as the client sees it; query and fragment do not count.
    pub url: &'a Url,
    /// The access token that stands beside the proof; `None` where there is none yet (a token request).
    pub token: Option<&'a str>,
    /// The nonce that the proof must carry, where we gave one out.
    pub nonce: Option<&'a str>,
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of the key (`jkt`), for [`crate::jwt::Proofs::dpop_key`].
    pub thumbprint: String,
}

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    #[error("the request has {0} proofs; one is asked for")]
    Count(usize),
    #[error("the proof: {0}")]
    Token(#[from] JwtError),
    #[error("the proof's key: {0}")]
    Key(#[from] KeyError),
    #[error("the proof's `{0}` is missing or malformed")]
    Claim(&'static str),
    #[error("the proof is for {0}")]
    Method(String),
    #[error("the proof is for `{0}`")]
    Address(String),
    #[error("the proof is of {issued}, now is {now}")]
    Time { issued: u64, now: u64 },
    #[error("the proof is for another access token")]
    OtherToken,
    #[error("the proof lacks our nonce, or has an old one")]
    Nonce,
}

impl DpopError {
    /// The value of `error` in the challenge (RFC 9449, sections 5 and 8).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nonce => "use_dpop_nonce",
            _ => "invalid_dpop_proof",
        }
    }
}

/// The one proof of a request; a second one is an error (section 4.3, step 1).
pub fn one<'a>(mut headers: impl Iterator<Item = &'a str>) -> Result<&'a str, DpopError> {
    let first = headers.next().ok_or(DpopError::Count(0))?;
    match headers.count() {
        0 => Ok(first),
        more => Err(DpopError::Count(more + 1)),
    }
}

/// Verifies a proof at a moment (section 4.3). The result counts once the cache of used proofs admits it.
pub fn verify(proof: &str, target: Target<'_>, config: &Config, now: u64) -> Result<Fresh<Proof>, DpopError> {
    let compact = Compact::read_proof(proof, PROOF_BYTES_MAX)?;
    let header = &compact.header;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err(JwtError::Type(header.typ.clone().unwrap_or_default()).into());
    }
    if !config.algorithms.contains(&header.algorithm) || header.algorithm.hmac().is_some() {
        return Err(JwtError::AlgorithmNotPinned(header.algorithm.name().to_owned()).into());
    }
    let jwk = header.jwk.as_ref().ok_or(DpopError::Claim("jwk"))?;
    let key = Key::read(jwk)?;
    let thumbprint = jwks::thumbprint(jwk).ok_or(DpopError::Claim("jwk"))?;
    if !key.verifies(header.algorithm, compact.message.as_bytes(), &compact.signature) {
        return Err(JwtError::Signature.into());
    }
    let claims = compact.claims()?;
    let id = text(&claims, "jti").filter(|id| (1..=JTI_BYTES_MAX).contains(&id.len()));
    let id = id.ok_or(DpopError::Claim("jti"))?;
    check_target(&claims, target)?;
    let issued = claims.get("iat").and_then(seconds).ok_or(DpopError::Claim("iat"))?;
    if issued.abs_diff(now) > config.window_seconds {
        return Err(DpopError::Time { issued, now });
    }
    let until = issued.saturating_add(config.window_seconds);
    let once = Once::of(&["dpop", &thumbprint, id], until);
    Ok(Fresh::new(Proof { thumbprint }, once))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Option<&'a str> {
    json::text(claims, name)
}

fn check_target(claims: &Map<String, Value>, target: Target<'_>) -> Result<(), DpopError> {
    let method = text(claims, "htm").ok_or(DpopError::Claim("htm"))?;
    if method != target.method {
        return Err(DpopError::Method(method.to_owned()));
    }
    let address = text(claims, "htu").ok_or(DpopError::Claim("htu"))?;
    let told = Url::parse(address).map_err(|_| DpopError::Claim("htu"))?;
    if normalised(&told) != normalised(target.url) {
        return Err(DpopError::Address(address.to_owned()));
    }
    if let Some(token) = target.token {
        let told = text(claims, "ath").ok_or(DpopError::Claim("ath"))?;
        if !same(told.as_bytes(), encode::base64url(&encode::sha256(token.as_bytes())).as_bytes()) {
            return Err(DpopError::OtherToken);
        }
    }
    match (target.nonce, text(claims, "nonce")) {
        (None, _) => Ok(()),
        (Some(ours), Some(told)) if same(ours.as_bytes(), told.as_bytes()) => Ok(()),
        (Some(_), _) => Err(DpopError::Nonce),
    }
}

/// Scheme, host, port and path, normalised by syntax and scheme (RFC 3986, sections 6.2.2 and 6.2.3).
fn normalised(url: &Url) -> (String, String, Option<u16>, Vec<u8>) {
    let path = url.path();
    // a coded slash is another path than a slash, so only unreserved characters are decoded
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = after.get(..2).filter(|_| *first == b'%');
        let digits = coded.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(encode::from_hex).as_deref() {
            Some([byte]) if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => decoded.push(*byte),
            Some([_]) => {
                decoded.push(b'%');
                decoded.extend(digits.unwrap_or_default().to_ascii_uppercase().into_bytes());
            }
            _ => {
                decoded.push(*first);
                rest = after;
                continue;
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
    (url.scheme().to_owned(), host, url.port_or_known_default(), decoded)
}

/// Nonces that need no memory: the time, sealed with a key (section 8). One that is too old is refused.
#[derive(Clone, Debug)]
pub struct Nonces {
    key: Secret,
    /// How long a nonce serves.
    pub seconds_max: u64,
}

impl Nonces {
    #[must_use]
    pub fn new(key: Secret, seconds_max: u64) -> Self {
        Self { key, seconds_max: seconds_max.max(1) }
    }

    /// The nonce of this span of time, for the header `DPoP-Nonce`.
    #[must_use]
    pub fn current(&self, now: u64) -> String {
        self.of(now / self.seconds_max)
    }

    /// The nonce that the proof must carry: this span's, or the last one's when the proof has that.
    #[must_use]
    pub fn expected(&self, proof: &str, now: u64) -> String {
        let span = now / self.seconds_max;
        let last = self.of(span.saturating_sub(1));
        let told = Compact::read_proof(proof, PROOF_BYTES_MAX).and_then(|compact| compact.claims());
        let is_last = told.is_ok_and(|claims| text(&claims, "nonce") == Some(&last));
        if is_last { last } else { self.of(span) }
    }

    fn of(&self, span: u64) -> String {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, self.key.expose());
        let tag = aws_lc_rs::hmac::sign(&key, &span.to_be_bytes());
        encode::base64url(tag.as_ref().get(..16).unwrap_or_default())
    }
}

/// Makes a proof: for requests that we send as a client, and for tests.
pub fn prove(key: &SigningKey, target: Target<'_>, id: &str, now: u64) -> Result<String, SignError> {
    let mut address = target.url.clone();
    address.set_query(None);
    address.set_fragment(None);
    let mut claims = Map::new();
    claims.insert("jti".to_owned(), id.into());
    claims.insert("htm".to_owned(), target.method.into());
    claims.insert("htu".to_owned(), address.as_str().into());
    claims.insert("iat".to_owned(), now.into());
    if let Some(token) = target.token {
        claims.insert("ath".to_owned(), encode::base64url(&encode::sha256(token.as_bytes())).into());
    }
    if let Some(nonce) = target.nonce {
        claims.insert("nonce".to_owned(), nonce.into());
    }
    let mut jwk = key.public_jwk().unwrap_or_default();
    if let Some(members) = jwk.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "alg" | "use" | "kid"));
    }
    let mut header = Map::new();
    header.insert("typ".to_owned(), json!("dpop+jwt"));
    header.insert("jwk".to_owned(), jwk);
    key.token_with(header, claims)
}
