//! Attacks on tokens, and everything that is not quite a token.
#![expect(clippy::string_slice, reason = "these texts are ASCII")]
use serde_json::{Value, json};

use super::{issuer, outcome};
use crate::encode::{self, base64url, sha256};
use crate::jwks::{Key, KeySet};
use crate::jwt::*;
use crate::secret::Secret;
use crate::testing::{NOW, claims, key_set, object, other_signer, signer};

fn part(value: &Value) -> String {
    base64url(value.to_string().as_bytes())
}

/// A token with this header and an invented signature.
fn forged(header: &Value, signature: &[u8]) -> String {
    format!("{}.{}.{}", part(header), part(&Value::Object(claims())), base64url(signature))
}

fn refused(token: &str) -> JwtError {
    outcome(issuer(), token, &key_set(&[&signer(Algorithm::ES256, "k1"), &signer(Algorithm::RS256, "k2")]))
        .unwrap_err()
}

fn good() -> String {
    signer(Algorithm::ES256, "k1").token("JWT", claims()).unwrap()
}

#[test]
fn unsigned_tokens() {
    for alg in ["none", "None", "NONE", "nOnE"] {
        assert_eq!(refused(&forged(&json!({"alg": alg}), b"")), JwtError::None, "{alg}");
        assert_eq!(refused(&forged(&json!({"alg": alg}), b"x")), JwtError::None, "{alg}");
    }
    for alg in [
        json!(""),
        json!(null),
        json!(["none"]),
        json!({"none": 1}),
        json!(0),
        json!(" none"),
        json!("none\0"),
    ] {
        assert_eq!(refused(&forged(&json!({"alg": alg}), b"x")), JwtError::HeaderMalformed("alg"), "{alg}");
    }
    for alg in ["es256", "HS1", "RS1", "ES256K", "dir", "A128KW", "RSA-OAEP", "ES256 ", "nonе"] {
        let error = refused(&forged(&json!({"alg": alg}), b"x"));
        assert!(
            matches!(error, JwtError::AlgorithmUnknown(_) | JwtError::HeaderMalformed("alg")),
            "{alg}: {error}"
        );
    }
    assert_eq!(refused(&forged(&json!({"typ": "JWT"}), b"x")), JwtError::HeaderMalformed("alg"));
    let (message, _) = good().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(refused(&format!("{message}.")), JwtError::None);
    assert_eq!(refused(&message), JwtError::Parts(2));
}

#[test]
fn a_public_key_as_shared_secret() {
    let rsa = signer(Algorithm::RS256, "k2");
    let jwk = rsa.public_jwk().unwrap();
    let n = encode::from_base64url(jwk["n"].as_str().unwrap()).unwrap();
    let mut pkcs1 = vec![0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0];
    pkcs1.extend(&n);
    pkcs1.extend([2, 3, 1, 0, 1]);
    let pem =
        format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", encode::base64(&pkcs1));
    for secret in [
        pkcs1.clone(),
        pem.clone().into_bytes(),
        pem.trim().as_bytes().to_vec(),
        n,
        jwk.to_string().into_bytes(),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let forger = SigningKey::new(algorithm, Some("k2"), &Secret::new(secret.clone())).unwrap();
            let token = forger.token("JWT", claims()).unwrap();
            assert_eq!(refused(&token), JwtError::AlgorithmNotPinned(algorithm.name().to_owned()));
        }
    }
}

#[test]
fn an_algorithm_for_another_key() {
    // pinned, but the named key is of another kind
    let token = forged(&json!({"alg": "ES256", "kid": "k2"}), &[1; 64]);
    let error = JwtError::KeyNotForAlgorithm { kid: "k2".to_owned(), algorithm: Algorithm::ES256 };
    assert_eq!(refused(&token), error);
    let token = signer(Algorithm::PS256, "k2").token("JWT", claims()).unwrap();
    assert_eq!(refused(&token), JwtError::AlgorithmNotPinned("PS256".to_owned()));
    // the key says RS256, the same key made a PS256 signature, and PS256 is pinned
    let config = Issuer { algorithms: vec![Algorithm::RS256, Algorithm::PS256], ..issuer() };
    let error = outcome(config, &token, &key_set(&[&signer(Algorithm::RS256, "k2")])).unwrap_err();
    assert!(matches!(error, JwtError::KeyNotForAlgorithm { .. }));
}

#[test]
fn keys_that_the_token_brings() {
    let own = other_signer("k1");
    let jwk = own.public_jwk().unwrap();
    for (name, value) in [
        ("jwk", jwk.clone()),
        ("jku", json!("https://attacker.example/keys")),
        ("x5u", json!("https://attacker.example/c.pem")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
    ] {
        let header = object(json!({"kid": "k1", name: value}));
        let token = own.token_with(header, claims()).unwrap();
        assert_eq!(refused(&token), JwtError::HeaderMember(name), "{name}");
    }
    let header = object(json!({"kid": "k1", "cty": "JWT"}));
    assert_eq!(refused(&own.token_with(header, claims()).unwrap()), JwtError::HeaderMember("cty"));
    assert_eq!(refused(&own.token("JWT", claims()).unwrap()), JwtError::Signature);
}

#[test]
fn names_of_keys_are_only_names() {
    for kid in [
        "../../../../dev/null",
        "/dev/null",
        "k1'--",
        "k1'OR'1'='1",
        "'UNION/**/SELECT/**/'secret",
        "|whoami",
        "k1;rm",
        "http://attacker.example/key",
        "K1",
    ] {
        let token = forged(&json!({"alg": "ES256", "kid": kid}), &[1; 64]);
        assert_eq!(refused(&token), JwtError::UnknownKey(Some(kid.to_owned())));
    }
    for kid in [
        json!(""),
        json!("k 1"),
        json!("k1\n"),
        json!("k1\0"),
        json!("ключ"),
        json!(1),
        json!(null),
        json!({"$ne": 1}),
        json!("k".repeat(257)),
    ] {
        let token = forged(&json!({"alg": "ES256", "kid": kid}), &[1; 64]);
        assert_eq!(refused(&token), JwtError::HeaderMalformed("kid"), "{kid}");
    }
}

#[test]
fn psychic_and_other_forms_of_elliptic_signatures() {
    let header = json!({"alg": "ES256", "kid": "k1"});
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order = encode::from_hex(order).unwrap();
    for signature in [
        vec![0; 64],
        [order.clone(), order.clone()].concat(),
        [vec![0; 32], vec![1; 32]].concat(),
        [vec![1; 32], vec![0; 32]].concat(),
        vec![0; 63],
        vec![0; 65],
        vec![0x30, 6, 2, 1, 0, 2, 1, 0],
        vec![0; 1],
    ] {
        assert_eq!(refused(&forged(&header, &signature)), JwtError::Signature);
    }
    // the same r and s in the form of ASN.1
    let token = good();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let raw = encode::from_base64url(signature).unwrap();
    let integer = |bytes: &[u8]| {
        let pad = if bytes[0] > 127 { vec![0] } else { vec![] };
        [vec![2, u8::try_from(bytes.len() + pad.len()).unwrap()], pad, bytes.to_vec()].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat();
    assert_eq!(refused(&format!("{message}.{}", base64url(&der))), JwtError::Signature);
}

#[test]
fn the_other_form_of_a_signature_is_the_same_credential() {
    // (r, n - s) is valid too; blocking by the credential's name must hold for both
    let token = good();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let raw = encode::from_base64url(signature).unwrap();
    let order = encode::from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").unwrap();
    let mut other = vec![0_u8; 32];
    let mut borrow = 0_i32;
    for at in (0..32).rev() {
        let digit = i32::from(order[at]) - i32::from(raw[32 + at]) - borrow;
        borrow = i32::from(digit < 0);
        other[at] = u8::try_from(digit.rem_euclid(256)).unwrap();
    }
    let twin = format!("{message}.{}", base64url(&[&raw[..32], &other].concat()));
    assert_ne!(twin, token);
    let keys = key_set(&[&signer(Algorithm::ES256, "k1")]);
    let first = outcome(issuer(), &token, &keys).unwrap();
    let second = outcome(issuer(), &twin, &keys).unwrap();
    assert_eq!(first.credential, second.credential);
    assert_eq!(first.credential, base64url(&sha256(message.as_bytes())));
}

#[test]
fn base64_has_one_form() {
    let token = good();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let last = |text: &str| {
        // the next letter sets bits that do not count
        let end = text.len() - 1;
        let next = char::from(text.as_bytes()[end] + 1);
        format!("{}{next}", &text[..end])
    };
    let cases = [
        (format!("{token}="), "signature"),
        (format!("{token}=="), "signature"),
        (format!("{message}. {signature}"), "signature"),
        (format!("{message}.{signature}\n"), "signature"),
        (format!("{message}.{}", last(signature)), "signature"),
        (format!("{header}=.{payload}.{signature}"), "header"),
        (format!(" {token}"), "header"),
        (format!("{header}\u{200b}.{payload}.{signature}"), "header"),
        (format!("{header}%3D.{payload}.{signature}"), "header"),
    ];
    for (token, place) in cases {
        assert_eq!(refused(&token), JwtError::Base64(place), "{token:?}");
    }
    let standard = format!("{message}.{}", encode::base64(&[0xfb; 64]));
    assert_eq!(refused(&standard), JwtError::Base64("signature"));
    // signed, so that the payload's own form is what fails
    let key = signer(Algorithm::ES256, "k1");
    for payload in [format!("{payload}="), format!("{payload}\n"), "####".to_owned(), "A".to_owned()] {
        let message = format!("{header}.{payload}");
        let token = format!("{message}.{}", base64url(&key.sign(message.as_bytes()).unwrap()));
        assert_eq!(refused(&token), JwtError::Base64("payload"), "{payload}");
    }
}

#[test]
fn changed_and_cut_tokens() {
    let token = good();
    let keys = key_set(&[&signer(Algorithm::ES256, "k1")]);
    for at in 0..token.len() {
        assert!(outcome(issuer(), &token[..at], &keys).is_err(), "cut at {at}");
        for other in ['A', 'z', '.', '='] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, &other.to_string());
            if changed != token {
                assert!(outcome(issuer(), &changed, &keys).is_err(), "changed at {at}");
            }
        }
    }
    assert_eq!(refused(&format!("{token}.")), JwtError::Parts(4));
    assert_eq!(refused(&format!("{token}.AA.AA")), JwtError::Encrypted);
    assert_eq!(refused(""), JwtError::Parts(1));
    assert_eq!(refused(&".".repeat(10_000)), JwtError::Parts(10_001));
    assert_eq!(refused(&"A".repeat(20_000)), JwtError::TooLarge { bytes: 20_000, bytes_max: 16_384 });
    let encrypted = forged(&json!({"alg": "ES256", "enc": "A256GCM"}), &[1; 64]);
    assert_eq!(refused(&encrypted), JwtError::Encrypted);
    assert!(refused(r#"{"payload":"Zm9v","signatures":[]}"#).to_string().contains("parts"));
}

/// A token whose payload is this very text, well signed.
fn signed(payload: &str) -> String {
    let key = signer(Algorithm::ES256, "k1");
    let message =
        format!("{}.{}", part(&json!({"alg": "ES256", "kid": "k1"})), base64url(payload.as_bytes()));
    format!("{message}.{}", base64url(&key.sign(message.as_bytes()).unwrap()))
}

#[test]
fn json_that_can_be_read_in_two_ways() {
    let text = Value::Object(claims()).to_string();
    let twice = text.replacen('{', r#"{"sub": "admin", "#, 1);
    let escaped = text.replacen('{', r#"{"\u0073ub": "admin", "#, 1);
    let inner = text.replacen('{', r#"{"realm_access": {"roles": [], "roles": ["admin"]}, "#, 1);
    let deep = text.replacen('{', &format!(r#"{{"x": {}{}, "#, "[".repeat(500), "]".repeat(500)), 1);
    let deepest = format!(r#"{{"x": {}"#, "[".repeat(5000));
    for bad in [
        twice,
        escaped,
        inner,
        deep,
        deepest,
        format!("{text}{text}"),
        format!("{text} x"),
        format!("\u{feff}{text}"),
        format!("[{text}]"),
        "null".to_owned(),
        r#""text""#.to_owned(),
        text.replace('"', "'"),
        text.replacen('}', ",}", 1),
        text.replace("alice", "\u{1}"),
        String::new(),
        text.replace("\"exp\":", "\"exp\":NaN,\"e\":"),
        text.replace("\"exp\":", "\"exp\":0x1,\"e\":"),
    ] {
        let error = refused(&signed(&bad));
        assert!(matches!(error, JwtError::Json { part: "payload", .. }), "{bad}: {error}");
    }
    assert!(outcome(issuer(), &signed(&text), &key_set(&[&signer(Algorithm::ES256, "k1")])).is_ok());
    let bytes = [text.as_bytes(), b"\xff"].concat();
    let message = format!("{}.{}", part(&json!({"alg": "ES256", "kid": "k1"})), base64url(&bytes));
    let signature = signer(Algorithm::ES256, "k1").sign(message.as_bytes()).unwrap();
    let error = refused(&format!("{message}.{}", base64url(&signature)));
    assert!(matches!(error, JwtError::Json { .. }));
    let header = base64url(br#"{"alg":"none","alg":"ES256","kid":"k1"}"#);
    assert!(matches!(refused(&format!("{header}.e30.AAAA")), JwtError::Json { part: "header", .. }));
    let header = part(&json!({"alg": "ES256", "x": "a".repeat(5000)}));
    assert!(matches!(refused(&format!("{header}.e30.AAAA")), JwtError::Json { part: "header", .. }));
}

#[test]
fn a_token_of_another_issuer_and_key() {
    let own = signer(Algorithm::ES256, "k1");
    let token = other_signer("k1").token("JWT", claims()).unwrap();
    assert_eq!(outcome(issuer(), &token, &key_set(&[&own])).unwrap_err(), JwtError::Signature);
    let token = other_signer("k9").token("JWT", claims()).unwrap();
    let error = outcome(issuer(), &token, &key_set(&[&own])).unwrap_err();
    assert_eq!(error, JwtError::UnknownKey(Some("k9".to_owned())));
    assert_eq!(issuer_of(&token).unwrap(), "https://issuer.example");
}

#[test]
fn a_short_shared_secret_is_refused() {
    for (algorithm, bytes) in [(Algorithm::HS256, 31), (Algorithm::HS384, 47), (Algorithm::HS512, 63)] {
        assert!(Key::shared(&Secret::new(vec![1; bytes]), algorithm).is_err());
        assert!(Key::shared(&Secret::new(vec![1; bytes + 1]), algorithm).is_ok());
    }
    assert!(Key::shared(&Secret::new(vec![1; 64]), Algorithm::RS256).is_err());
}

/// Random bytes in the place of a token: an error, never a panic, never a token.
#[test]
fn nothing_random_is_a_token() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let keys = KeySet::of(vec![Key::shared(&Secret::new([7; 64]), Algorithm::HS256).unwrap()]);
    let verifier =
        Verifier::new(Issuer { keys: Keys::Shared(crate::SecretFrom::Env("K".to_owned())), ..issuer() })
            .unwrap();
    let alphabet: Vec<char> = "eyJhbGciOiJIUzI1NiJ9._-=.{}\"é\0".chars().collect();
    for _ in 0..20_000 {
        let mut token = String::new();
        for _ in 0..state % 90 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            token.push(alphabet[usize::try_from(state % alphabet.len() as u64).unwrap()]);
        }
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        assert!(verifier.verify(&token, &keys, NOW).is_err());
    }
}
