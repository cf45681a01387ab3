//! The compact form (RFC 7515, section 3.1): three parts, a header that may not steer us.
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::error::JwtError;
use crate::{encode, json};

/// Most bytes of a decoded header.
const HEADER_BYTES_MAX: usize = 4096;
/// Most bytes of a key's name.
const KID_BYTES_MAX: usize = 256;
const TYP_BYTES_MAX: usize = 64;
/// Header members that bring keys, change what is signed, or must be understood.
const REFUSED_MEMBERS: &[&str] = &["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip"];
/// Header members that only encrypted or nested tokens have.
const ENCRYPTION_MEMBERS: &[&str] = &["enc", "epk", "apu", "apv", "p2s", "p2c"];

/// What of a header we use.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    /// Lowercase, without `application/`.
    pub(crate) typ: Option<String>,
    /// The public key that a DPoP proof carries; elsewhere its presence is an error.
    pub(crate) jwk: Option<Value>,
}

/// A token taken apart; its signature is not verified.
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    /// What is signed: header, dot, payload, as they stand.
    pub(crate) message: &'a str,
    payload: &'a str,
    pub(crate) signature: Vec<u8>,
    bytes_max: usize,
}

impl<'a> Compact<'a> {
    /// Takes a token apart.
    pub(crate) fn read(token: &'a str, bytes_max: usize) -> Result<Self, JwtError> {
        Self::read_with(token, bytes_max, Header::read)
    }

    /// Takes a DPoP proof apart, the one token that carries its own key.
    pub(crate) fn read_proof(token: &'a str, bytes_max: usize) -> Result<Self, JwtError> {
        Self::read_with(token, bytes_max, Header::read_proof)
    }

    fn read_with(
        token: &'a str,
        bytes_max: usize,
        read: fn(Map<String, Value>) -> Result<Header, JwtError>,
    ) -> Result<Self, JwtError> {
        if token.len() > bytes_max {
            return Err(JwtError::TooLarge { bytes: token.len(), bytes_max });
        }
        let parts = token.bytes().filter(|byte| *byte == b'.').count() + 1;
        if parts == 5 {
            return Err(JwtError::Encrypted);
        }
        let split = token.rsplit_once('.').and_then(|(message, signature)| {
            message.split_once('.').map(|(header, payload)| (message, header, payload, signature))
        });
        let (3, Some((message, header, payload, signature))) = (parts, split) else {
            return Err(JwtError::Parts(parts));
        };
        let header = encode::from_base64url(header).ok_or(JwtError::Base64("header"))?;
        let header = json::object(&header, HEADER_BYTES_MAX)
            .map_err(|error| JwtError::Json { part: "header", error })?;
        let header = read(header)?;
        let signature = encode::from_base64url(signature).ok_or(JwtError::Base64("signature"))?;
        if signature.is_empty() {
            return Err(JwtError::None);
        }
        Ok(Self { header, message, payload, signature, bytes_max })
    }

    /// The claims, read strictly.
    pub(crate) fn claims(&self) -> Result<Map<String, Value>, JwtError> {
        let bytes = encode::from_base64url(self.payload).ok_or(JwtError::Base64("payload"))?;
        json::object(&bytes, self.bytes_max).map_err(|error| JwtError::Json { part: "payload", error })
    }
}

impl Header {
    fn read(object: Map<String, Value>) -> Result<Self, JwtError> {
        if let Some(name) = REFUSED_MEMBERS.iter().find(|name| object.contains_key(**name)) {
            return Err(JwtError::HeaderMember(name));
        }
        Self::read_members(&object, None)
    }

    fn read_proof(mut object: Map<String, Value>) -> Result<Self, JwtError> {
        let jwk = object.shift_remove("jwk").ok_or(JwtError::HeaderMalformed("jwk"))?;
        if let Some(name) = REFUSED_MEMBERS.iter().find(|name| object.contains_key(**name)) {
            return Err(JwtError::HeaderMember(name));
        }
        Self::read_members(&object, Some(jwk))
    }

    fn read_members(object: &Map<String, Value>, jwk: Option<Value>) -> Result<Self, JwtError> {
        if ENCRYPTION_MEMBERS.iter().any(|name| object.contains_key(*name)) {
            return Err(JwtError::Encrypted);
        }
        let alg = member(object, "alg", 64)?.ok_or(JwtError::HeaderMalformed("alg"))?;
        if alg.eq_ignore_ascii_case("none") {
            return Err(JwtError::None);
        }
        let algorithm = Algorithm::named(&alg).ok_or(JwtError::AlgorithmUnknown(alg))?;
        let kid = member(object, "kid", KID_BYTES_MAX)?;
        let typ = member(object, "typ", TYP_BYTES_MAX)?.map(|typ| {
            let typ = typ.to_ascii_lowercase();
            typ.strip_prefix("application/").map_or(typ.clone(), str::to_owned)
        });
        // a token in a token is not read
        if member(object, "cty", TYP_BYTES_MAX)?.is_some_and(|cty| cty.to_ascii_lowercase().contains("jwt")) {
            return Err(JwtError::HeaderMember("cty"));
        }
        Ok(Self { algorithm, kid, typ, jwk })
    }
}

/// A member of printable ASCII; a name of a key is only ever compared.
fn member(
    object: &Map<String, Value>,
    name: &'static str,
    bytes_max: usize,
) -> Result<Option<String>, JwtError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text))
            if (1..=bytes_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some(text.clone()))
        }
        Some(_) => Err(JwtError::HeaderMalformed(name)),
    }
}
