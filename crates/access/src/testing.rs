//! What tests share: keys made once, tokens, answers.
use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair};
use serde_json::{Map, Value, json};

use crate::exchange::Answer;
use crate::jwks::KeySet;
use crate::jwt::{Algorithm, SigningKey};
use crate::secret::Secret;

/// 2026-01-01.
pub(crate) const NOW: u64 = 1_767_225_600;

static RSA: LazyLock<Secret> = LazyLock::new(|| rsa(KeySize::Rsa2048));
static P256: LazyLock<Secret> = LazyLock::new(|| elliptic(Algorithm::ES256));
static P384: LazyLock<Secret> = LazyLock::new(|| elliptic(Algorithm::ES384));
static P521: LazyLock<Secret> = LazyLock::new(|| elliptic(Algorithm::ES512));
static ED25519: LazyLock<Secret> =
    LazyLock::new(|| Secret::new(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()));

pub(crate) fn rsa(size: KeySize) -> Secret {
    let pair = RsaPair::generate(size).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    Secret::new(der.as_ref())
}

fn elliptic(algorithm: Algorithm) -> Secret {
    let rules = algorithm.ecdsa_signing().unwrap();
    Secret::new(EcdsaKeyPair::generate_pkcs8(rules, &SystemRandom::new()).unwrap().as_ref())
}

/// A key of this algorithm's kind, the same in all tests of a run.
pub(crate) fn signer(algorithm: Algorithm, kid: &str) -> SigningKey {
    let secret = match algorithm.name() {
        "ES256" => P256.clone(),
        "ES384" => P384.clone(),
        "ES512" => P521.clone(),
        "EdDSA" => ED25519.clone(),
        name if name.starts_with("HS") => Secret::new([7; 64]),
        _ => RSA.clone(),
    };
    SigningKey::new(algorithm, Some(kid), &secret).unwrap()
}

/// Another key than [`signer`] gives.
pub(crate) fn other_signer(kid: &str) -> SigningKey {
    SigningKey::new(Algorithm::ES256, Some(kid), &elliptic(Algorithm::ES256)).unwrap()
}

/// The set that publishes these keys.
pub(crate) fn set(keys: &[&SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.public_jwk().unwrap()).collect::<Vec<_>>() })
}

pub(crate) fn key_set(keys: &[&SigningKey]) -> KeySet {
    KeySet::read(set(keys).to_string().as_bytes()).unwrap()
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// The claims of an ordinary access token.
pub(crate) fn claims() -> Map<String, Value> {
    object(json!({
        "iss": "https://issuer.example",
        "aud": "orders",
        "sub": "alice",
        "exp": NOW + 600,
        "iat": NOW - 10,
        "scope": "read write",
    }))
}

/// The claims with changes; `null` takes a claim away.
pub(crate) fn claims_with(changes: Value) -> Map<String, Value> {
    let mut claims = claims();
    for (name, value) in object(changes) {
        if value.is_null() {
            claims.shift_remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    claims
}

pub(crate) fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}

/// A corpus's folder, or a program; says so when it is absent.
#[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
pub(crate) fn corpus(name: &str) -> Option<String> {
    let found = std::env::var(name).ok();
    if found.is_none() {
        println!("skipped: {name} is not set");
    }
    found
}

/// A JSON file of a corpus.
#[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
pub(crate) fn read_json(path: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
