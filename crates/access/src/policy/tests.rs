//! The table of routes.
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::json;

use super::*;
use crate::{Authentication, Identity, Method};

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn alice() -> Identity {
    Identity {
        subject: "alice".to_owned(),
        issuer: "https://login.example.org".to_owned(),
        method: Method::Jwt,
        scopes: set(&["orders:read"]),
        roles: set(&["buyer"]),
        groups: set(&["berlin"]),
        authentication: Authentication {
            context: Some("silver".to_owned()),
            methods: set(&["pwd"]),
            time: Some(1_000),
            bound: false,
        },
        claims: [("tenant".to_owned(), json!("acme")), ("shops".to_owned(), json!([1, 2]))].into(),
        expires: None,
        credential: "token-1".to_owned(),
    }
}

fn question<'a>(identity: Option<&'a Identity>, route: &'a str) -> Question<'a> {
    Question {
        identity,
        route,
        method: "GET",
        path: "/orders/17",
        parameters: &[("id", "17"), ("tenant-id", "acme")],
        host: "api.example.org",
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        now: 1_100,
        mutual_tls: false,
    }
}

/// What alice lacks by a rule written in TOML, and how she is told.
fn check(rule: &str, expect: &str) {
    let config: Config = toml::from_str(&format!("[routes.\"GET /{{tenant-id}}/x\"]\n{rule}")).unwrap();
    let authorizer = Authorizer::new(config, &Files::default()).unwrap();
    let who = alice();
    let decision = authorizer.decide(&question(Some(&who), "GET /{tenant-id}/x"));
    let missing: Vec<String> = decision.missing.iter().map(ToString::to_string).collect();
    assert_eq!(decision.allowed, missing.is_empty());
    let challenge = decision.challenge().map_or_else(String::new, |text| format!(" | {text}"));
    let told = if decision.allowed { "allowed".to_owned() } else { decision.status().to_string() };
    assert_eq!(format!("{told}: {}{challenge}", missing.join("; ")), expect);
}

#[test]
fn what_is_missing_is_told_whole() {
    check("", "allowed: ");
    check("scopes = [\"orders:read\"]", "allowed: ");
    check(
        "scopes = [\"orders:read\", \"orders:write\"]\nroles = [\"admin\"]",
        "403: scope `orders:write`; one of the roles `admin` | Bearer error=\"insufficient_scope\", scope=\"orders:write\"",
    );
    check("groups = [\"paris\", \"berlin\"]\nissuers = [\"https://login.example.org\"]", "allowed: ");
    check("methods = [\"certificate\"]", "401: authentication by one of `certificate` | Bearer");
    check("claims.tenant = [\"acme\"]\nclaims.shops = [\"2\"]", "allowed: ");
    check("claims.shops = [\"3\"]", "403: an accepted value of the claim `shops`");
    check("own.tenant = \"tenant-id\"", "allowed: ");
    check(
        "own.subsidiary = \"tenant-id\"",
        "403: a claim `subsidiary` that equals the route's `{tenant-id}`",
    );
}

#[test]
fn a_stronger_authentication_is_asked_for() {
    check("step-up = { acr = [\"silver\"], amr = [\"pwd\"], max-age = \"5m\" }", "allowed: ");
    check(
        "step-up = { acr = [\"gold\"], max-age = \"60s\" }",
        "401: authentication of one of the classes (acr) `gold`; an authentication of the last 60 s | Bearer \
         error=\"insufficient_user_authentication\", acr_values=\"gold\", max_age=\"60\"",
    );
    check("step-up = { bound = true }", "403: a token that is bound to a key of the client");
}

#[test]
fn a_time_of_authentication_in_the_future_is_not_fresh() {
    let config: Config = toml::from_str("[routes.\"x\"]\nstep-up = { max-age = \"1h\" }").unwrap();
    let authorizer = Authorizer::new(config, &Files::default()).unwrap();
    let mut who = alice();
    who.authentication.time = Some(9_000);
    assert!(!authorizer.decide(&question(Some(&who), "x")).allowed);
    who.authentication.time = None;
    assert!(!authorizer.decide(&question(Some(&who), "x")).allowed);
}

#[test]
fn unknown_routes_are_denied_whatever_else_is_said() {
    for otherwise in ["deny", "authenticated", "public"] {
        let config: Config = toml::from_str(&format!("otherwise = \"{otherwise}\"")).unwrap();
        let authorizer = Authorizer::new(config, &Files::default()).unwrap();
        let who = alice();
        let decision = authorizer.decide(&question(Some(&who), ""));
        assert_eq!((decision.allowed, decision.missing), (false, vec![Missing::Route]));
        let known = authorizer.decide(&question(Some(&who), "GET /y")).allowed;
        assert_eq!(known, otherwise != "deny");
        assert_eq!(authorizer.decide(&question(None, "GET /y")).allowed, otherwise == "public");
    }
}

#[test]
fn nobody_is_told_to_authenticate() {
    let config: Config =
        toml::from_str("[routes.\"a\"]\nscopes = [\"x\"]\n[routes.\"b\"]\npublic = true").unwrap();
    let authorizer = Authorizer::new(config, &Files::default()).unwrap();
    let decision = authorizer.decide(&question(None, "a"));
    assert_eq!((decision.status(), decision.challenge().unwrap()), (401, "Bearer scope=\"x\"".to_owned()));
    assert!(authorizer.decide(&question(None, "b")).allowed);
}

#[test]
fn the_longest_pattern_wins() {
    let config: Config =
        toml::from_str("[routes.\"GET /*\"]\npublic = true\n[routes.\"GET /admin/*\"]\nroles = [\"admin\"]")
            .unwrap();
    let authorizer = Authorizer::new(config, &Files::default()).unwrap();
    assert!(authorizer.decide(&question(None, "GET /a")).allowed);
    assert!(!authorizer.decide(&question(None, "GET /admin/a")).allowed);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let config: Config = toml::from_str(
        "[routes.\"GET /a/{id}\"]\npublic = true\nroles = [\"x\"]\nmethods = [\"password\"]\nown.tenant = \"tenant\"",
    )
    .unwrap();
    let problems = Authorizer::new(config, &Files::default()).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(toml::from_str::<Config>("[routes.x]\nscope = [\"a\"]").is_err(), "an unknown key");
}

#[test]
#[cfg(not(feature = "cedar"))]
fn cedar_without_cedar_is_refused() {
    let config: Config = toml::from_str("[cedar]\npolicies = [\"policies\"]").unwrap();
    let problems = Authorizer::new(config, &Files::default()).unwrap_err();
    assert!(problems[0].to_string().contains("--features cedar"), "{problems:?}");
}

fn from_openapi(security: &str) -> String {
    let document = json!({
        "components": { "securitySchemes": {
            "key": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
            "login": { "type": "oauth2", "flows": {} },
            "bearer": { "type": "http", "scheme": "bearer" },
            "basic": { "type": "http", "scheme": "basic" },
            "tls": { "type": "mutualTLS" },
        } },
        "paths": { "/x": { "get": { "security": serde_json::from_str::<serde_json::Value>(security).unwrap() } } },
    });
    let (routes, problems) = openapi(&document);
    let authorizer = Authorizer::new(Config { routes, ..Config::default() }, &Files::default()).unwrap();
    let mut told = Vec::new();
    let who = alice();
    for (name, identity, mutual_tls) in
        [("nobody", None, false), ("tls", None, true), ("alice", Some(&who), false)]
    {
        let question = Question { mutual_tls, ..question(identity, "GET /x") };
        if authorizer.decide(&question).allowed {
            told.push(name.to_owned());
        }
    }
    told.extend(problems.iter().map(ToString::to_string));
    told.join(", ")
}

#[test]
fn security_requirements_of_openapi() {
    assert_eq!(from_openapi("[]"), "nobody, tls, alice");
    assert_eq!(from_openapi("[{}]"), "nobody, tls, alice");
    assert_eq!(from_openapi(r#"[{"login": ["orders:read"]}]"#), "alice");
    assert_eq!(from_openapi(r#"[{"login": ["orders:write"]}, {"bearer": []}]"#), "alice");
    assert_eq!(from_openapi(r#"[{"login": ["orders:write"]}]"#), "");
    assert_eq!(from_openapi(r#"[{"key": []}]"#), "");
    assert_eq!(from_openapi(r#"[{"tls": []}]"#), "tls");
    assert_eq!(from_openapi(r#"[{"tls": [], "login": []}]"#), "");
    assert!(from_openapi(r#"[{"basic": []}]"#).starts_with("GET /x: `basic` (http basic) is a scheme"));
    assert!(from_openapi(r#"[{"other": []}]"#).contains("stands not in"));
    assert!(from_openapi("null").starts_with("alice, GET /x: no security requirement"));
}

#[test]
fn a_request_finds_its_route() {
    let names = ["GET /orders/{id}", "GET /orders/open", "POST /orders", "GET /{any}/{id}"];
    let routes: BTreeSet<String> = set(&names);
    let found = |method: &str, path: &str| {
        find(&routes, method, path).map(|(route, parameters)| format!("{route} {parameters:?}"))
    };
    assert_eq!(found("GET", "/orders/17").unwrap(), "GET /orders/{id} [(\"id\", \"17\")]");
    assert_eq!(found("GET", "/orders/open").unwrap(), "GET /orders/open []");
    assert_eq!(found("GET", "/x/1").unwrap(), "GET /{any}/{id} [(\"any\", \"x\"), (\"id\", \"1\")]");
    assert_eq!(found("PUT", "/orders/17"), None);
    assert_eq!(found("GET", "/orders/"), None);
    assert_eq!(found("GET", "/orders/17/x"), None);
}

#[test]
fn claims_become_an_identity() {
    let claims =
        json!({ "sub": "alice", "iss": "i", "scope": "a b", "roles": ["r"], "amr": ["otp"], "auth_time": 5 });
    let who = identity_of(claims.as_object().unwrap(), Method::Jwt);
    assert_eq!((who.scopes, who.roles, who.authentication.time), (set(&["a", "b"]), set(&["r"]), Some(5)));
    assert_eq!(method_of("api-key"), Some(Method::ApiKey));
    assert_eq!(method_of("password"), None);
}

/// The TOML examples of `docs/access.md`, by what stands after `toml`.
#[test]
fn the_examples_of_the_page_can_be_used() {
    let page = include_str!("../../../../docs/access.md");
    let mut seen = BTreeSet::new();
    for block in page.split("```toml ").skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        let text = rest.split("```").next().unwrap();
        seen.insert(name);
        match name {
            "authorization" => {
                let config: Config = toml::from_str(text).unwrap();
                assert!(config.cedar.is_some() || Authorizer::new(config, &Files::default()).is_ok());
            }
            "rate" => assert_eq!(toml::from_str::<crate::limit::Config>(text).unwrap().check(), Ok(())),
            "block" => drop(crate::block::BlockList::new(&toml::from_str(text).unwrap(), []).unwrap()),
            other => panic!("what is `{other}`?"),
        }
    }
    assert_eq!(seen, BTreeSet::from(["authorization", "block", "rate"]));
    #[cfg(feature = "cedar")]
    {
        let text = page.split("```toml authorization").find(|text| text.contains("[cedar]")).unwrap();
        let config: Config = toml::from_str(text.split("```").next().unwrap()).unwrap();
        let policies = page.split("```cedar").nth(1).and_then(|text| text.split("```").next()).unwrap();
        let file = File { name: "page.cedar".to_owned(), text: policies.to_owned() };
        let authorizer = Authorizer::new(config, &Files { policies: vec![file], ..Files::default() });
        assert!(authorizer.is_ok(), "{authorizer:?}");
    }
}
