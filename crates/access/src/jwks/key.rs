//! One key (RFC 7517, section 4; RFC 7518, section 6; RFC 8037), parsed once for the algorithms it may serve.
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use crate::encode;
use crate::json;
use crate::jwt::algorithm::{Algorithm, Kind};
use crate::secret::Secret;

const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 8192;
/// Names of members that only private and symmetric keys have.
const PRIVATE_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a key is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("not an object")]
    NotAnObject,
    #[error("the key type `{0}` is not one that we take")]
    Type(String),
    #[error("the curve `{0}` is not one that we take")]
    Curve(String),
    #[error("the member `{0}` is missing or malformed")]
    Member(&'static str),
    #[error("the private part of the key is published; the issuer must replace it")]
    Private,
    #[error("a symmetric key cannot come from a key set; configure it as a shared secret")]
    Symmetric,
    #[error("it is for `{0}`, not for signatures")]
    Use(String),
    #[error("its algorithm `{0}` does not fit its type, or is not one that we take")]
    Algorithm(String),
    #[error("an RSA key of {0} bits; {RSA_BITS_MIN} to {RSA_BITS_MAX} are taken")]
    RsaBits(usize),
    #[error("the values are no key")]
    Values,
    #[error("the RSA key was made by a faulty library (ROCA, CVE-2017-15361); the issuer must replace it")]
    Roca,
    #[error("a shared secret of {bytes} bytes; {algorithm} needs {bytes_min} (RFC 7518, section 3.2)")]
    SharedTooShort { algorithm: Algorithm, bytes: usize, bytes_min: usize },
}

#[derive(Clone)]
enum Material {
    Public(Vec<(Algorithm, Arc<ParsedPublicKey>)>),
    Shared(Algorithm, Box<hmac::Key>),
}

/// A key that verifies.
#[derive(Clone)]
pub struct Key {
    pub kid: Option<String>,
    material: Material,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.algorithms().map(Algorithm::name).collect();
        write!(formatter, "Key({:?}, {})", self.kid, names.join(" "))
    }
}

impl Key {
    /// Reads a public key of a set.
    pub fn read(value: &Value) -> Result<Self, KeyError> {
        let object = value.as_object().ok_or(KeyError::NotAnObject)?;
        let kty = json::text(object, "kty").ok_or(KeyError::Member("kty"))?;
        if kty == "oct" {
            return Err(KeyError::Symmetric);
        }
        if PRIVATE_MEMBERS.iter().any(|name| object.contains_key(*name)) {
            return Err(KeyError::Private);
        }
        check_use(object)?;
        let kid = match object.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(KeyError::Member("kid")),
        };
        let kind = kind_of(kty, object)?;
        let algorithms = algorithms_of(kind, object)?;
        let parsed = match kind {
            Kind::Rsa => rsa(object, &algorithms)?,
            Kind::P256 | Kind::P384 | Kind::P521 => elliptic(kind, object, &algorithms)?,
            Kind::Ed25519 => {
                let bytes = coordinate(object, "x", 32)?;
                let key = ParsedPublicKey::new(&signature::ED25519, bytes).map_err(|_| KeyError::Values)?;
                vec![(Algorithm::EdDsa, Arc::new(key))]
            }
            Kind::Shared => return Err(KeyError::Symmetric),
        };
        Ok(Self { kid, material: Material::Public(parsed) })
    }

    /// A secret that the owner shares with the issuer, for one algorithm.
    pub fn shared(secret: &Secret, algorithm: Algorithm) -> Result<Self, KeyError> {
        let Some(hash) = algorithm.hmac() else {
            return Err(KeyError::Algorithm(algorithm.name().to_owned()));
        };
        let (bytes, bytes_min) = (secret.expose().len(), hash.digest_algorithm().output_len());
        if bytes < bytes_min {
            return Err(KeyError::SharedTooShort { algorithm, bytes, bytes_min });
        }
        let key = hmac::Key::new(hash, secret.expose());
        Ok(Self { kid: None, material: Material::Shared(algorithm, Box::new(key)) })
    }

    fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        let (public, shared) = match &self.material {
            Material::Public(keys) => (keys.as_slice(), None),
            Material::Shared(algorithm, _) => (&[][..], Some(*algorithm)),
        };
        public.iter().map(|(algorithm, _)| *algorithm).chain(shared)
    }

    #[must_use]
    pub fn takes(&self, algorithm: Algorithm) -> bool {
        self.algorithms().any(|taken| taken == algorithm)
    }

    /// Whether the signature is this key's. `false` for an algorithm that the key does not take.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Shared(own, key) => *own == algorithm && hmac::verify(key, message, signature).is_ok(),
            Material::Public(keys) => keys
                .iter()
                .find(|(own, _)| *own == algorithm)
                .is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok()),
        }
    }
}

/// `use` and `key_ops` (RFC 7517, sections 4.2 and 4.3).
fn check_use(object: &Map<String, Value>) -> Result<(), KeyError> {
    match object.get("use") {
        None => {}
        Some(Value::String(purpose)) if purpose == "sig" => {}
        Some(Value::String(purpose)) => return Err(KeyError::Use(purpose.clone())),
        Some(_) => return Err(KeyError::Member("use")),
    }
    match object.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(purposes)) if purposes.iter().any(|name| name == "verify") => Ok(()),
        Some(Value::Array(_)) => Err(KeyError::Use("other operations".to_owned())),
        Some(_) => Err(KeyError::Member("key_ops")),
    }
}

fn kind_of(kty: &str, object: &Map<String, Value>) -> Result<Kind, KeyError> {
    let curve = json::text(object, "crv");
    match (kty, curve) {
        ("RSA", _) => Ok(Kind::Rsa),
        ("EC", Some("P-256")) => Ok(Kind::P256),
        ("EC", Some("P-384")) => Ok(Kind::P384),
        ("EC", Some("P-521")) => Ok(Kind::P521),
        ("OKP", Some("Ed25519")) => Ok(Kind::Ed25519),
        ("EC" | "OKP", Some(curve)) => Err(KeyError::Curve(curve.to_owned())),
        ("EC" | "OKP", None) => Err(KeyError::Member("crv")),
        _ => Err(KeyError::Type(kty.to_owned())),
    }
}

/// The algorithm that the key names, else all of its kind.
fn algorithms_of(kind: Kind, object: &Map<String, Value>) -> Result<Vec<Algorithm>, KeyError> {
    let fitting = Algorithm::ALL.into_iter().filter(|algorithm| algorithm.kind() == kind);
    match object.get("alg") {
        None => Ok(fitting.collect()),
        Some(Value::String(name)) => {
            let named = Algorithm::named(name).filter(|algorithm| algorithm.kind() == kind);
            named.map(|algorithm| vec![algorithm]).ok_or_else(|| KeyError::Algorithm(name.clone()))
        }
        Some(_) => Err(KeyError::Member("alg")),
    }
}

fn decoded(object: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    json::text(object, name).and_then(encode::from_base64url).ok_or(KeyError::Member(name))
}

/// A coordinate of exactly the curve's length.
fn coordinate(object: &Map<String, Value>, name: &'static str, bytes: usize) -> Result<Vec<u8>, KeyError> {
    decoded(object, name).and_then(
        |value| {
            if value.len() == bytes { Ok(value) } else { Err(KeyError::Member(name)) }
        },
    )
}

type Parsed = Vec<(Algorithm, Arc<ParsedPublicKey>)>;

fn rsa(object: &Map<String, Value>, algorithms: &[Algorithm]) -> Result<Parsed, KeyError> {
    let modulus = decoded(object, "n")?;
    let exponent = decoded(object, "e")?;
    // some issuers write a leading zero byte
    let n = modulus.get(modulus.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default();
    let first = n.first().ok_or(KeyError::Member("n"))?;
    let bits = n.len() * 8 - first.leading_zeros() as usize;
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        return Err(KeyError::RsaBits(bits));
    }
    let e = exponent.get(exponent.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default();
    if !(1..=4).contains(&e.len()) || e == [1] || e.last().is_none_or(|byte| byte % 2 == 0) {
        return Err(KeyError::Member("e"));
    }
    if is_roca(n) {
        return Err(KeyError::Roca);
    }
    let components = RsaPublicKeyComponents { n, e };
    let mut parsed = Vec::with_capacity(algorithms.len());
    for algorithm in algorithms {
        let parameters = algorithm.rsa().ok_or(KeyError::Values)?;
        let key = components.to_parsed_public_key(parameters).map_err(|_| KeyError::Values)?;
        parsed.push((*algorithm, Arc::new(key)));
    }
    Ok(parsed)
}

/// Whether a modulus has the mark of CVE-2017-15361: modulo every small prime it is a power of 65537. A sound key has
/// it with a probability below 2^-27.
fn is_roca(modulus: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
        103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.iter().all(|prime| {
        let rest = modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        (0..*prime).any(|_| {
            power = power * 65_537 % prime;
            power == rest
        })
    })
}

/// An uncompressed point; the library checks that it is on the curve.
fn elliptic(kind: Kind, object: &Map<String, Value>, algorithms: &[Algorithm]) -> Result<Parsed, KeyError> {
    let bytes = match kind {
        Kind::P256 => 32,
        Kind::P384 => 48,
        _ => 66,
    };
    let mut point = vec![4];
    point.extend(coordinate(object, "x", bytes)?);
    point.extend(coordinate(object, "y", bytes)?);
    let mut parsed = Vec::with_capacity(algorithms.len());
    for algorithm in algorithms {
        let rules = algorithm.ecdsa().ok_or(KeyError::Values)?;
        let key = ParsedPublicKey::new(rules, &point).map_err(|_| KeyError::Values)?;
        parsed.push((*algorithm, Arc::new(key)));
    }
    Ok(parsed)
}

/// The thumbprint of a public key (RFC 7638; RFC 8037, section 2), base64url of SHA-256.
#[must_use]
pub fn thumbprint(value: &Value) -> Option<String> {
    let names: &[&str] = match value.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        _ => return None,
    };
    let mut members = Vec::with_capacity(names.len());
    for name in names {
        let text = Value::String(value.get(*name)?.as_str()?.to_owned());
        members.push(format!("\"{name}\":{text}"));
    }
    Some(encode::base64url(&encode::sha256(format!("{{{}}}", members.join(",")).as_bytes())))
}
