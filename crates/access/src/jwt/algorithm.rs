//! Signature algorithms of JWS (RFC 7518, section 3; RFC 8037), each with the one kind of key that it takes.
use std::fmt;

use aws_lc_rs::signature::{self, EcdsaVerificationAlgorithm, RsaParameters};
use aws_lc_rs::{hmac, signature as sig};
use serde::Deserialize;

/// An algorithm that we take. `none` is not among them and cannot be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    #[serde(rename = "EdDSA")]
    EdDsa,
    HS256,
    HS384,
    HS512,
}

/// The kind of key that an algorithm takes; a key of another kind is never tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
    Shared,
}

impl Algorithm {
    pub const ALL: [Self; 13] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDsa,
        Self::HS256,
        Self::HS384,
        Self::HS512,
    ];

    /// The algorithm of exactly this name; letter case counts.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa); // RFC 9864's name for the same
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => Kind::Rsa,
            Self::ES256 => Kind::P256,
            Self::ES384 => Kind::P384,
            Self::ES512 => Kind::P521,
            Self::EdDsa => Kind::Ed25519,
            Self::HS256 | Self::HS384 | Self::HS512 => Kind::Shared,
        }
    }

    pub(crate) fn rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Self::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            Self::PS256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
            Self::PS384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
            Self::PS512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }

    pub(crate) fn rsa_signing(self) -> Option<&'static dyn sig::RsaEncoding> {
        match self {
            Self::RS256 => Some(&sig::RSA_PKCS1_SHA256),
            Self::RS384 => Some(&sig::RSA_PKCS1_SHA384),
            Self::RS512 => Some(&sig::RSA_PKCS1_SHA512),
            Self::PS256 => Some(&sig::RSA_PSS_SHA256),
            Self::PS384 => Some(&sig::RSA_PSS_SHA384),
            Self::PS512 => Some(&sig::RSA_PSS_SHA512),
            _ => None,
        }
    }

    pub(crate) fn ecdsa(self) -> Option<&'static EcdsaVerificationAlgorithm> {
        match self {
            Self::ES256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
            Self::ES384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
            Self::ES512 => Some(&signature::ECDSA_P521_SHA512_FIXED),
            _ => None,
        }
    }

    pub(crate) fn ecdsa_signing(self) -> Option<&'static sig::EcdsaSigningAlgorithm> {
        match self {
            Self::ES256 => Some(&sig::ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::ES384 => Some(&sig::ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::ES512 => Some(&sig::ECDSA_P521_SHA512_FIXED_SIGNING),
            _ => None,
        }
    }

    pub(crate) fn hmac(self) -> Option<hmac::Algorithm> {
        match self {
            Self::HS256 => Some(hmac::HMAC_SHA256),
            Self::HS384 => Some(hmac::HMAC_SHA384),
            Self::HS512 => Some(hmac::HMAC_SHA512),
            _ => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
