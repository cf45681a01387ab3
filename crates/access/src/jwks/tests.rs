//! Tests of key sets and of the time when they are fetched.
use aws_lc_rs::rsa::KeySize;
use serde_json::{Value, json};

use super::fetch::Metadata;
use super::*;
use crate::exchange::Answer;
use crate::jwt::SigningKey;
use crate::testing::{NOW, answer, rsa, set, signer};

fn url() -> url::Url {
    url::Url::parse("https://issuer.example/keys").unwrap()
}

fn with_cache(body: &Value, value: &str) -> Answer {
    Answer { headers: vec![("Cache-Control".to_owned(), value.to_owned())], ..answer(200, body) }
}

/// One key with changes; `null` takes a member away.
fn reason(changes: Value) -> KeyError {
    let mut key = signer(Algorithm::RS256, "k").public_jwk().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => key.as_object_mut().unwrap().shift_remove(name),
            value => key.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    Key::read(&key).unwrap_err()
}

#[test]
fn keys_that_may_not_serve_are_left_out_with_a_reason() {
    let ec = signer(Algorithm::ES256, "k").public_jwk().unwrap();
    let reasons = [
        reason(json!({"use": "enc"})),
        reason(json!({"key_ops": ["sign"]})),
        reason(json!({"alg": "RS1"})),
        reason(json!({"alg": "ES256"})),
        reason(json!({"alg": "HS256"})),
        reason(json!({"kty": "oct", "k": "AAAA"})),
        reason(json!({"kty": "rsa"})),
        reason(json!({"kty": null})),
        reason(json!({"d": "AAAA"})),
        reason(json!({"n": "AQAB"})),
        reason(json!({"n": "AQ=="})),
        reason(json!({"e": "AQ"})),
        reason(json!({"e": "Ag"})),
        reason(json!({"e": null})),
        reason(json!({"kid": 7})),
        reason(json!({"kty": "EC", "crv": "secp256k1", "alg": null})),
        reason(json!({"kty": "EC", "crv": "P-256", "alg": null, "x": ec["x"], "y": ec["x"]})),
        reason(json!({"kty": "EC", "crv": "P-256", "alg": null, "x": "AA", "y": "AA"})),
        reason(json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "x": ec["x"], "y": ec["y"]})),
        reason(json!({"kty": "OKP", "crv": "X25519", "alg": null})),
    ];
    let text: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    expect_test::expect![[r#"
        it is for `enc`, not for signatures
        it is for `other operations`, not for signatures
        its algorithm `RS1` does not fit its type, or is not one that we take
        its algorithm `ES256` does not fit its type, or is not one that we take
        its algorithm `HS256` does not fit its type, or is not one that we take
        a symmetric key cannot come from a key set; configure it as a shared secret
        the key type `rsa` is not one that we take
        the member `kty` is missing or malformed
        the private part of the key is published; the issuer must replace it
        an RSA key of 17 bits; 2048 to 8192 are taken
        the member `n` is missing or malformed
        the member `e` is missing or malformed
        the member `e` is missing or malformed
        the member `e` is missing or malformed
        the member `kid` is missing or malformed
        the curve `secp256k1` is not one that we take
        the values are no key
        the member `x` is missing or malformed
        the member `x` is missing or malformed
        the curve `X25519` is not one that we take"#]]
    .assert_eq(&text.join("\n"));
}

#[test]
fn weak_keys_are_refused() {
    // the library makes no key below 2048 bits: a modulus cut short stands for one
    let key = signer(Algorithm::RS256, "k").public_jwk().unwrap();
    let n = crate::encode::from_base64url(key["n"].as_str().unwrap()).unwrap();
    let short = crate::encode::base64url(&n[..128]);
    assert_eq!(reason(json!({"n": short})), KeyError::RsaBits(1024));
    let padded = crate::encode::base64url(&[vec![0; 3], n].concat());
    let mut key = key;
    key["n"] = padded.into();
    assert!(Key::read(&key).is_ok(), "leading zeros do not count");
    let large = SigningKey::new(Algorithm::RS256, None, &rsa(KeySize::Rsa3072)).unwrap();
    assert!(Key::read(&large.public_jwk().unwrap()).is_ok());
}

#[test]
fn sets_have_limits() {
    let key = signer(Algorithm::ES256, "k").public_jwk().unwrap();
    let many = json!({"keys": vec![key.clone(); SET_KEYS_MAX + 1]}).to_string();
    assert_eq!(KeySet::read(many.as_bytes()).unwrap_err(), SetError::TooManyKeys(65));
    assert_eq!(KeySet::read(b"{}").unwrap_err(), SetError::NoKeys);
    assert!(matches!(KeySet::read(br#"{"keys": []}"#).unwrap_err(), SetError::NoneUsable(_)));
    assert!(matches!(KeySet::read(b"[]").unwrap_err(), SetError::Json(_)));
    let twice = r#"{"keys": [], "keys": []}"#;
    assert!(matches!(KeySet::read(twice.as_bytes()).unwrap_err(), SetError::Json(_)));
    let large = vec![b' '; SET_BYTES_MAX + 1];
    assert!(matches!(KeySet::read(&large).unwrap_err(), SetError::Json(_)));
    let mixed = json!({"keys": [key, {"kty": "oct", "kid": "s", "k": "AAAA"}, 7]}).to_string();
    let set = KeySet::read(mixed.as_bytes()).unwrap();
    assert_eq!((set.len(), set.skipped.len()), (1, 2));
}

#[test]
fn keys_come_serve_while_new_ones_come_and_stay_when_the_issuer_is_down() {
    let key = signer(Algorithm::ES256, "k1");
    let mut source = Source::at(url(), Refresh::default());
    let first = source.step(NOW);
    assert!(first.keys.is_none());
    assert_eq!(first.ask.unwrap().url, url());
    let second = source.step(NOW);
    assert!(second.ask.is_none() && second.is_under_way, "one fetch at a time");
    assert!(source.answered(&with_cache(&set(&[&key]), "public, max-age=600"), NOW).unwrap().is_none());
    let fresh = source.step(NOW + 599);
    assert!(fresh.keys.is_some() && fresh.ask.is_none());
    let stale = source.step(NOW + 600);
    assert!(stale.keys.is_some() && stale.ask.is_some(), "old keys serve meanwhile");
    assert_eq!(source.answered(&answer(503, &json!({})), NOW + 601).unwrap_err(), SourceError::Status(503));
    assert!(source.step(NOW + 605).ask.is_none(), "not again at once");
    assert!(source.step(NOW + 606).ask.is_some());
    source.failed("no route", NOW + 607);
    assert!(source.step(NOW + 616).ask.is_none(), "the wait doubles");
    assert!(source.step(NOW + 86_400).keys.is_some());
    assert!(source.step(NOW + 86_401).keys.is_none(), "then the door closes");
}

#[test]
fn cache_control_is_held_within_bounds() {
    let key = signer(Algorithm::ES256, "k1");
    for (value, due) in [
        ("max-age=1", 300),
        ("no-store", 300),
        ("max-age=99999999", 86_400),
        ("max-age=\"1000\"", 1000),
        ("private", 3600),
        ("max-age=x", 3600),
    ] {
        let mut source = Source::at(url(), Refresh::default());
        source.step(NOW);
        source.answered(&with_cache(&set(&[&key]), value), NOW).unwrap();
        assert!(source.step(NOW + due - 1).ask.is_none(), "{value}");
        assert!(source.step(NOW + due).ask.is_some(), "{value}");
    }
    let mut source = Source::at(url(), Refresh::default());
    source.step(NOW);
    let mut aged = with_cache(&set(&[&key]), "max-age=1000");
    aged.headers.push(("age".to_owned(), "400".to_owned()));
    source.answered(&aged, NOW).unwrap();
    assert!(source.step(NOW + 600).ask.is_some());
}

#[test]
fn invented_names_of_keys_make_few_fetches() {
    let key = signer(Algorithm::ES256, "k1");
    let mut source = Source::at(url(), Refresh::default());
    source.step(NOW);
    source.answered(&answer(200, &set(&[&key])), NOW).unwrap();
    let mut fetches = 0;
    for second in 0..600 {
        for number in 0..10 {
            let kid = format!("x{second}-{number}");
            if source.missed(Some(&kid), NOW + 1 + second).is_some() {
                fetches += 1;
                source.answered(&answer(200, &set(&[&key])), NOW + 1 + second).unwrap();
            }
        }
    }
    assert_eq!(fetches, 20, "6,000 names, a fetch every 30 seconds");
    assert!(source.missed(None, NOW + 5000).is_none());
    assert!(source.missed(Some("y"), NOW + 5000).is_some());
    source.answered(&answer(200, &set(&[&key])), NOW + 5000).unwrap();
    assert!(source.missed(Some("y"), NOW + 5100).is_none(), "known to be unknown");
    assert!(source.missed(Some("y"), NOW + 5300).is_some());
}

#[test]
fn a_new_key_is_found_by_its_name() {
    let (old, new) = (signer(Algorithm::ES256, "k1"), signer(Algorithm::ES384, "k2"));
    let mut source = Source::at(url(), Refresh::default());
    source.step(NOW);
    source.answered(&answer(200, &set(&[&old])), NOW).unwrap();
    assert!(source.missed(Some("k2"), NOW + 60).is_some());
    source.answered(&answer(200, &set(&[&old, &new])), NOW + 60).unwrap();
    assert!(source.step(NOW + 60).keys.unwrap().knows("k2"));
}

#[test]
fn a_bad_set_does_not_replace_a_good_one() {
    let key = signer(Algorithm::ES256, "k1");
    let mut source = Source::at(url(), Refresh::default());
    source.step(NOW);
    source.answered(&answer(200, &set(&[&key])), NOW).unwrap();
    for bad in [json!({"keys": []}), json!({}), json!({"keys": [{"kty": "oct"}]})] {
        let mut source = source.clone();
        assert!(source.step(NOW + 4000).ask.is_some());
        assert!(source.answered(&answer(200, &bad), NOW + 4000).is_err());
        assert!(source.step(NOW + 4000).keys.unwrap().knows("k1"));
    }
    assert_eq!(source.answered(&answer(200, &set(&[&key])), NOW).unwrap_err(), SourceError::NotAsked);
}

fn document(issuer: &str) -> Value {
    json!({"issuer": issuer, "jwks_uri": "https://keys.example/set", "token_endpoint": "https://issuer.example/token",
        "authorization_response_iss_parameter_supported": true})
}

#[test]
fn discovery_leads_to_the_set() {
    let key = signer(Algorithm::ES256, "k1");
    let mut source = Source::discovered("https://issuer.example/realm", Refresh::default()).unwrap();
    let ask = source.step(NOW).ask.unwrap();
    assert_eq!(ask.url.as_str(), "https://issuer.example/realm/.well-known/openid-configuration");
    let next =
        source.answered(&answer(200, &document("https://issuer.example/realm")), NOW).unwrap().unwrap();
    assert_eq!(next.url.as_str(), "https://keys.example/set");
    assert!(source.answered(&answer(200, &set(&[&key])), NOW).unwrap().is_none());
    assert!(source.step(NOW).keys.is_some());
}

#[test]
fn a_discovery_document_must_be_of_its_issuer() {
    let read = |value: &Value| Metadata::read(value.to_string().as_bytes(), "https://issuer.example");
    assert!(read(&document("https://issuer.example")).unwrap().iss_parameter);
    assert!(matches!(read(&document("https://issuer.example/")), Err(SourceError::OtherIssuer { .. })));
    let mut document = document("https://issuer.example");
    for bad in [
        json!("http://issuer.example/keys"),
        json!("file:///etc/passwd"),
        json!(7),
        json!("keys"),
        json!("https://u:p@x.example/"),
    ] {
        document["jwks_uri"] = bad;
        assert_eq!(read(&document).unwrap_err(), SourceError::Address("jwks_uri"));
    }
    assert!(Source::discovered("http://issuer.example", Refresh::default()).is_err());
    assert!(Source::discovered("http://127.0.0.1:8080", Refresh::default()).is_ok());
}
