//! Keys that sign bundles: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256, in PEM files (PKCS #8, SPKI).
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use zeroize::Zeroizing;

/// `SubjectPublicKeyInfo` up to the key itself (RFC 8410, section 4; RFC 5480, section 2).
const ED25519_SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const P256_SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const ED25519_KEY_BYTES: usize = 32;
const P256_KEY_BYTES: usize = 65;
/// Bytes of a PEM file of keys at most.
const PEM_BYTES_MAX: usize = 64 << 10;
const PEM_LINE: usize = 64;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Ed25519,
    EcdsaP256,
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("no `-----BEGIN {0}-----` block in the key file; `buckler policy keygen` makes one")]
    NoBlock(&'static str),
    #[error("the key file is damaged: its base64 cannot be read")]
    Base64,
    #[error("the key is neither Ed25519 nor ECDSA P-256; `buckler policy keygen` makes one that is")]
    Kind,
    #[error("the key file has more than {PEM_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the key cannot be made or used to sign")]
    Signing,
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
    id: String,
}

impl PublicKey {
    fn new(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        let mut id = String::new();
        for byte in digest(&SHA256, &spki(algorithm, &bytes)).as_ref() {
            // Writing to a string cannot fail.
            write!(id, "{byte:02x}").unwrap_or_default();
        }
        Self { algorithm, bytes, id }
    }

    /// Every `PUBLIC KEY` block of a PEM file (RFC 7468).
    ///
    /// # Errors
    /// There is none, or one of them is no key that is taken.
    pub fn read_all(pem: &str) -> Result<Vec<Self>, KeyError> {
        let blocks = blocks(pem, "PUBLIC KEY")?;
        blocks.iter().map(|der| Self::from_der(der)).collect()
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let ed = der.strip_prefix(ED25519_SPKI).filter(|key| key.len() == ED25519_KEY_BYTES);
        let p256 = der.strip_prefix(P256_SPKI).filter(|key| key.len() == P256_KEY_BYTES);
        match (ed, p256) {
            (Some(key), _) => Ok(Self::new(Algorithm::Ed25519, key)),
            (_, Some(key)) => Ok(Self::new(Algorithm::EcdsaP256, key)),
            _ => Err(KeyError::Kind),
        }
    }

    /// SHA-256 of its `SubjectPublicKeyInfo`, in lower-case hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// As a PEM file.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &spki(self.algorithm, &self.bytes)).to_string()
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::Ed25519 => {
                UnparsedPublicKey::new(&ED25519, &self.bytes).verify(message, signature).is_ok()
            }
            Algorithm::EcdsaP256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.bytes)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// A key that signs. Its bytes are in no `Debug` and are wiped when they are given up.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    EcdsaP256(EcdsaKeyPair),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningKey({})", self.public.id())
    }
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
            Algorithm::EcdsaP256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random),
        };
        Self::from_pkcs8(document.map_err(|_| KeyError::Signing)?.as_ref())
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pkcs8 = Zeroizing::new(der.to_vec());
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            let public = PublicKey::new(Algorithm::Ed25519, pair.public_key().as_ref());
            return Ok(Self { pair: Pair::Ed25519(pair), public, pkcs8 });
        }
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der).map_err(|_| KeyError::Kind)?;
        let public = PublicKey::new(Algorithm::EcdsaP256, pair.public_key().as_ref());
        Ok(Self { pair: Pair::EcdsaP256(pair), public, pkcs8 })
    }

    /// The first `PRIVATE KEY` block (PKCS #8) of a PEM file.
    ///
    /// # Errors
    /// There is none, or it is no key that is taken.
    pub fn read(pem: &str) -> Result<Self, KeyError> {
        let blocks = blocks(pem, "PRIVATE KEY")?;
        let first = blocks.first().ok_or(KeyError::NoBlock("PRIVATE KEY"))?;
        Self::from_pkcs8(first)
    }

    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// As a PEM file; the caller writes it where only its owner reads.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::EcdsaP256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::Signing),
        }
    }
}

fn spki(algorithm: Algorithm, key: &[u8]) -> Vec<u8> {
    let head = match algorithm {
        Algorithm::Ed25519 => ED25519_SPKI,
        Algorithm::EcdsaP256 => P256_SPKI,
    };
    [head, key].concat()
}

fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let coded = Zeroizing::new(STANDARD.encode(der));
    let mut out = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    let mut rest = coded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(PEM_LINE).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The contents of all blocks of one label.
fn blocks(pem: &str, label: &'static str) -> Result<Vec<Zeroizing<Vec<u8>>>, KeyError> {
    if pem.len() > PEM_BYTES_MAX {
        return Err(KeyError::TooLarge);
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut found = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once(&begin) {
        let (body, next) = after.split_once(&end).ok_or(KeyError::Base64)?;
        let text: Zeroizing<String> =
            Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
        found.push(Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| KeyError::Base64)?));
        rest = next;
    }
    if found.is_empty() { Err(KeyError::NoBlock(label)) } else { Ok(found) }
}
