//! Tests of tokens: what is taken, and the attacks that must fail.
mod attacks;
mod vectors;

use serde_json::{Value, json};

use super::*;
use crate::testing::{NOW, claims, claims_with, key_set, signer};

pub(super) fn issuer() -> Issuer {
    Issuer::new("https://issuer.example", "orders")
}

pub(super) fn outcome(config: Issuer, token: &str, keys: &KeySet) -> Result<Identity, JwtError> {
    Verifier::new(config).unwrap().verify(token, keys, NOW)?.identity(Proofs::default())
}

/// Signs these changed claims with a good key and verifies them.
fn with(config: Issuer, changes: Value) -> Result<Identity, JwtError> {
    let key = signer(Algorithm::ES256, "k1");
    let token = key.token("JWT", claims_with(changes)).unwrap();
    outcome(config, &token, &key_set(&[&key]))
}

fn refused(changes: Value) -> JwtError {
    with(issuer(), changes).unwrap_err()
}

#[test]
fn every_algorithm_is_taken_where_it_is_pinned() {
    for algorithm in Algorithm::ALL {
        let key = signer(algorithm, "k1");
        let token = key.token("at+jwt", claims()).unwrap();
        let mut config = Issuer { algorithms: vec![algorithm], ..issuer() };
        let keys = match algorithm.hmac() {
            Some(_) => {
                config.keys = Keys::Shared(crate::SecretFrom::Env("KEY".to_owned()));
                let secret = crate::Secret::new([7; 64]);
                KeySet::of(vec![crate::jwks::Key::shared(&secret, algorithm).unwrap()])
            }
            None => key_set(&[&key]),
        };
        let identity = outcome(config, &token, &keys).unwrap();
        assert_eq!(identity.subject, "alice", "{algorithm}");
        assert_eq!(identity.method, Method::Jwt);
    }
}

#[test]
fn claims_become_an_identity() {
    let identity = with(
        Issuer { provider: Some(Provider::Keycloak), ..issuer() },
        json!({
            "realm_access": { "roles": ["admin", "", 7] },
            "groups": ["/staff"],
            "acr": "urn:mfa", "amr": ["pwd", "otp"], "auth_time": NOW - 100,
        }),
    )
    .unwrap();
    assert_eq!(identity.roles, ["admin".to_owned()].into());
    assert_eq!(identity.groups, ["/staff".to_owned()].into());
    assert_eq!(identity.scopes, ["read".to_owned(), "write".to_owned()].into());
    assert_eq!(identity.authentication.context.as_deref(), Some("urn:mfa"));
    assert_eq!(identity.authentication.methods, ["otp".to_owned(), "pwd".to_owned()].into());
    assert_eq!(identity.authentication.time, Some(NOW - 100));
    assert!(!identity.authentication.bound);
    assert_eq!(identity.expires, Some(NOW + 600));
}

#[test]
fn providers_name_roles_in_their_own_way() {
    let roles = |provider, claims| {
        let identity = with(Issuer { provider: Some(provider), ..issuer() }, claims).unwrap();
        (identity.roles.into_iter().collect::<Vec<_>>(), identity.groups.into_iter().collect::<Vec<_>>())
    };
    let one = |name: &str| vec![name.to_owned()];
    assert_eq!(
        roles(Provider::Cognito, json!({"cognito:groups": ["a"], "cognito:roles": ["r"]})),
        (one("r"), one("a"))
    );
    assert_eq!(roles(Provider::Entra, json!({"roles": ["r"], "groups": ["g"]})), (one("r"), one("g")));
    assert_eq!(roles(Provider::Auth0, json!({"permissions": ["p"]})), (one("p"), vec![]));
    let config = Issuer { role_claims: vec!["https://app.example/roles".to_owned()], ..issuer() };
    let identity = with(config, json!({"https://app.example/roles": "one"})).unwrap();
    assert_eq!(identity.roles, ["one".to_owned()].into());
}

#[test]
fn cognito_access_tokens_name_the_client() {
    let config = Issuer {
        audience_claim: Some("client_id".to_owned()),
        claim_values: [("token_use".to_owned(), vec!["access".to_owned()])].into(),
        ..issuer()
    };
    let claims = json!({"aud": null, "client_id": "orders", "token_use": "access"});
    assert!(with(config.clone(), claims).is_ok());
    let claims = json!({"aud": null, "client_id": "orders", "token_use": "id"});
    assert_eq!(with(config.clone(), claims).unwrap_err(), JwtError::Claim("token_use".to_owned()));
    let error = with(config, json!({"aud": "orders", "token_use": "access"})).unwrap_err();
    assert_eq!(error, JwtError::Missing("client_id".to_owned()));
}

#[test]
fn times_are_held_with_leeway() {
    assert_eq!(refused(json!({"exp": NOW - 60})), JwtError::Expired { expired: NOW - 60, now: NOW });
    assert!(with(issuer(), json!({"exp": NOW - 59})).is_ok());
    assert_eq!(refused(json!({"nbf": NOW + 61})), JwtError::Early { from: NOW + 61, now: NOW });
    assert!(with(issuer(), json!({"nbf": NOW + 60})).is_ok());
    assert_eq!(refused(json!({"iat": NOW + 61})), JwtError::Early { from: NOW + 61, now: NOW });
    assert_eq!(refused(json!({"exp": null})), JwtError::Missing("exp".to_owned()));
    assert!(with(issuer(), json!({"exp": 1_767_226_000.5})).is_ok());
    for wrong in
        [json!("1767226200"), json!(-1), json!(1e300), json!(true), json!(u64::MAX), json!([1]), json!(null)]
    {
        let claims = claims_with(json!({"exp": NOW}));
        let mut claims = claims;
        claims.insert("exp".to_owned(), wrong.clone());
        let key = signer(Algorithm::ES256, "k1");
        let token = key.token("JWT", claims).unwrap();
        let error = outcome(issuer(), &token, &key_set(&[&key])).unwrap_err();
        assert_eq!(error, JwtError::Claim("exp".to_owned()), "{wrong}");
    }
}

#[test]
fn old_tokens_are_refused_where_asked() {
    let config = Issuer { age_seconds_max: Some(300), ..issuer() };
    assert!(with(config.clone(), json!({"iat": NOW - 360})).is_ok());
    assert_eq!(
        with(config.clone(), json!({"iat": NOW - 361})).unwrap_err(),
        JwtError::TooOld { issued: NOW - 361 }
    );
    assert_eq!(with(config, json!({"iat": null})).unwrap_err(), JwtError::Missing("iat".to_owned()));
}

#[test]
fn audience_and_issuer_are_exact() {
    for wrong in ["other", "orders ", "ORDERS", "orders\0", "", "orders/"] {
        assert!(matches!(refused(json!({"aud": wrong})), JwtError::Audience(_)), "{wrong:?}");
    }
    assert!(with(issuer(), json!({"aud": ["x", "orders"]})).is_ok());
    assert!(matches!(refused(json!({"aud": []})), JwtError::Audience(_)));
    assert_eq!(refused(json!({"aud": ["orders", 1]})), JwtError::Claim("aud".to_owned()));
    assert_eq!(refused(json!({"aud": null})), JwtError::Missing("aud".to_owned()));
    assert_eq!(refused(json!({"aud": {"orders": 1}})), JwtError::Claim("aud".to_owned()));
    for wrong in [
        "https://issuer.example/",
        "https://Issuer.example",
        "http://issuer.example",
        "https://issuer.examplе",
    ] {
        assert_eq!(refused(json!({"iss": wrong})), JwtError::Issuer(wrong.to_owned()));
    }
    assert_eq!(refused(json!({"iss": ["https://issuer.example"]})), JwtError::Claim("iss".to_owned()));
    assert_eq!(refused(json!({"iss": null})), JwtError::Missing("iss".to_owned()));
}

#[test]
fn a_subject_and_what_is_required_must_be_there() {
    assert_eq!(refused(json!({"sub": null})), JwtError::Missing("sub".to_owned()));
    assert_eq!(refused(json!({"sub": ""})), JwtError::Claim("sub".to_owned()));
    assert_eq!(refused(json!({"sub": 7})), JwtError::Claim("sub".to_owned()));
    let config = Issuer { required_claims: vec!["jti".to_owned()], ..issuer() };
    assert_eq!(with(config.clone(), json!({})).unwrap_err(), JwtError::Missing("jti".to_owned()));
    assert!(with(config, json!({"jti": "1"})).is_ok());
    let config = Issuer { provider: Some(Provider::Entra), ..issuer() };
    assert_eq!(with(config, json!({"sub": null, "appid": "robot"})).unwrap().subject, "robot");
}

#[test]
fn the_type_of_the_token_counts() {
    let key = signer(Algorithm::ES256, "k1");
    let keys = key_set(&[&key]);
    let of = |typ: &str, config: Issuer| outcome(config, &key.token(typ, claims()).unwrap(), &keys);
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT"] {
        assert!(of(typ, issuer()).is_ok(), "{typ}");
    }
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", "at+jwt2"] {
        assert_eq!(of(typ, issuer()).unwrap_err(), JwtError::Type(typ.to_ascii_lowercase()), "{typ}");
    }
    let strict = Issuer { types: vec!["application/at+JWT".to_owned()], type_required: true, ..issuer() };
    assert!(of("at+jwt", strict.clone()).is_ok());
    assert_eq!(of("JWT", strict.clone()).unwrap_err(), JwtError::Type("jwt".to_owned()));
    let without = key.token_with(crate::testing::object(json!({"kid": "k1"})), claims()).unwrap();
    assert_eq!(outcome(strict, &without, &keys).unwrap_err(), JwtError::Type("none".to_owned()));
}

#[test]
fn bound_tokens_ask_for_their_proof() {
    let key = signer(Algorithm::ES256, "k1");
    let keys = key_set(&[&key]);
    let of = |config: Issuer, cnf: Value, proofs: Proofs<'_>| {
        let token = key.token("JWT", claims_with(json!({"cnf": cnf}))).unwrap();
        Verifier::new(config).unwrap().verify(&token, &keys, NOW)?.identity(proofs)
    };
    let none = Proofs::default();
    let dpop = Proofs { dpop_key: Some("thumb"), certificate: None };
    let certificate = Proofs { dpop_key: None, certificate: Some("hash") };
    assert!(of(issuer(), json!({"jkt": "thumb"}), dpop).unwrap().authentication.bound);
    assert!(of(issuer(), json!({"x5t#S256": "hash"}), certificate).unwrap().authentication.bound);
    assert_eq!(of(issuer(), json!({"jkt": "thumb"}), none).unwrap_err(), JwtError::ProofMissing("DPoP key"));
    assert_eq!(
        of(issuer(), json!({"jkt": "other"}), dpop).unwrap_err(),
        JwtError::ProofOfAnother("DPoP key")
    );
    let both = json!({"jkt": "thumb", "x5t#S256": "hash"});
    assert_eq!(of(issuer(), both, dpop).unwrap_err(), JwtError::ProofMissing("certificate"));
    assert_eq!(of(issuer(), json!({"jwk": {}}), dpop).unwrap_err(), JwtError::Claim("cnf".to_owned()));
    assert_eq!(
        of(issuer(), json!({"kid": "k"}), dpop).unwrap_err(),
        JwtError::Confirmation("kid".to_owned())
    );
    assert_eq!(of(issuer(), json!({}), dpop).unwrap_err(), JwtError::Claim("cnf".to_owned()));
    let asks = |binding| Issuer { binding, ..issuer() };
    assert_eq!(of(asks(Binding::Required), Value::Null, dpop).unwrap_err(), JwtError::NotBound);
    let error = of(asks(Binding::Certificate), json!({"jkt": "thumb"}), dpop).unwrap_err();
    assert_eq!(error, JwtError::NotBound);
    assert!(of(asks(Binding::Dpop), json!({"jkt": "thumb"}), dpop).is_ok());
}

#[test]
fn a_configuration_that_takes_too_much_is_refused() {
    let shared = Keys::Shared(crate::SecretFrom::Env("KEY".to_owned()));
    let refused = |config: Issuer| Verifier::new(config).unwrap_err().to_string();
    let wrong = [
        Issuer { issuer: String::new(), ..issuer() },
        Issuer { audiences: vec![], ..issuer() },
        Issuer { audiences: vec![String::new()], ..issuer() },
        Issuer { algorithms: vec![Algorithm::HS256], ..issuer() },
        Issuer { algorithms: vec![Algorithm::RS256, Algorithm::HS256], ..issuer() },
        Issuer { keys: shared, algorithms: vec![Algorithm::RS256], ..issuer() },
        Issuer { leeway_seconds: 301, ..issuer() },
        Issuer { token_bytes_max: 1 << 20, ..issuer() },
        Issuer { issuer: "http://issuer.example".to_owned(), ..issuer() },
        Issuer { issuer: "https://login.microsoftonline.com/{tenantid}/v2.0".to_owned(), ..issuer() },
    ];
    let texts: Vec<String> = wrong.into_iter().map(refused).collect();
    expect_test::expect![[r#"
        `issuer` is empty
        issuer `https://issuer.example`: name at least one audience in `audiences`, else a token for another service is taken
        issuer `https://issuer.example`: name at least one audience in `audiences`, else a token for another service is taken
        issuer `https://issuer.example`: HS256 needs a shared secret (`keys = { shared = … }`), and takes no public key
        issuer `https://issuer.example`: HS256 needs a shared secret (`keys = { shared = … }`), and takes no public key
        issuer `https://issuer.example`: RS256 takes a public key, and `keys` is a shared secret
        issuer `https://issuer.example`: `leeway-seconds` is 301; 300 is the most
        issuer `https://issuer.example`: `token-bytes-max` is 1048576; 65536 is the most
        `http://issuer.example/` must begin with `https://` (`http://` only for 127.0.0.1, ::1 and localhost)
        issuer `https://login.microsoftonline.com/{tenantid}/v2.0`: `https://login.microsoftonline.com/{tenantid}/v2.0` stands for anything; Entra's many tenants need `issuer` of each"#]]
    .assert_eq(&texts.join("\n"));
}

#[test]
fn configurations_are_read_strictly() {
    let read = |text: &str| serde_json::from_str::<Issuer>(text);
    let good = r#"{"issuer": "https://i.example", "audiences": ["a"], "keys": {"url": "https://i.example/keys"},
        "algorithms": ["EdDSA", "PS256"], "refresh": {"seconds-min": 60}, "binding": "dpop"}"#;
    let config = read(good).unwrap();
    assert_eq!(config.refresh.seconds_min, 60);
    assert_eq!(config.refresh.miss_seconds, 30);
    assert_eq!(config.leeway_seconds, 60);
    for wrong in [
        good.replace("audiences", "audience"),
        good.replace("PS256", "none"),
        good.replace("https://i.example/keys", "http://i.example/keys"),
        good.replace("https://i.example/keys", "https://u:p@i.example/keys"),
        good.replace("seconds-min", "seconds_min"),
        good.replace(r#""a""#, "1"),
    ] {
        assert!(read(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_client_learns_little() {
    let errors = [
        JwtError::Signature,
        JwtError::UnknownKey(Some("k".to_owned())),
        JwtError::Audience("x".to_owned()),
        JwtError::None,
        JwtError::Expired { expired: 1, now: 2 },
        JwtError::NotBound,
    ];
    let told: Vec<&str> = errors.iter().map(JwtError::client_message).collect();
    expect_test::expect![[r#"
        the token is not valid
        the token is not valid
        the token is not valid
        the token is not valid
        the token expired
        the token asks for a proof of possession"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn debug_tells_no_secret() {
    let key = signer(Algorithm::HS256, "k1");
    let verified = {
        let key = signer(Algorithm::ES256, "k1");
        let token = key.token("JWT", claims_with(json!({"email": "a@b.example"}))).unwrap();
        Verifier::new(issuer()).unwrap().verify(&token, &key_set(&[&key]), NOW).unwrap()
    };
    let text = format!("{key:?} {verified:?} {:?}", crate::Secret::new("hush"));
    assert_eq!(text, "SigningKey(Some(\"k1\"), HS256) Verified(alice of https://issuer.example) Secret(…)");
}
