//! JSON Web Tokens: JWS compact form (RFC 7515, RFC 7519), as RFC 8725 says to read them.
//!
//! The owner pins issuer, algorithms and audience; nothing in a token chooses how it is verified. A token names a key
//! (`kid`) only as data that is looked up among the keys of its issuer.
pub mod algorithm;
mod claims;
mod compact;
pub mod config;
mod error;
mod sign;
#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use claims::Confirmation;
pub use config::{Binding, ConfigError, Issuer, Keys, Provider};
pub use error::JwtError;
pub use sign::{SignError, SigningKey};

pub(crate) use claims::{seconds, texts};
pub(crate) use compact::{Compact, Header};

use serde_json::{Map, Value};

use crate::encode;
use crate::identity::{Authentication, Identity, Method};
use crate::jwks::KeySet;

/// Verifies the tokens of one issuer.
#[derive(Clone, Debug)]
pub struct Verifier {
    config: Issuer,
}

/// What the client proved beside the token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proofs<'a> {
    /// The thumbprint of the key whose DPoP proof was verified ([`crate::dpop`]), base64url.
    pub dpop_key: Option<&'a str>,
    /// SHA-256 of the client certificate that the TLS connection verified, base64url ([`crate::certificate`]).
    pub certificate: Option<&'a str>,
}

/// A token whose signature, issuer, audience and times hold. It yields an identity only with the proofs that it asks for.
#[derive(Clone)]
pub struct Verified {
    pub confirmation: Confirmation,
    identity: Identity,
    binding: Binding,
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Verified({} of {})", self.identity.subject, self.identity.issuer)
    }
}

impl Verified {
    /// The identity, when the client proved to hold the key that the token is bound to (RFC 9449, RFC 8705).
    pub fn identity(mut self, proofs: Proofs<'_>) -> Result<Identity, JwtError> {
        let (dpop, certificate) = self.confirmation.proven(proofs)?;
        let is_enough = match self.binding {
            Binding::Optional => true,
            Binding::Dpop => dpop,
            Binding::Certificate => certificate,
            Binding::Required => dpop || certificate,
        };
        if !is_enough {
            return Err(JwtError::NotBound);
        }
        self.identity.authentication.bound = dpop || certificate;
        Ok(self.identity)
    }
}

/// The issuer that a token names, before anything is verified: only to choose among configured issuers.
pub fn issuer_of(token: &str) -> Result<String, JwtError> {
    let compact = Compact::read(token, config::TOKEN_BYTES_MAX)?;
    let claims = compact.claims()?;
    match claims.get("iss") {
        Some(Value::String(issuer)) => Ok(issuer.clone()),
        Some(_) => Err(JwtError::Claim("iss".to_owned())),
        None => Err(JwtError::Missing("iss".to_owned())),
    }
}

/// Whether a key of the set signed the token. A shared secret has no name: there the token's `kid` does not count.
pub(crate) fn check_signature(compact: &Compact<'_>, keys: &KeySet, is_shared: bool) -> Result<(), JwtError> {
    let algorithm = compact.header.algorithm;
    let kid = if is_shared { None } else { compact.header.kid.as_deref() };
    let mut is_any = false;
    for key in keys.candidates(kid, algorithm) {
        is_any = true;
        if key.verifies(algorithm, compact.message.as_bytes(), &compact.signature) {
            return Ok(());
        }
    }
    match kid {
        _ if is_any => Err(JwtError::Signature),
        Some(kid) if !keys.knows(kid) => Err(JwtError::UnknownKey(Some(kid.to_owned()))),
        Some(kid) => Err(JwtError::KeyNotForAlgorithm { kid: kid.to_owned(), algorithm }),
        None => Err(JwtError::UnknownKey(None)),
    }
}

impl Verifier {
    /// Checks the configuration: what would accept too much is refused here.
    pub fn new(config: Issuer) -> Result<Self, ConfigError> {
        Ok(Self { config: config.checked()? })
    }

    #[must_use]
    pub fn config(&self) -> &Issuer {
        &self.config
    }

    /// Verifies a token at a moment (seconds since 1970-01-01). [`JwtError::UnknownKey`] means: ask the issuer's
    /// [`crate::jwks::Source`] whether it may fetch its keys again.
    pub fn verify(&self, token: &str, keys: &KeySet, now: u64) -> Result<Verified, JwtError> {
        let compact = Compact::read(token, self.config.token_bytes_max)?;
        self.check_header(&compact.header)?;
        check_signature(&compact, keys, self.config.is_shared())?;
        let object = compact.claims()?;
        claims::check(&self.config, &object, now)?;
        let confirmation = Confirmation::read(&object)?;
        let identity = self.identity(object, compact.message)?;
        Ok(Verified { confirmation, identity, binding: self.config.binding })
    }

    fn check_header(&self, header: &Header) -> Result<(), JwtError> {
        if !self.config.algorithms().contains(&header.algorithm) {
            return Err(JwtError::AlgorithmNotPinned(header.algorithm.name().to_owned()));
        }
        if let Some(typ) = &header.typ
            && !self.config.types.iter().any(|taken| taken.eq_ignore_ascii_case(typ))
        {
            return Err(JwtError::Type(typ.clone()));
        }
        if header.typ.is_none() && self.config.type_required {
            return Err(JwtError::Type("none".to_owned()));
        }
        Ok(())
    }

    fn identity(&self, object: Map<String, Value>, message: &str) -> Result<Identity, JwtError> {
        let subject = claims::subject(&self.config, &object)?;
        let methods = claims::texts(&object, &["amr".to_owned()]);
        Ok(Identity {
            subject,
            issuer: self.config.issuer.clone(),
            method: Method::Jwt,
            scopes: claims::scopes(&self.config, &object),
            roles: claims::texts(&object, &self.config.role_claims),
            groups: claims::texts(&object, &self.config.group_claims),
            authentication: Authentication {
                context: object.get("acr").and_then(Value::as_str).map(str::to_owned),
                methods,
                time: object.get("auth_time").and_then(seconds),
                bound: false,
            },
            expires: object.get("exp").and_then(seconds),
            claims: object.into_iter().collect(),
            // what is signed, not the signature: an ECDSA signature can be changed into another valid one
            credential: encode::base64url(&encode::sha256(message.as_bytes())),
        })
    }
}
