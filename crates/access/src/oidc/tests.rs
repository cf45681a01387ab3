//! Tests of login and logout.
use serde_json::{Map, json};

use super::*;
use crate::oauth::client::Proof;
use crate::secret::Secret;
use crate::session;
use crate::testing::{NOW, answer, key_set, object, signer};

fn metadata(iss_parameter: bool) -> Metadata {
    let document = json!({
        "issuer": "https://issuer.example",
        "jwks_uri": "https://issuer.example/keys",
        "authorization_endpoint": "https://issuer.example/authorize?tenant=1",
        "token_endpoint": "https://issuer.example/token",
        "end_session_endpoint": "https://issuer.example/logout",
        "authorization_response_iss_parameter_supported": iss_parameter,
    });
    Metadata::read(document.to_string().as_bytes(), "https://issuer.example").unwrap()
}

fn login(iss_parameter: bool) -> Login {
    let client = Client {
        id: "pages".to_owned(),
        proof: Proof::Post(Secret::new("s")),
        token_endpoint: Url::parse("https://issuer.example/token").unwrap(),
        issuer: "https://issuer.example".to_owned(),
    };
    let redirect = Url::parse("https://app.example/callback").unwrap();
    let rules = Issuer::new("https://issuer.example", "ignored");
    Login::new(metadata(iss_parameter), client, redirect, "profile", rules).unwrap()
}

fn sessions() -> Sessions {
    Sessions::new(session::Config::default(), &[Secret::new([9; 32])]).unwrap()
}

fn pair(header: &str) -> String {
    header.split(';').next().unwrap().to_owned()
}

fn sent(begun: &Begun, name: &str) -> String {
    begun
        .location
        .query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// A whole login; the ID token's claims may be changed.
fn whole(wanted: &Wanted, changes: &Value) -> Result<Finished, LoginError> {
    let (login, sessions) = (login(true), sessions());
    let begun = login.begin(&sessions, "/orders?a=1", wanted, NOW)?;
    let query = format!("code=c0de&state={}&iss=https%3A%2F%2Fissuer.example", sent(&begun, "state"));
    let cookie = pair(&begun.set_cookie);
    let returned = login.returned(&sessions, &query, [cookie.as_str()].into_iter(), NOW + 5)?;
    let body: Map<String, Value> = url::form_urlencoded::parse(&returned.ask.body)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    let verifier = body["code_verifier"].as_str().unwrap();
    assert_eq!(encode::base64url(&encode::sha256(verifier.as_bytes())), sent(&begun, "code_challenge"));
    let mut claims = object(
        json!({"iss": "https://issuer.example", "aud": "pages", "sub": "alice", "exp": NOW + 300, "iat": NOW, "nonce": sent(&begun, "nonce"), "sid": "s1"}),
    );
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.shift_remove(name)
        } else {
            claims.insert(name.clone(), value.clone())
        };
    }
    let key = signer(Algorithm::ES256, "k1");
    let tokens = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 300, "refresh_token": "rt", "id_token": key.token("JWT", claims).unwrap()});
    login.finish(&sessions, returned, (&answer(200, &tokens), &key_set(&[&key])), NOW + 6)
}

#[test]
fn a_login_ends_in_a_session() {
    let finished = whole(&Wanted::default(), &json!({})).unwrap();
    assert_eq!(finished.location, "/orders?a=1");
    let (session, _) =
        sessions().open([pair(&finished.set_cookies[0]).as_str()].into_iter(), NOW + 7).unwrap();
    assert_eq!((session.subject.as_str(), session.sid.as_deref()), ("alice", Some("s1")));
    assert_eq!(session.refresh_at, Some(NOW + 6 + 240));
    assert!(finished.set_cookies[1].ends_with("Max-Age=0"));
    let hash = half_hash(Algorithm::ES256, b"at").unwrap();
    assert!(whole(&Wanted::default(), &json!({"at_hash": hash})).is_ok());
}

#[test]
fn the_request_to_the_issuer() {
    let wanted = Wanted { contexts: vec!["mfa".to_owned()], age_seconds_max: Some(60) };
    let begun = login(false).begin(&sessions(), "//evil.example", &wanted, NOW).unwrap();
    for (name, value) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "pages"),
        ("redirect_uri", "https://app.example/callback"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
        ("acr_values", "mfa"),
        ("max_age", "60"),
    ] {
        assert_eq!(sent(&begun, name), value);
    }
    assert!(begun.set_cookie.starts_with("__Host-buckler-login="));
}

#[test]
fn id_tokens_of_something_else() {
    let none = Wanted::default();
    let refused = |changes: Value| whole(&none, &changes).unwrap_err();
    assert_eq!(refused(json!({"nonce": "x"})), LoginError::Claim("nonce"));
    assert_eq!(refused(json!({"nonce": null})), LoginError::Claim("nonce"));
    assert_eq!(refused(json!({"azp": "other"})), LoginError::Claim("azp"));
    assert_eq!(refused(json!({"aud": ["pages", "other"]})), LoginError::Claim("azp"));
    assert_eq!(refused(json!({"at_hash": "x"})), LoginError::Claim("at_hash"));
    assert!(matches!(refused(json!({"aud": "other"})), LoginError::IdToken(JwtError::Audience(_))));
    assert!(whole(&none, &json!({"aud": ["pages", "other"], "azp": "pages"})).is_ok());
    let strong = Wanted { contexts: vec!["mfa".to_owned()], age_seconds_max: Some(60) };
    assert_eq!(whole(&strong, &json!({})).unwrap_err(), LoginError::Claim("acr"));
    assert_eq!(whole(&strong, &json!({"acr": "mfa"})).unwrap_err(), LoginError::Claim("auth_time"));
    assert_eq!(
        whole(&strong, &json!({"acr": "mfa", "auth_time": NOW - 200})).unwrap_err(),
        LoginError::Claim("auth_time")
    );
    assert!(whole(&strong, &json!({"acr": "mfa", "auth_time": NOW})).is_ok());
}

#[test]
fn answers_that_nobody_asked_for() {
    let (login, sessions) = (login(true), sessions());
    let begun = login.begin(&sessions, "/", &Wanted::default(), NOW).unwrap();
    let (state, cookie) = (sent(&begun, "state"), pair(&begun.set_cookie));
    let iss = "iss=https%3A%2F%2Fissuer.example";
    let of =
        |query: &str, now| login.returned(&sessions, query, [cookie.as_str()].into_iter(), now).unwrap_err();
    assert_eq!(of(&format!("code=c&state=x&{iss}"), NOW), LoginError::Parameter("state"));
    assert_eq!(of(&format!("code=c&{iss}"), NOW), LoginError::Parameter("state"));
    assert_eq!(of(&format!("code=c&state={state}&state={state}&{iss}"), NOW), LoginError::Parameter("state"));
    assert_eq!(of(&format!("code=c&state={state}"), NOW), LoginError::Parameter("iss"));
    assert_eq!(
        of(&format!("code=c&state={state}&iss=https%3A%2F%2Fevil.example"), NOW),
        LoginError::Parameter("iss")
    );
    assert_eq!(of(&format!("state={state}&{iss}"), NOW), LoginError::Parameter("code"));
    assert_eq!(
        of(&format!("error=access_denied&state={state}&{iss}"), NOW),
        LoginError::Refused("access_denied".to_owned())
    );
    assert_eq!(of(&format!("code=c&state={state}&{iss}"), NOW + 601), LoginError::Late);
    let none = login.returned(&sessions, &format!("code=c&state={state}&{iss}"), std::iter::empty(), NOW);
    assert_eq!(none.unwrap_err(), LoginError::Cookie(SessionError::Absent));
}

#[test]
fn targets_stay_on_this_host() {
    for good in ["/", "/a/b?c=d#e", "/a//b", "/%2F%2Fevil.example"] {
        assert_eq!(local_target(good), good);
    }
    for bad in [
        "",
        "a",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n",
        " /",
        "/ü",
        "///evil.example",
        "/..//evil.example",
        "/.//evil.example",
    ] {
        assert_eq!(local_target(bad), "/", "{bad:?}");
    }
    assert_eq!(local_target(&format!("/{}", "a".repeat(2000))), "/");
}

#[test]
fn tokens_are_renewed_for_the_same_user() {
    let login = login(false);
    let session = whole(&Wanted::default(), &json!({})).unwrap().session;
    assert!(login.refresh(&session, NOW + 245).unwrap().is_none());
    let ask = login.refresh(&session, NOW + 246).unwrap().unwrap();
    assert!(String::from_utf8(ask.body).unwrap().contains("refresh_token=rt"));
    let key = signer(Algorithm::ES256, "k1");
    let with = |subject: &str| {
        let claims = object(
            json!({"iss": "https://issuer.example", "aud": "pages", "sub": subject, "exp": NOW + 900}),
        );
        let body = json!({"access_token": "a2", "token_type": "Bearer", "refresh_token": "r2", "id_token": key.token("JWT", claims).unwrap()});
        login.refreshed(&session, (&answer(200, &body), &key_set(&[&key])), NOW + 250)
    };
    let renewed = with("alice").unwrap();
    assert_eq!((renewed.refresh.as_deref(), renewed.id), (Some("r2"), session.id.clone()));
    assert_eq!(with("mallory").unwrap_err(), LoginError::Claim("sub"));
}

#[test]
fn logout_here_and_by_the_issuer() {
    let login = login(false);
    let session = whole(&Wanted::default(), &json!({})).unwrap().session;
    let location = login.logout(&session, &Url::parse("https://app.example/bye").unwrap()).unwrap();
    assert_eq!(
        location.as_str(),
        "https://issuer.example/logout?client_id=pages&logout_hint=s1&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye"
    );
    let key = signer(Algorithm::ES256, "k1");
    let of = |typ: &str, changes: Value| {
        let mut claims = object(
            json!({"iss": "https://issuer.example", "aud": "pages", "sid": "s1", "iat": NOW, "exp": NOW + 100, "jti": "1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
        );
        claims.extend(object(changes));
        claims.retain(|_, value| !value.is_null());
        login.logged_out(&key.token(typ, claims).unwrap(), &key_set(&[&key]), NOW)
    };
    let out = of("logout+jwt", json!({})).unwrap();
    assert_eq!((out.sid.as_deref(), out.subject), (Some("s1"), None));
    let nobody = of("logout+jwt", json!({"sid": null})).unwrap_err();
    assert!(matches!(nobody, LogoutError::Token(JwtError::Missing(_))), "{nobody}");
    assert!(matches!(of("JWT", json!({})).unwrap_err(), LogoutError::Token(JwtError::Type(_))));
    assert_eq!(of("logout+jwt", json!({"nonce": "n"})).unwrap_err(), LogoutError::Claim("nonce"));
    assert_eq!(of("logout+jwt", json!({"events": {}})).unwrap_err(), LogoutError::Claim("events"));
    assert_eq!(of("logout+jwt", json!({"jti": 1})).unwrap_err(), LogoutError::Claim("jti"));
    assert!(of("logout+jwt", json!({"iat": NOW - 200})).is_err());
}
