//! A signed bundle: a DSSE envelope (secure-systems-lab/dsse, version 1.0) around the bundle's JSON.
//!
//! The type of the payload is signed with it, so nothing that the same key signed for another purpose is taken for a bundle.
//!
//! INVARIANT: nothing of the payload is read before a signature over it holds.
mod key;
#[cfg(test)]
mod tests;

use crate::{Bundle, FORMAT};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

pub use key::{Algorithm, KeyError, PublicKey, SigningKey};

/// What an envelope says it holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.buckler.policy+json";
/// Bytes of a signed bundle at most.
pub const ENVELOPE_BYTES_MAX: usize = 8 << 20;
/// Signatures of one envelope that are tried at most.
const SIGNATURES_MAX: usize = 16;
/// Seconds that the clocks of who signs and who reads may differ.
pub const LEEWAY_SECONDS: u64 = 300;

/// Why a bundle is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the policy has {bytes} bytes; {ENVELOPE_BYTES_MAX} is the most")]
    TooLarge { bytes: usize },
    #[error("the policy is no signed envelope (DSSE): {0}; `buckler policy build --key FILE` writes one")]
    Envelope(String),
    #[error("the envelope holds `{0}`, not `{PAYLOAD_TYPE}`")]
    PayloadType(String),
    #[error("no public key is given, so no signature can be checked")]
    NoKeys,
    #[error(
        "no signature of the policy is of a known key: it is signed by {signed}, and {known} would be taken"
    )]
    UnknownKey { signed: String, known: String },
    #[error(
        "the signature of the policy is wrong: it was changed after it was signed, or another key signed it"
    )]
    Signature,
    #[error("the policy is no JSON that is taken: {0}")]
    Json(String),
    #[error("the policy has format {0}; this program reads format {FORMAT}")]
    Format(u64),
    #[error(
        "the policy was issued at {issued} (seconds since 1970), which is later than now ({now}); check the clock"
    )]
    Future { issued: u64, now: u64 },
    #[error("the policy expired at {expires} (seconds since 1970), and it is {now}; build and sign it again")]
    Expired { expires: u64, now: u64 },
    #[error("the policy is {age} seconds old; {oldest} is the most here")]
    TooOld { age: u64, oldest: u64 },
}

/// How old a bundle may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// Seconds that clocks may differ.
    pub leeway_seconds: u64,
    /// Seconds since it was issued at most, whatever it says of its own expiry.
    pub oldest_seconds: Option<u64>,
}

impl Default for Ages {
    fn default() -> Self {
        Self { leeway_seconds: LEEWAY_SECONDS, oldest_seconds: None }
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// The bytes that are signed: `PAE` of the DSSE specification.
fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// Signs a bundle: one line of JSON.
///
/// # Errors
/// The key cannot sign.
pub fn sign(bundle: &Bundle, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
    let payload = serde_json::to_vec(bundle).map_err(|_| KeyError::Signing)?;
    let sig = STANDARD.encode(key.sign(&pre_authentication(PAYLOAD_TYPE, &payload))?);
    let signatures = vec![Signature { keyid: key.public().id().to_owned(), sig }];
    let envelope =
        Envelope { payload: STANDARD.encode(&payload), payload_type: PAYLOAD_TYPE.to_owned(), signatures };
    let mut out = serde_json::to_vec(&envelope).map_err(|_| KeyError::Signing)?;
    out.push(b'\n');
    Ok(out)
}

/// Reads a signed bundle at a moment (seconds since 1970, UTC).
///
/// # Errors
/// See [`ReadError`]: no key of `keys` signed it, its format is another, it is too old or not yet valid.
pub fn read_signed(bytes: &[u8], keys: &[PublicKey], now: u64) -> Result<Bundle, ReadError> {
    read_signed_within(bytes, keys, now, Ages::default())
}

/// As [`read_signed`], with ages of the caller's choice.
///
/// # Errors
/// See [`ReadError`].
pub fn read_signed_within(
    bytes: &[u8],
    keys: &[PublicKey],
    now: u64,
    ages: Ages,
) -> Result<Bundle, ReadError> {
    let payload = verified(bytes, keys)?;
    let bundle = read(&payload)?;
    check_age(&bundle, now, ages)?;
    Ok(bundle)
}

/// Reads a bundle without a signature: for people who look at it and tools that compare it, never for what enforces it.
///
/// # Errors
/// It is not JSON, has unknown fields or another format.
pub fn read(payload: &[u8]) -> Result<Bundle, ReadError> {
    if payload.len() > ENVELOPE_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: payload.len() });
    }
    let value =
        strict::json(payload, crate::JSON_LEVELS_MAX).map_err(|error| ReadError::Json(error.to_string()))?;
    if !value.is_object() {
        return Err(ReadError::Json("not an object".to_owned()));
    }
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    if let Some(format) = format.filter(|format| *format != u64::from(FORMAT)) {
        return Err(ReadError::Format(format));
    }
    serde_json::from_value(value).map_err(|error| ReadError::Json(error.to_string()))
}

/// The payload of an envelope without any check of its signature: for `policy show` and `policy diff`.
///
/// # Errors
/// It is no envelope of a policy.
pub fn unverified(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    opened(bytes).map(|(_, payload)| payload)
}

fn opened(bytes: &[u8]) -> Result<(Envelope, Vec<u8>), ReadError> {
    if bytes.len() > ENVELOPE_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let wrong = |error: serde_json::Error| ReadError::Envelope(error.to_string());
    let envelope: Envelope =
        strict::json(bytes, crate::JSON_LEVELS_MAX).and_then(serde_json::from_value).map_err(wrong)?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(ReadError::PayloadType(envelope.payload_type.chars().take(100).collect()));
    }
    let payload =
        decoded(&envelope.payload).ok_or_else(|| ReadError::Envelope("`payload` is no base64".to_owned()))?;
    Ok((envelope, payload))
}

/// The payload, when one of the keys signed it.
fn verified(bytes: &[u8], keys: &[PublicKey]) -> Result<Vec<u8>, ReadError> {
    if keys.is_empty() {
        return Err(ReadError::NoKeys);
    }
    let (envelope, payload) = opened(bytes)?;
    let message = pre_authentication(&envelope.payload_type, &payload);
    let mut tried = false;
    for signature in envelope.signatures.iter().take(SIGNATURES_MAX) {
        let Some(bytes) = decoded(&signature.sig) else { continue };
        // The name of a key is a hint: without one every key is tried.
        for key in keys.iter().filter(|key| signature.keyid.is_empty() || signature.keyid == key.id()) {
            tried = true;
            if key.verifies(&message, &bytes) {
                return Ok(payload);
            }
        }
    }
    if tried {
        return Err(ReadError::Signature);
    }
    let signed: Vec<&str> =
        envelope.signatures.iter().take(SIGNATURES_MAX).map(|one| one.keyid.as_str()).collect();
    let known: Vec<&str> = keys.iter().map(PublicKey::id).collect();
    let shown = |names: Vec<&str>| match names.as_slice() {
        [] => "nobody".to_owned(),
        names => names.iter().map(|name| short(name)).collect::<Vec<_>>().join(", "),
    };
    Err(ReadError::UnknownKey { signed: shown(signed), known: shown(known) })
}

/// The beginning of a key's name, printable.
fn short(name: &str) -> String {
    let shown: String = name.chars().filter(char::is_ascii_graphic).take(16).collect();
    format!("`{shown}`")
}

/// Readers must take both alphabets (DSSE, section "envelope").
fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

fn check_age(bundle: &Bundle, now: u64, ages: Ages) -> Result<(), ReadError> {
    if bundle.issued > now.saturating_add(ages.leeway_seconds) {
        return Err(ReadError::Future { issued: bundle.issued, now });
    }
    if now > bundle.expires {
        return Err(ReadError::Expired { expires: bundle.expires, now });
    }
    let age = now.saturating_sub(bundle.issued);
    match ages.oldest_seconds {
        Some(oldest) if age > oldest => Err(ReadError::TooOld { age, oldest }),
        _ => Ok(()),
    }
}
