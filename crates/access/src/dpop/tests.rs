//! Tests of DPoP: the example of RFC 9449, and proofs for something else.
use serde_json::{Value, json};

use super::*;
use crate::replay::{Memory, ReplayError};
use crate::testing::{NOW, object, other_signer, signer};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn claims(changes: Value) -> Map<String, Value> {
    let mut claims =
        object(json!({"jti": "1", "htm": "GET", "htu": "https://api.example/orders", "iat": NOW,
        "ath": encode::base64url(&encode::sha256(b"token"))}));
    for (name, value) in object(changes) {
        claims.insert(name, value);
    }
    claims
}

fn proof(changes: Value) -> String {
    let key = signer(Algorithm::ES256, "k");
    let mut jwk = key.public_jwk().unwrap();
    jwk.as_object_mut().unwrap().shift_remove("kid");
    key.token_with(object(json!({"typ": "dpop+jwt", "jwk": jwk})), claims(changes)).unwrap()
}

fn outcome(proof: &str, nonce: Option<&str>) -> Result<Proof, DpopError> {
    let url = url("https://api.example/orders?a=1#f");
    let target = Target { method: "GET", url: &url, token: Some("token"), nonce };
    verify(proof, target, &Config::default(), NOW)
        .map(|fresh| fresh.admit_here(&Memory::new(1), NOW).unwrap())
}

#[test]
fn the_example_of_the_rfc() {
    // section 4.1 (token request); the thumbprint is that of section 6.1
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    let url = url("https://server.example.com/token");
    let target = Target { method: "POST", url: &url, token: None, nonce: None };
    let fresh = verify(proof, target, &Config::default(), 1_562_262_616).unwrap();
    let proof = fresh.admit_here(&Memory::new(1), 1_562_262_616).unwrap();
    assert_eq!(proof.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn a_proof_is_for_one_request() {
    assert!(outcome(&proof(json!({})), None).is_ok());
    for (changes, error) in [
        (json!({"htm": "POST"}), DpopError::Method("POST".to_owned())),
        (json!({"htm": "get"}), DpopError::Method("get".to_owned())),
        (
            json!({"htu": "https://api.example/order"}),
            DpopError::Address("https://api.example/order".to_owned()),
        ),
        (
            json!({"htu": "http://api.example/orders"}),
            DpopError::Address("http://api.example/orders".to_owned()),
        ),
        (json!({"htu": "/orders"}), DpopError::Claim("htu")),
        (json!({"iat": NOW - 61}), DpopError::Time { issued: NOW - 61, now: NOW }),
        (json!({"iat": NOW + 61}), DpopError::Time { issued: NOW + 61, now: NOW }),
        (json!({"iat": "1"}), DpopError::Claim("iat")),
        (json!({"ath": "x"}), DpopError::OtherToken),
        (json!({"ath": 1}), DpopError::Claim("ath")),
        (json!({"jti": ""}), DpopError::Claim("jti")),
        (json!({"jti": "a".repeat(257)}), DpopError::Claim("jti")),
    ] {
        assert_eq!(outcome(&proof(changes.clone()), None).unwrap_err(), error, "{changes}");
    }
}

#[test]
fn addresses_are_compared_in_normal_form() {
    for same in [
        "https://API.example:443/orders",
        "https://api.example/%6Frders",
        "https://api.example/x/../orders",
        "HTTPS://api.example/orders?other=1#x",
        "https://api.example./orders",
    ] {
        assert!(outcome(&proof(json!({"htu": same})), None).is_ok(), "{same}");
    }
    let path = |text: &str| normalised(&url(&format!("https://a.example{text}"))).3;
    assert_ne!(path("/a%2Fb"), path("/a/b"));
    assert_eq!(path("/a%2fb"), path("/a%2Fb"));
    assert_ne!(path("/a/"), path("/a"));
}

#[test]
fn a_proof_is_taken_once() {
    let cache = Memory::new(10);
    let url = url("https://api.example/orders");
    let target = Target { method: "GET", url: &url, token: Some("token"), nonce: None };
    let once = |id: &str| {
        let proof = proof(json!({"jti": id}));
        verify(&proof, target, &Config::default(), NOW).unwrap().admit_here(&cache, NOW)
    };
    assert!(once("a").is_ok());
    assert_eq!(once("a").unwrap_err(), ReplayError::Seen);
    assert!(once("b").is_ok());
}

#[test]
fn forged_and_malformed_proofs() {
    let key = signer(Algorithm::ES256, "k");
    let (own, other) = (key.public_jwk().unwrap(), other_signer("k").public_jwk().unwrap());
    let with = |header: Value| {
        outcome(&key.token_with(object(header), claims(json!({}))).unwrap(), None).unwrap_err()
    };
    assert_eq!(with(json!({"typ": "dpop+jwt", "jwk": other})), DpopError::Token(JwtError::Signature));
    assert_eq!(with(json!({"typ": "JWT", "jwk": own})), DpopError::Token(JwtError::Type("jwt".to_owned())));
    assert_eq!(with(json!({"typ": "dpop+jwt"})), DpopError::Token(JwtError::HeaderMalformed("jwk")));
    let mut private = own.clone();
    private["d"] = "AAAA".into();
    assert_eq!(with(json!({"typ": "dpop+jwt", "jwk": private})), DpopError::Key(KeyError::Private));
    assert_eq!(
        with(json!({"typ": "dpop+jwt", "jwk": {"kty": "oct", "k": "AA"}})),
        DpopError::Key(KeyError::Symmetric)
    );
    assert_eq!(
        with(json!({"typ": "dpop+jwt", "jwk": own, "jku": "https://x.example"})),
        DpopError::Token(JwtError::HeaderMember("jku"))
    );
    let shared = signer(Algorithm::HS256, "k");
    let token = shared.token_with(object(json!({"typ": "dpop+jwt", "jwk": own})), claims(json!({}))).unwrap();
    assert!(matches!(outcome(&token, None).unwrap_err(), DpopError::Token(JwtError::AlgorithmNotPinned(_))));
    assert_eq!(outcome("", None).unwrap_err(), DpopError::Token(JwtError::Parts(1)));
}

#[test]
fn nonces_change_and_overlap() {
    let nonces = Nonces::new(Secret::new("key"), 300);
    let first = nonces.current(NOW);
    assert_eq!(first, nonces.current(NOW + 299), "NOW begins a span");
    assert_ne!(first, nonces.current(NOW + 300));
    let proof = proof(json!({"nonce": first}));
    assert_eq!(nonces.expected(&proof, NOW + 599), first);
    assert_ne!(nonces.expected(&proof, NOW + 600), first);
    assert!(outcome(&proof, Some(&first)).is_ok());
    let error = outcome(&proof, Some("other")).unwrap_err();
    assert_eq!((error.code(), error), ("use_dpop_nonce", DpopError::Nonce));
}

#[test]
fn two_proofs_are_none() {
    assert_eq!(one(["a"].into_iter()), Ok("a"));
    assert_eq!(one(["a", "b"].into_iter()), Err(DpopError::Count(2)));
    assert_eq!(one(std::iter::empty()), Err(DpopError::Count(0)));
}

#[test]
fn our_own_proofs_hold() {
    let url = url("https://api.example/orders?x=1");
    for algorithm in [Algorithm::ES256, Algorithm::EdDsa, Algorithm::RS256] {
        let key = signer(algorithm, "k");
        let target = Target { method: "GET", url: &url, token: Some("token"), nonce: Some("n") };
        let proof = prove(&key, target, "id", NOW).unwrap();
        let shown = outcome(&proof, Some("n")).unwrap();
        assert_eq!(Some(shown.thumbprint), jwks::thumbprint(&key.public_jwk().unwrap()));
    }
}
