//! Signatures, formats and ages of bundles.
use super::*;
use serde_json::{Value, json};

const NOW: u64 = 1_800_000_000;

fn bundle() -> Bundle {
    serde_json::from_value(json!({
        "format": 1, "application": "shop", "issued": NOW - 10, "expires": NOW + 1000,
        "functions": {"orders": {"programs": {"allowed": []}}}
    }))
    .unwrap()
}

fn signed(algorithm: Algorithm) -> (Vec<u8>, PublicKey) {
    let key = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::read(&key.to_pem()).unwrap();
    let public = PublicKey::read_all(&key.public().to_pem()).unwrap().remove(0);
    assert_eq!(public, *key.public());
    (sign(&bundle(), &key).unwrap(), public)
}

fn refused(bytes: &[u8], keys: &[PublicKey], now: u64) -> String {
    read_signed(bytes, keys, now).unwrap_err().to_string()
}

#[test]
fn both_algorithms_hold_and_only_for_their_key() {
    for algorithm in [Algorithm::Ed25519, Algorithm::EcdsaP256] {
        let (bytes, key) = signed(algorithm);
        assert_eq!(read_signed(&bytes, std::slice::from_ref(&key), NOW).unwrap(), bundle());
        let (_, other) = signed(algorithm);
        assert!(refused(&bytes, std::slice::from_ref(&other), NOW).contains("known key"));
        assert_eq!(read_signed(&bytes, &[other, key], NOW).unwrap(), bundle());
    }
}

#[test]
fn every_changed_byte_of_the_payload_is_noticed() {
    let (bytes, key) = signed(Algorithm::Ed25519);
    let envelope: Value = serde_json::from_slice(&bytes).unwrap();
    let payload = decoded(envelope["payload"].as_str().unwrap()).unwrap();
    for at in 0..payload.len() {
        let mut changed = payload.clone();
        changed[at] ^= 1;
        let mut envelope = envelope.clone();
        envelope["payload"] = STANDARD.encode(&changed).into();
        assert!(matches!(
            read_signed(envelope.to_string().as_bytes(), std::slice::from_ref(&key), NOW),
            Err(ReadError::Signature)
        ));
    }
}

#[test]
fn a_key_id_is_a_hint_and_no_proof() {
    let (bytes, key) = signed(Algorithm::EcdsaP256);
    let mut envelope: Value = serde_json::from_slice(&bytes).unwrap();
    envelope["signatures"][0]["keyid"] = "".into();
    assert!(read_signed(envelope.to_string().as_bytes(), std::slice::from_ref(&key), NOW).is_ok());
    let (_, other) = signed(Algorithm::EcdsaP256);
    envelope["signatures"][0]["keyid"] = other.id().into();
    assert!(matches!(read_signed(envelope.to_string().as_bytes(), &[other], NOW), Err(ReadError::Signature)));
    envelope["signatures"] = json!([]);
    assert!(read_signed(envelope.to_string().as_bytes(), &[key], NOW).is_err());
}

#[test]
fn the_type_of_the_payload_is_part_of_what_is_signed() {
    let (bytes, key) = signed(Algorithm::Ed25519);
    let mut envelope: Value = serde_json::from_slice(&bytes).unwrap();
    envelope["payloadType"] = "application/vnd.in-toto+json".into();
    assert!(refused(envelope.to_string().as_bytes(), &[key], NOW).contains("in-toto"));
}

#[test]
fn ages() {
    let (bytes, key) = signed(Algorithm::Ed25519);
    let keys = [key];
    assert!(refused(&bytes, &keys, NOW + 1001).contains("expired"));
    assert!(refused(&bytes, &keys, NOW - 10 - LEEWAY_SECONDS - 1).contains("later than now"));
    assert!(read_signed(&bytes, &keys, NOW - 10 - LEEWAY_SECONDS).is_ok());
    let old = Ages { oldest_seconds: Some(5), ..Ages::default() };
    assert!(matches!(
        read_signed_within(&bytes, &keys, NOW, old),
        Err(ReadError::TooOld { age: 10, oldest: 5 })
    ));
}

#[test]
fn what_is_not_understood_is_refused() {
    for (text, word) in [
        ("{}", "missing field"),
        ("[]", "not an object"),
        (r#"{"format":2,"application":"a","issued":0,"expires":1,"functions":{}}"#, "format 2"),
        (r#"{"format":1,"application":"a","issued":0,"expires":1,"functions":{},"more":1}"#, "unknown field"),
        (
            r#"{"format":1,"format":1,"application":"a","issued":0,"expires":1,"functions":{}}"#,
            "stands twice",
        ),
        (
            r#"{"format":1,"application":"a","issued":0,"expires":1,"functions":{"f":{},"f":{"mode":"off"}}}"#,
            "stands twice",
        ),
        (
            r#"{"format":1,"application":"a","issued":0,"expires":1,"functions":{"f":{"mode":"maybe"}}}"#,
            "maybe",
        ),
    ] {
        assert!(read(text.as_bytes()).unwrap_err().to_string().contains(word), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(read(deep.as_bytes()).is_err());
    let large = vec![b' '; ENVELOPE_BYTES_MAX + 1];
    let (_, key) = signed(Algorithm::Ed25519);
    assert!(matches!(read_signed(&large, &[key], NOW), Err(ReadError::TooLarge { .. })));
    let (bytes, _) = signed(Algorithm::Ed25519);
    assert!(matches!(read_signed(&bytes, &[], NOW), Err(ReadError::NoKeys)));
}

#[test]
fn a_key_never_shows_itself() {
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public().id()));
    assert_eq!(SigningKey::read("hello").unwrap_err(), KeyError::NoBlock("PRIVATE KEY"));
    assert!(PublicKey::read_all("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----").is_err());
}
