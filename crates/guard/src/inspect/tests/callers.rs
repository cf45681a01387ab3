//! Who calls: tokens, signatures, authorization, rates, schemas.
use super::*;
use crate::fetch::tests::served;
use access::encode::base64url;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc";

struct Authority {
    pair: EcdsaKeyPair,
}

impl Authority {
    fn new() -> Self {
        Self { pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    fn keys(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
            "x": base64url(&point[1..33]), "y": base64url(&point[33..65])}]})
    }

    fn token(&self, claims: &Value) -> String {
        let head = base64url(br#"{"alg":"ES256","typ":"JWT","kid":"k1"}"#);
        let message = format!("{head}.{}", base64url(claims.to_string().as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64url(signature.as_ref()))
    }
}

fn claims(subject: &str) -> Value {
    json!({"iss": ISSUER, "sub": subject, "client_id": "app1", "token_use": "access", "username": subject, "exp": NOW + 600, "iat": NOW - 5})
}

fn more(authority: &Authority) -> Value {
    json!({
        "issuers": {"users": {"issuer": "https://cognito-idp.${env:AWS_REGION}.amazonaws.com/${env:userpoolid}", "audiences": [], "audience-claim": "client_id", "provider": "cognito"}},
        "keys": {"users": authority.keys()},
    })
}

const POOL: &[(&str, &str)] = &[("AWS_REGION", "eu-central-1"), ("userpoolid", "eu-central-1_abc")];

fn with_token(token: &str) -> Value {
    v1("{\"action\":\"orders\"}", json!({ "Authorization": token, "Content-Type": "application/json" }))
}

#[test]
fn forged_tokens_are_refused_where_an_issuer_is_known() {
    let authority = Authority::new();
    let (inspector, heard) = made(json!({}), more(&authority), POOL);
    let good = authority.token(&claims("anna"));
    assert_eq!(verdict(&inspector, &with_token(&good)), "pass");
    assert_eq!(verdict(&inspector, &with_token(&format!("Bearer {good}"))), "pass");
    let parts: Vec<&str> = good.split('.').collect();
    let victim = base64url(claims("victim").to_string().as_bytes());
    let none = base64url(br#"{"alg":"none","typ":"JWT"}"#);
    let other = Authority::new().token(&claims("victim"));
    let bare = base64url(br#"{"username":"victim"}"#);
    let padded = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        br#"{"username":"victim", "x":1}"#,
    );
    for forged in [
        format!("{}.{victim}.{}", parts[0], parts[2]),
        format!("{none}.{victim}."),
        format!("{none}.{victim}"),
        format!("x.{victim}.y"),
        format!("x.{bare}.y"),
        format!("x.{padded}.y"),
        format!(".{bare}"),
        format!("a b.{bare}.c"),
        format!("Bearer x.{bare}.y"),
        other,
        authority.token(&json!({"iss": "https://evil.example", "sub": "victim", "exp": NOW + 600})),
    ] {
        let said = verdict(&inspector, &with_token(&forged));
        assert!(said.starts_with("authentication 401"), "{forged}: {said}");
        heard.take();
    }
    let mut old = claims("anna");
    old["exp"] = (NOW - 3600).into();
    assert!(
        verdict(&inspector, &with_token(&authority.token(&old)))
            .starts_with("authentication 401 token: the token does not hold: the token expired")
    );
    // What is no token is the application's own matter.
    for own in
        ["Basic dXNlcjpwYXNz", "secret-key-17", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/2026/x", "v1.2.3"]
    {
        assert_eq!(verdict(&inspector, &with_token(own)), "pass", "{own}");
    }
    assert_eq!(verdict(&inspector, &v1("{}", json!({}))), "pass");
    // A forged token in a cookie is refused, too; one of a stranger there is not ours.
    let cookie = |token: &str| v1("{}", json!({"cookie": format!("a=b; id={token}")}));
    assert_eq!(verdict(&inspector, &cookie(&good)), "pass");
    assert!(verdict(&inspector, &cookie(&format!("{none}.{victim}."))).starts_with("authentication 401"));
    assert_eq!(verdict(&inspector, &cookie(&format!("x.{bare}.y"))), "pass");
}

#[test]
fn the_owner_says_where_the_keys_of_an_issuer_are() {
    let authority = Authority::new();
    let mut given = more(&authority);
    given.as_object_mut().unwrap().remove("keys");
    let address = format!("{}/keys", served(vec![(200, authority.keys().to_string().into_bytes())]));
    let variables = [POOL[0], POOL[1], ("BUCKLER_JWKS_USERS", &address)];
    let (inspector, _) = made(json!({}), given.clone(), &variables);
    assert_eq!(verdict(&inspector, &with_token(&authority.token(&claims("anna")))), "pass");
    let forged = Authority::new().token(&claims("anna"));
    assert!(verdict(&inspector, &with_token(&forged)).starts_with("authentication 401"));
    // A misspelt one, and one that keys must not come from.
    for (name, address, part) in [
        ("BUCKLER_JWKS_USER", address.as_str(), "`BUCKLER_JWKS_USERS`"),
        ("BUCKLER_JWKS_USERS", "http://example.org/keys", "https://"),
    ] {
        let variables = [POOL[0], POOL[1], (name, address)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let report: Arc<dyn Report> = Arc::new(Heard::default());
        let made = Inspector::with(
            &bundle(json!({}), given.clone()),
            "orders",
            report,
            &Surroundings::of(variables),
        );
        let why = made.unwrap_err().to_string();
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn a_function_without_the_variables_of_the_issuer_is_told_of_it() {
    let authority = Authority::new();
    let (inspector, heard) = made(json!({}), more(&authority), &[]);
    assert_eq!(heard.take(), ["policy issuer Told"]);
    assert_eq!(verdict(&inspector, &with_token("x.eyJhIjoxfQ.y")), "pass");
}

#[test]
fn unknown_tokens_can_be_let_through_by_the_owner() {
    let authority = Authority::new();
    let (inspector, heard) = made(json!({"access": {"unknown_tokens": "tell"}}), more(&authority), POOL);
    let stranger =
        Authority::new().token(&json!({"iss": "https://other.example", "sub": "a", "exp": NOW + 600}));
    assert_eq!(verdict(&inspector, &with_token(&stranger)), "pass");
    assert_eq!(heard.take(), ["authentication unknown-token Told"]);
    let forged = Authority::new().token(&claims("victim"));
    assert!(verdict(&inspector, &with_token(&forged)).starts_with("authentication 401"));
}

#[test]
fn a_route_with_an_issuer_wants_a_token_and_the_claims_must_be_its_own() {
    let authority = Authority::new();
    let function = json!({"triggers": [{"kind": "api-gateway-v1", "routes": [
        {"method": "POST", "path": "/order", "auth": "user-pool", "issuers": ["users"]},
        {"method": "GET", "path": "/open", "auth": "none"}]}]});
    let (inspector, _) = made(function, more(&authority), POOL);
    assert!(verdict(&inspector, &v1("{}", json!({}))).starts_with("authentication 401 token"));
    assert_eq!(verdict(&inspector, &with_token(&authority.token(&claims("anna")))), "pass");
    let mut event = with_token(&authority.token(&claims("anna")));
    event["requestContext"]["authorizer"] = json!({"claims": {"sub": "anna", "iss": ISSUER}});
    assert_eq!(verdict(&inspector, &event), "pass");
    event["requestContext"]["authorizer"] = json!({"claims": {"sub": "victim", "iss": ISSUER}});
    assert!(verdict(&inspector, &event).starts_with("authentication 401 claims"));
    let mut open = v1("", json!({}));
    open["path"] = "/open".into();
    open["httpMethod"] = "GET".into();
    assert_eq!(verdict(&inspector, &open), "pass");
}

#[test]
fn authorization_and_rates() {
    let authority = Authority::new();
    let function = json!({
        "triggers": [{"kind": "api-gateway-v1", "routes": [{"method": "POST", "path": "/order", "auth": "user-pool", "issuers": ["users"]}]}],
        "access": {"authorization": {"routes": {"POST /order": {"groups": ["buyers"]}}}},
        "limits": {"rates": {"limits": [{"name": "each", "rate": "2/min", "by": ["identity"]}]}},
    });
    let (inspector, _) = made(function, more(&authority), POOL);
    let mut buyer = claims("anna");
    buyer["cognito:groups"] = json!(["buyers"]);
    let said = verdict(&inspector, &with_token(&authority.token(&claims("anna"))));
    assert!(said.starts_with("authorization 403 authorization"), "{said}");
    let token = with_token(&authority.token(&buyer));
    assert_eq!(verdict(&inspector, &token), "pass");
    assert_eq!(verdict(&inspector, &token), "pass");
    assert!(verdict(&inspector, &token).starts_with("rate 429 each"));
}

#[test]
fn webhooks_must_be_signed_and_count_once() {
    let function = json!({"triggers": [{"kind": "api-gateway-v2", "webhook": {"name": "hub", "scheme": "github"}, "webhook_secret": "HUB_SECRET"}]});
    let (inspector, _) = made(function, json!({}), &[("HUB_SECRET", "a long enough secret")]);
    let mut event = v2("POST", "/hook", "", &json!({"action": "opened"}));
    assert!(verdict(&inspector, &event).starts_with("authentication 401 webhook"));
    let body = event["body"].as_str().unwrap().to_owned();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"a long enough secret"), body.as_bytes());
    event["headers"]["x-hub-signature-256"] = format!("sha256={}", access::encode::hex(tag.as_ref())).into();
    assert_eq!(verdict(&inspector, &event), "pass");
    assert!(verdict(&inspector, &event).starts_with("authentication 401 webhook"));
}

#[test]
fn schemas_of_events() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "pattern": "^[0-9]{1,6}$"}}});
    let inspector = plain(json!({"input": {"json": schema}}));
    assert_eq!(verdict(&inspector, &v2("POST", "/", "", &json!({"id": "17", "more": true}))), "pass");
    assert!(verdict(&inspector, &v2("POST", "/", "", &json!({"id": "x"}))).starts_with("schema 400 /id"));
    assert!(verdict(&inspector, &v2("POST", "/", "", &json!({}))).starts_with("schema 400 /"));
    assert_eq!(verdict(&inspector, &sqs(&["{\"id\":\"1\"}", "{\"id\":\"2\"}"])), "pass");
    assert!(verdict(&inspector, &sqs(&["{\"id\":\"1\"}", "{\"id\":2}"])).starts_with("schema 400"));
    assert_eq!(verdict(&inspector, &bus(json!({"id": "1"}))), "pass");
    assert!(verdict(&inspector, &json!({"id": 5})).starts_with("schema 400"));
    let (inspector, heard) = made(json!({"input": {"json": schema, "origin": "learned"}}), json!({}), &[]);
    assert_eq!(verdict(&inspector, &json!({"id": 5})), "pass");
    assert_eq!(heard.take(), ["schema /id Told"]);
    let inspector = plain(json!({"input": {"json": schema, "origin": "learned", "locked_by": "Anna"}}));
    assert!(verdict(&inspector, &json!({"id": 5})).starts_with("schema 400"));
}

#[test]
fn requests_as_an_openapi_document_describes_them() {
    let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/order": {"post": {
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["action"],
            "properties": {"action": {"type": "string", "maxLength": 10}}}}}},
        "responses": {"200": {"description": "ok"}}}}}});
    let inspector = plain(json!({"input": {"openapi": document}}));
    let kind = json!({"content-type": "application/json"});
    assert_eq!(verdict(&inspector, &v1("{\"action\":\"new\"}", kind.clone())), "pass");
    assert!(verdict(&inspector, &v1("{\"action\":17}", kind.clone())).starts_with("schema 400 body"));
    assert!(verdict(&inspector, &v1("{}", kind)).starts_with("schema 400 body"));
}

#[test]
fn what_cannot_be_enforced_is_an_error() {
    let report: Arc<dyn Report> = Arc::new(Heard::default());
    let fails = |function: Value, more: Value| {
        let bundle = bundle(function, more);
        Inspector::with(&bundle, "orders", report.clone(), &Surroundings::of(BTreeMap::new()))
            .unwrap_err()
            .to_string()
    };
    for (function, more, word) in [
        (json!({"triggers": [{"kind": "pigeon"}]}), json!({}), "pigeon"),
        (json!({"input": {"json": {"type": "nothing"}}}), json!({}), "input"),
        (json!({"limits": {"rates": {"limits": [{"name": "x"}]}}}), json!({}), "limits.rates"),
        (json!({"limits": {"at_once_per_identity": 0}}), json!({}), "limits.at_once_per_identity"),
        (json!({}), json!({"rules": {"files": [["x.conf", "SecRule nonsense"]]}}), "x.conf"),
        (json!({}), json!({"issuers": {"a": {"issuer": "http://evil.example"}}}), "issuer `a`"),
        (
            json!({"triggers": [{"kind": "api-gateway-v2", "webhook": {"name": "x", "scheme": "github"}}]}),
            json!({}),
            "webhook_secret",
        ),
    ] {
        let said = fails(function, more);
        assert!(said.contains(word), "{said}");
    }
    let none = Inspector::with(
        &bundle(json!({}), json!({})),
        "else",
        report.clone(),
        &Surroundings::of(BTreeMap::new()),
    );
    assert!(none.unwrap_err().to_string().contains("it has `orders`"));
}

/// Buyers may order; nobody may from this address.
const CEDAR: &str = "permit(principal in Group::\"buyers\", action == Action::\"POST /order\", resource);\n\
                     forbid(principal, action, resource) when { context.address.isInRange(ip(\"198.51.100.0/24\")) };";

fn with_cedar(policies: &str) -> Value {
    json!({
        "triggers": [{"kind": "api-gateway-v1", "routes": [{"method": "POST", "path": "/order", "auth": "user-pool", "issuers": ["users"]}]}],
        "access": {"cedar": policies},
    })
}

#[cfg(feature = "cedar")]
#[test]
fn cedar_decides_each_event() {
    let authority = Authority::new();
    let (inspector, _) = made(with_cedar(CEDAR), more(&authority), POOL);
    let mut buyer = claims("anna");
    buyer["cognito:groups"] = json!(["buyers"]);
    assert_eq!(verdict(&inspector, &with_token(&authority.token(&buyer))), "pass");
    let said = verdict(&inspector, &with_token(&authority.token(&claims("anna"))));
    assert!(said.starts_with("authorization 403"), "{said}");
    let said = verdict(&inspector, &v1("{}", json!({"Content-Type": "application/json"})));
    assert!(said.starts_with("authentication 401") || said.starts_with("authorization 40"), "{said}");
}

/// A guard that cannot ask Cedar does not start without its answer.
#[cfg(not(feature = "cedar"))]
#[test]
fn cedar_without_the_feature_is_refused() {
    let heard: Arc<dyn Report> = Arc::new(Heard::default());
    let bundle = bundle(with_cedar(CEDAR), more(&Authority::new()));
    let variables = POOL.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let refused = Inspector::with(&bundle, "orders", heard, &Surroundings::of(variables)).err().unwrap();
    assert!(refused.to_string().contains("--features cedar"), "{refused}");
}
