//! Tokens that we sign ourselves: client assertions (RFC 7523), and the tokens of tests.
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use aws_lc_rs::{hmac, rsa};
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Kind};
use crate::encode;
use crate::secret::Secret;

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the private key is not PKCS #8 (PEM or DER) of the kind that {0} takes")]
    Key(Algorithm),
    #[error("signing with {0} failed")]
    Failed(Algorithm),
}

#[derive(Clone)]
enum Pair {
    Rsa(Arc<RsaKeyPair>),
    Ecdsa(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
    Shared(Box<hmac::Key>),
}

/// A private key with its algorithm and name.
#[derive(Clone)]
pub struct SigningKey {
    pub algorithm: Algorithm,
    pub kid: Option<String>,
    pair: Pair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({:?}, {})", self.kid, self.algorithm)
    }
}

/// The bytes in a PEM block, or the bytes themselves.
fn der(key: &[u8]) -> Option<Secret> {
    let Some(text) = std::str::from_utf8(key).ok().filter(|text| text.contains("-----BEGIN")) else {
        return Some(Secret::new(key));
    };
    let (_, rest) = text.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    encode::from_base64(&body).map(Secret::new)
}

impl SigningKey {
    /// A private key in PKCS #8, PEM or DER; for HS256 and its like the secret itself.
    pub fn new(algorithm: Algorithm, kid: Option<&str>, key: &Secret) -> Result<Self, SignError> {
        let wrong = SignError::Key(algorithm);
        let pair = match (algorithm.kind(), algorithm.hmac(), algorithm.ecdsa_signing()) {
            (Kind::Shared, Some(hash), _) => Pair::Shared(Box::new(hmac::Key::new(hash, key.expose()))),
            (Kind::Rsa, ..) => {
                let key = der(key.expose()).ok_or(wrong)?;
                Pair::Rsa(Arc::new(rsa::KeyPair::from_pkcs8(key.expose()).map_err(|_| wrong)?))
            }
            (Kind::Ed25519, ..) => {
                let key = der(key.expose()).ok_or(wrong)?;
                Pair::Ed25519(Arc::new(
                    Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.expose()).map_err(|_| wrong)?,
                ))
            }
            (_, _, Some(rules)) => {
                let key = der(key.expose()).ok_or(wrong)?;
                Pair::Ecdsa(Arc::new(EcdsaKeyPair::from_pkcs8(rules, key.expose()).map_err(|_| wrong)?))
            }
            _ => return Err(wrong),
        };
        Ok(Self { algorithm, kid: kid.map(str::to_owned), pair })
    }

    /// The public key (RFC 7517), with `kid`, `alg` and `use`; `None` for a shared secret.
    #[must_use]
    pub fn public_jwk(&self) -> Option<Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
        match &self.pair {
            Pair::Shared(_) => return None,
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                put("kty", "RSA");
                put("n", &encode::base64url(key.modulus().big_endian_without_leading_zero()));
                put("e", &encode::base64url(key.exponent().big_endian_without_leading_zero()));
            }
            Pair::Ed25519(pair) => {
                put("kty", "OKP");
                put("crv", "Ed25519");
                put("x", &encode::base64url(pair.public_key().as_ref()));
            }
            Pair::Ecdsa(pair) => {
                let curve = match self.algorithm.kind() {
                    Kind::P256 => "P-256",
                    Kind::P384 => "P-384",
                    _ => "P-521",
                };
                let point = pair.public_key().as_ref().get(1..)?;
                let (x, y) = point.split_at_checked(point.len() / 2)?;
                put("kty", "EC");
                put("crv", curve);
                put("x", &encode::base64url(x));
                put("y", &encode::base64url(y));
            }
        }
        put("alg", self.algorithm.name());
        put("use", "sig");
        if let Some(kid) = &self.kid {
            put("kid", kid);
        }
        Some(Value::Object(members))
    }

    /// Signs bytes.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let failed = SignError::Failed(self.algorithm);
        match &self.pair {
            Pair::Shared(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let padding = self.algorithm.rsa_signing().ok_or(failed)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut signature).map_err(|_| failed)?;
                Ok(signature)
            }
        }
    }

    /// A signed token with these claims and this `typ`.
    pub fn token(&self, typ: &str, claims: Map<String, Value>) -> Result<String, SignError> {
        let mut header = Map::new();
        header.insert("typ".to_owned(), typ.into());
        if let Some(kid) = &self.kid {
            header.insert("kid".to_owned(), kid.as_str().into());
        }
        self.token_with(header, claims)
    }

    /// A signed token whose header holds further members (a DPoP proof's `jwk`).
    pub fn token_with(
        &self,
        mut header: Map<String, Value>,
        claims: Map<String, Value>,
    ) -> Result<String, SignError> {
        header.insert("alg".to_owned(), self.algorithm.name().into());
        let header = encode::base64url(Value::Object(header).to_string().as_bytes());
        let payload = encode::base64url(Value::Object(claims).to_string().as_bytes());
        let message = format!("{header}.{payload}");
        let signature = encode::base64url(&self.sign(message.as_bytes())?);
        Ok(format!("{message}.{signature}"))
    }
}
