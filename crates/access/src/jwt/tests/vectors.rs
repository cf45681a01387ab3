//! Published vectors: RFC 7515, RFC 7520, RFC 8037, Wycheproof; and tokens that other libraries make.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::encode;
use crate::jwks::{Key, KeySet};
use crate::jwt::*;
use crate::secret::Secret;
use crate::testing::{corpus, read_json};

/// A public key of a set; a symmetric one as a secret that the owner gave.
fn key(value: &Value) -> Option<Key> {
    let is_oct = value["kty"] == "oct";
    if !is_oct {
        // the corpora give private keys too, which a set may not
        let mut public = value.clone();
        for name in ["d", "p", "q", "dp", "dq", "qi"] {
            public.as_object_mut().unwrap().shift_remove(name);
        }
        return Key::read(&public).ok();
    }
    let secret = encode::from_base64url(value["k"].as_str()?)?;
    Key::shared(&Secret::new(secret), Algorithm::named(value["alg"].as_str()?)?).ok()
}

/// Whether the signature holds, whatever the payload is.
fn holds(token: &str, keys: Vec<Key>) -> bool {
    let is_shared = keys.iter().any(|key| key.kid.is_none());
    let Ok(compact) = Compact::read(token, config::TOKEN_BYTES_MAX) else { return false };
    let is_payload =
        compact.message.split_once('.').is_some_and(|(_, part)| encode::from_base64url(part).is_some());
    is_payload && check_signature(&compact, &KeySet::of(keys), is_shared).is_ok()
}

#[test]
fn the_examples_of_the_rfcs() {
    let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    // RFC 7515, appendix A.1
    let secret = json!({"kty": "oct", "alg": "HS256",
        "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"});
    let token = format!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{payload}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert!(holds(&token, vec![key(&secret).unwrap()]));
    // RFC 7515, appendix A.3
    let point = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    assert!(holds(&token, vec![key(&point).unwrap()]));
    // RFC 8037, appendix A
    let edwards = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
        hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(holds(token, vec![key(&edwards).unwrap()]));
    let thumbprint = crate::jwks::thumbprint(&edwards);
    assert_eq!(thumbprint.as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
}

#[test]
fn the_thumbprint_of_rfc_7638() {
    let rsa = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
    assert_eq!(crate::jwks::thumbprint(&rsa).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
}

#[test]
fn the_cookbook_of_rfc_7520() {
    let Some(folder) = corpus("BUCKLER_JOSE_COOKBOOK") else { return };
    for name in [
        "4_1.rsa_v15_signature",
        "4_2.rsa-pss_signature",
        "4_3.ecdsa_signature",
        "4_4.hmac-sha2_integrity_protection",
    ] {
        let case = read_json(&Path::new(&folder).join(format!("jws/{name}.json")));
        let token = case["output"]["compact"].as_str().unwrap();
        assert!(holds(token, vec![key(&case["input"]["key"]).unwrap()]), "{name}");
    }
    let case = read_json(&Path::new(&folder).join("curve25519/jws.json"));
    println!("{}", case["title"]);
}

/// Tests of signatures that Wycheproof calls valid and we refuse: the key's `alg` is another one than the token's, or
/// none that there is (346 to 351), and `?` within base64url (372, 373).
const STRICTER: &[u64] = &[346, 347, 350, 351, 372, 373];

/// Tests that Wycheproof calls invalid, of the very token that test 357 calls valid.
const SAME_AS_VALID: &[u64] = &[367, 370];

#[test]
fn wycheproof() {
    let Some(folder) = corpus("BUCKLER_WYCHEPROOF") else { return };
    let mut counts = BTreeMap::new();
    let mut stricter = Vec::new();
    for file in ["json_web_signature_test.json", "json_web_key_test.json"] {
        let cases = read_json(&Path::new(&folder).join(file));
        for group in cases["testGroups"].as_array().unwrap() {
            let written = group.get("public").unwrap_or(&group["private"]);
            let list = written["keys"].as_array().cloned().unwrap_or_else(|| vec![written.clone()]);
            for test in group["tests"].as_array().unwrap() {
                let keys: Vec<Key> = list.iter().filter_map(key).collect();
                // a mixed set, or two keys of one name, of which the owner's own set would take one
                let is_ambiguous = test["flags"].as_array().unwrap().iter().any(|flag| flag == "Ambiguous");
                if is_ambiguous || SAME_AS_VALID.contains(&test["tcId"].as_u64().unwrap()) {
                    continue;
                }
                let is_held = holds(test["jws"].as_str().unwrap(), keys);
                let is_valid = test["result"] == "valid";
                assert!(is_valid || !is_held, "{file} {} {}", test["tcId"], test["comment"]);
                if is_valid && !is_held {
                    stricter.push((file, test["tcId"].as_u64().unwrap()));
                }
                *counts.entry(is_held).or_insert(0) += 1;
            }
        }
    }
    println!("{counts:?}");
    let known: Vec<_> = STRICTER.iter().map(|id| ("json_web_signature_test.json", *id)).collect();
    assert_eq!(stricter, known);
}

const JOSERFC: &str = r#"
import json, sys
from joserfc import jwt, jwk
keys = {"RS256": ("RSA", 2048), "PS512": ("RSA", 2048), "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"), "EdDSA": ("OKP", "Ed25519")}
for alg, (kind, size) in keys.items():
    key = jwk.JWKRegistry.generate_key(kind, size, {"kid": "k-" + alg, "alg": alg, "use": "sig"})
    token = jwt.encode({"alg": alg, "kid": "k-" + alg}, {"iss": "https://issuer.example", "aud": ["orders"], "sub": "bob",
        "exp": 1767226000, "iat": 1767225600}, key, algorithms=[alg])
    print(json.dumps({"alg": alg, "key": key.as_dict(private=False), "token": token}))
"#;

#[test]
fn tokens_of_joserfc() {
    let Some(python) = corpus("BUCKLER_PYTHON") else { return };
    let output = Command::new(python).args(["-c", JOSERFC]).output().unwrap();
    if !output.status.success() {
        println!("skipped: joserfc is absent: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let keys = KeySet::read(json!({"keys": [case["key"]]}).to_string().as_bytes()).unwrap();
        let algorithm = Algorithm::named(case["alg"].as_str().unwrap()).unwrap();
        let config = Issuer { algorithms: vec![algorithm], ..super::issuer() };
        let identity = super::outcome(config, case["token"].as_str().unwrap(), &keys).unwrap();
        assert_eq!(identity.subject, "bob");
        println!("{algorithm} of joserfc");
    }
}

/// `jsonwebtoken` takes what we sign (the other way round is in the tests above).
#[test]
fn jsonwebtoken_agrees() {
    use jsonwebtoken as other;
    for (algorithm, theirs) in [
        (Algorithm::RS256, other::Algorithm::RS256),
        (Algorithm::PS384, other::Algorithm::PS384),
        (Algorithm::ES256, other::Algorithm::ES256),
        (Algorithm::ES384, other::Algorithm::ES384),
        (Algorithm::EdDsa, other::Algorithm::EdDSA),
    ] {
        let key = crate::testing::signer(algorithm, "k1");
        let token = key.token("JWT", crate::testing::claims()).unwrap();
        let jwk: other::jwk::Jwk = serde_json::from_value(key.public_jwk().unwrap()).unwrap();
        let mut rules = other::Validation::new(theirs);
        rules.set_audience(&["orders"]);
        rules.validate_exp = false;
        let decoded =
            other::decode::<Value>(&token, &other::DecodingKey::from_jwk(&jwk).unwrap(), &rules).unwrap();
        assert_eq!(decoded.claims["sub"], "alice");
    }
}
