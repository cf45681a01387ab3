//! Tests of OAuth 2.0.
use serde_json::{Value, json};

use super::client::{Client, Grant, Held, Proof, TokenError, tokens};
use super::introspection::{Config, Introspection, IntrospectionError, Known};
use super::*;
use crate::exchange::{Answer, Ask};
use crate::jwt::{Algorithm, JwtError, Proofs};
use crate::secret::Secret;
use crate::testing::{NOW, answer, signer};

fn client(proof: Proof) -> Client {
    Client {
        id: "gate way".to_owned(),
        proof,
        token_endpoint: Url::parse("https://issuer.example/token").unwrap(),
        issuer: "https://issuer.example".to_owned(),
    }
}

fn body(ask: &Ask) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&ask.body).into_owned().collect()
}

fn field(ask: &Ask, name: &str) -> String {
    body(ask).into_iter().find(|(found, _)| found == name).map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn clients_show_who_they_are() {
    let basic = client(Proof::Basic(Secret::new("p:ss w%rd")));
    let ask = basic.ask(&Grant::ClientCredentials, "a b", &["https://api.example"], NOW).unwrap();
    let header = ask.headers.iter().find(|(name, _)| name == "authorization").unwrap();
    assert_eq!(header.1, format!("Basic {}", crate::encode::base64(b"gate+way:p%3Ass+w%25rd")));
    assert_eq!(
        String::from_utf8(ask.body.clone()).unwrap(),
        "grant_type=client_credentials&scope=a+b&resource=https%3A%2F%2Fapi.example"
    );
    assert_eq!(format!("{ask:?}"), "POST https://issuer.example/token");
    let post = client(Proof::Post(Secret::new("pass"))).ask(&Grant::Refresh("r"), "", &[], NOW).unwrap();
    assert_eq!(
        (field(&post, "client_secret"), field(&post, "refresh_token")),
        ("pass".to_owned(), "r".to_owned())
    );
    let key = signer(Algorithm::ES256, "k1");
    let signed = client(Proof::PrivateKey(key)).ask(&Grant::ClientCredentials, "", &[], NOW).unwrap();
    let assertion = field(&signed, "client_assertion");
    let compact = crate::jwt::Compact::read(&assertion, 4096).unwrap();
    let claims = compact.claims().unwrap();
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["aud"]),
        (&json!("gate way"), &json!("gate way"), &json!("https://issuer.example"))
    );
    assert_eq!(claims["exp"], json!(NOW + 60));
}

#[test]
fn a_token_is_exchanged() {
    let grant = Grant::Exchange { subject: "user-token", actor: Some("own"), audience: Some("backend") };
    let ask = client(Proof::None).ask(&grant, "", &[], NOW).unwrap();
    assert_eq!(field(&ask, "grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
    assert_eq!(field(&ask, "subject_token"), "user-token");
    assert_eq!(field(&ask, "actor_token_type"), "urn:ietf:params:oauth:token-type:access_token");
    assert_eq!(field(&ask, "audience"), "backend");
    assert!(!format!("{grant:?}").contains("user-token"));
}

#[test]
fn answers_are_read_strictly() {
    let good = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 300});
    assert_eq!(tokens(&answer(200, &good)).unwrap().expires_in, Some(300));
    for (name, value) in [
        ("access_token", json!("a b")),
        ("access_token", json!(1)),
        ("access_token", json!("")),
        ("token_type", json!("mac")),
        ("token_type", json!(null)),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(matches!(tokens(&answer(200, &bad)).unwrap_err(), TokenError::Malformed(_)), "{bad}");
    }
    let refused = answer(400, &json!({"error": "invalid_grant", "error_description": "secret things"}));
    assert_eq!(
        tokens(&refused).unwrap_err(),
        TokenError::Refused { status: 400, error: "invalid_grant".to_owned() }
    );
}

#[test]
fn our_own_token_is_renewed_early_and_serves_to_its_end() {
    let mut held = Held::new(client(Proof::None), "x");
    let first = held.step(NOW).unwrap();
    assert!(first.token.is_none() && first.ask.is_some());
    assert!(held.step(NOW).unwrap().ask.is_none(), "one at a time");
    let token =
        |text: &str| answer(200, &json!({"access_token": text, "token_type": "bearer", "expires_in": 100}));
    held.answered(Ok(&token("one")), NOW).unwrap();
    assert!(held.step(NOW + 79).unwrap().ask.is_none());
    let due = held.step(NOW + 80).unwrap();
    assert!(due.ask.is_some() && due.token.unwrap().matches(b"one"));
    assert!(held.answered(Err("no route"), NOW + 81).is_err());
    assert!(held.step(NOW + 85).unwrap().ask.is_none());
    let again = held.step(NOW + 86).unwrap();
    assert!(again.ask.is_some() && again.token.is_some());
    assert!(held.step(NOW + 100).unwrap().token.is_none());
    held.answered(Ok(&token("two")), NOW + 101).unwrap();
    assert!(held.step(NOW + 101).unwrap().token.unwrap().matches(b"two"));
}

fn introspection(entries_max: usize) -> Introspection {
    let text = "url = 'https://issuer.example/introspect'\nissuer = 'https://issuer.example'\naudiences = ['orders']\nrole-claims = ['roles']";
    let config: Config = toml::from_str(text).unwrap();
    Introspection::new(Config { entries_max, ..config }, client(Proof::Basic(Secret::new("s"))))
}

fn active(changes: Value) -> Answer {
    let mut object = json!({"active": true, "sub": "alice", "aud": "orders", "scope": "a b", "exp": NOW + 20, "roles": ["r"]});
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    answer(200, &object)
}

#[test]
fn an_opaque_token_is_asked_for_and_kept_shortly() {
    let mut source = introspection(10);
    let none = Proofs::default();
    let Known::Ask(ask) = source.look_up("opaque", none, NOW) else { panic!("not asked") };
    assert_eq!(field(&ask, "token"), "opaque");
    let identity = source.answered("opaque", Ok(&active(json!({}))), none, NOW).unwrap();
    assert_eq!((identity.subject.as_str(), identity.scopes.len(), identity.roles.len()), ("alice", 2, 1));
    assert!(!identity.credential.contains("opaque"));
    assert!(matches!(source.look_up("opaque", none, NOW + 19), Known::Yes(_)));
    assert!(matches!(source.look_up("opaque", none, NOW + 20), Known::Ask(_)), "not beyond its own end");
    let error = source.answered("gone", Ok(&answer(200, &json!({"active": false}))), none, NOW).unwrap_err();
    assert_eq!(error, IntrospectionError::Inactive);
    assert!(matches!(source.look_up("gone", none, NOW + 9), Known::No(IntrospectionError::Inactive)));
    assert!(matches!(source.look_up("gone", none, NOW + 10), Known::Ask(_)));
    assert!(matches!(source.look_up("a b", none, NOW), Known::No(IntrospectionError::Form)));
}

#[test]
fn what_the_issuer_does_not_say_clearly_is_refused() {
    let mut source = introspection(10);
    let none = Proofs::default();
    let mut refused = |answer: Answer| source.answered("t", Ok(&answer), none, NOW).unwrap_err();
    assert_eq!(refused(active(json!({"active": "true"}))), IntrospectionError::Malformed("active"));
    assert_eq!(refused(answer(200, &json!({}))), IntrospectionError::Malformed("active"));
    assert_eq!(refused(answer(500, &json!({"active": true}))), IntrospectionError::Status(500));
    assert_eq!(refused(active(json!({"aud": "other"}))), IntrospectionError::Other("aud"));
    assert_eq!(refused(active(json!({"aud": null}))), IntrospectionError::Other("aud"));
    assert_eq!(refused(active(json!({"iss": "https://other.example"}))), IntrospectionError::Other("iss"));
    assert_eq!(refused(active(json!({"exp": NOW}))), IntrospectionError::Expired(NOW));
    assert_eq!(refused(active(json!({"exp": "x"}))), IntrospectionError::Malformed("exp"));
    assert_eq!(refused(active(json!({"sub": null}))), IntrospectionError::Malformed("sub"));
    let error = refused(active(json!({"cnf": {"jkt": "x"}})));
    assert_eq!(error, IntrospectionError::Binding(JwtError::ProofMissing("DPoP key")));
    let twice =
        Answer { status: 200, headers: vec![], body: br#"{"active": false, "active": true}"#.to_vec() };
    assert_eq!(refused(twice), IntrospectionError::Malformed("body"));
    let proofs = Proofs { dpop_key: Some("x"), certificate: None };
    assert!(
        source
            .answered("t2", Ok(&active(json!({"cnf": {"jkt": "x"}}))), proofs, NOW)
            .unwrap()
            .authentication
            .bound
    );
    assert!(
        matches!(source.look_up("t2", none, NOW), Known::No(IntrospectionError::Binding(_))),
        "kept answers ask for the proof too"
    );
}

#[test]
fn kept_answers_are_bounded() {
    let mut source = introspection(3);
    for number in 0..100 {
        let token = format!("t{number}");
        source.answered(&token, Ok(&active(json!({}))), Proofs::default(), NOW).unwrap();
    }
    let kept = (0..100)
        .filter(|n| matches!(source.look_up(&format!("t{n}"), Proofs::default(), NOW), Known::Yes(_)))
        .count();
    assert_eq!(kept, 3);
}

#[test]
fn the_resource_tells_of_itself() {
    let resource = Resource {
        resource: Url::parse("https://api.example/v1/").unwrap(),
        authorization_servers: vec!["https://issuer.example".to_owned()],
        scopes: vec!["read".to_owned()],
        dpop: false,
        certificates: false,
    };
    assert_eq!(resource.document()["resource"], "https://api.example/v1/");
    expect_test::expect![[r#"
        Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"
        Bearer error="invalid_token", error_description="the token expired", resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"
        Bearer error="insufficient_scope", scope="read pay", resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"
        Bearer error="xy""#]]
    .assert_eq(&[resource.asks(), resource.refuses("the token expired"), resource.lacks(&["read", "pay"]), www_authenticate("Bearer", Some("x\"\r\ny"), &[])].join("\n"));
}

#[test]
fn tokens_stand_in_one_header_only() {
    let of = |values: &[&'static str]| bearer(values.iter().map(|value| ("Authorization", *value)));
    assert_eq!(of(&["Bearer abc"]), Ok(Some((Scheme::Bearer, "abc"))));
    assert_eq!(of(&["dpop a.b-c_~+/=="]), Ok(Some((Scheme::Dpop, "a.b-c_~+/=="))));
    assert_eq!(of(&["Basic abc"]), Ok(None));
    assert_eq!(of(&[]), Ok(None));
    for bad in [
        &["Bearer a", "Bearer b"][..],
        &["Bearer a b"],
        &["Bearer "],
        &["Bearer =="],
        &["Bearer a,b"],
        &["Bearer é"],
        &["Bearer a=b"],
    ] {
        assert_eq!(of(bad), Err(MalformedAuthorization), "{bad:?}");
    }
}
