//! Requests through policies.
use std::net::IpAddr;

use serde_json::json;

use super::*;
use crate::policy::{Authorizer as Both, Config};
use crate::{Authentication, Identity, Method};

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), text: text.to_owned() }
}

fn files(policies: &str) -> Files {
    Files { policies: vec![file("shop.cedar", policies)], ..Files::default() }
}

fn who(subject: &str, roles: &[&str], claims: serde_json::Value) -> Identity {
    Identity {
        subject: subject.to_owned(),
        issuer: "https://login.example.org".to_owned(),
        method: Method::Jwt,
        scopes: ["orders:read".to_owned()].into(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        groups: ["berlin".to_owned()].into(),
        authentication: Authentication {
            context: Some("gold".to_owned()),
            time: Some(900),
            ..Authentication::default()
        },
        claims: claims.as_object().unwrap().clone().into_iter().collect(),
        expires: None,
        credential: "c".to_owned(),
    }
}

const ROUTE: &str = "GET /tenants/{tenant}/orders/{id}";

fn question<'a>(identity: Option<&'a Identity>, parameters: &'a [(&'a str, &'a str)]) -> Question<'a> {
    Question {
        identity,
        route: ROUTE,
        method: "GET",
        path: "/tenants/acme/orders/17",
        parameters,
        host: "api.example.org",
        address: IpAddr::from([192, 0, 2, 7]),
        now: 1_000,
        mutual_tls: false,
    }
}

const PARAMETERS: [(&str, &str); 2] = [("tenant", "acme"), ("id", "17")];

fn mapping() -> Mapping {
    toml::from_str(&format!(
        "short-ids = true\n[parents]\ntenant = \"Tenant\"\n[resources.\"{ROUTE}\"]\ntype = \"Order\"\nid = \"{{id}}\"\n\
         parents = {{ Tenant = \"{{tenant}}\" }}\nattributes = {{ owner = \"claim:order_owner\" }}"
    ))
    .unwrap()
}

fn policies(text: &str) -> Policies {
    Policies::new(mapping(), &BTreeSet::new(), &files(text))
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The problems of policies that cannot be used.
fn problems(text: &str) -> String {
    let problems = Policies::new(mapping(), &BTreeSet::new(), &files(text)).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn check(text: &str, who: Option<&Identity>) -> String {
    let decision = policies(text).decide(&question(who, &PARAMETERS));
    let ids: Vec<&str> = decision.policies.iter().map(|policy| policy.id.as_str()).collect();
    format!("{} {} {}", decision.allowed, ids.join(","), decision.errors.join(";")).trim().to_owned()
}

#[test]
fn nothing_is_permitted_by_itself() {
    let alice = who("alice", &[], json!({}));
    let text = "permit(principal == User::\"bob\", action, resource);";
    assert_eq!(check(text, Some(&alice)), "false");
    let decision = policies(text).decide(&question(None, &PARAMETERS));
    assert_eq!(decision.missing, [Missing::Permit, Missing::Identity]);
    assert_eq!(decision.status(), 401);
}

#[test]
fn principals_roles_groups_and_claims() {
    let alice = who("alice", &["buyer"], json!({ "tenant": "acme", "level": 3, "teams": ["a", "b"] }));
    let permits = |when: &str| check(when, Some(&alice)).starts_with("true");
    assert!(permits("permit(principal == User::\"alice\", action, resource);"));
    assert!(permits("permit(principal in Role::\"buyer\", action, resource);"));
    assert!(permits("permit(principal in Group::\"berlin\", action, resource);"));
    assert!(permits("permit(principal in Tenant::\"acme\", action, resource);"));
    assert!(!permits("permit(principal in Role::\"admin\", action, resource);"));
    assert!(permits(
        "permit(principal is User, action, resource) when { principal.scopes.contains(\"orders:read\") };"
    ));
    let tag = |value: &str| {
        format!(
            "permit(principal is User, action, resource) when {{ principal.hasTag(\"teams\") && \
             principal.getTag(\"teams\").contains(\"{value}\") }};"
        )
    };
    assert!(permits(&tag("b")));
    assert!(!permits(&tag("c")));
}

#[test]
fn actions_are_routes_methods_and_groups() {
    let alice = who("alice", &[], json!({}));
    let permits = |action: &str| {
        check(&format!("permit(principal, {action}, resource);"), Some(&alice)) == "true shop#1"
    };
    assert!(permits(&format!("action == Action::\"{ROUTE}\"")));
    assert!(permits("action in Action::\"GET\""));
    assert!(permits("action in Action::\"read\""));
    assert!(!permits("action in Action::\"write\""));
}

#[test]
fn what_a_request_does_its_method_says_and_not_the_name_of_its_route() {
    let alice = who("alice", &[], json!({}));
    let permits = |action: &str, method: &'static str| {
        let policies = policies(&format!("permit(principal, action in Action::\"{action}\", resource);"));
        policies.decide(&Question { method, ..question(Some(&alice), &PARAMETERS) }).allowed
    };
    for method in ["DELETE", "POST", "PROPFIND", "get"] {
        assert!(permits("write", method) && !permits("read", method) && !permits("GET", method), "{method}");
    }
    assert!(permits("DELETE", "DELETE") && permits("read", "HEAD") && !permits("write", "HEAD"));
}

#[test]
fn objects_are_named_by_parameters() {
    let alice = who("alice", &[], json!({ "tenant": "acme", "order_owner": "alice" }));
    let permits = |rest: &str| {
        check(&format!("permit(principal, action, resource {rest};"), Some(&alice)) == "true shop#1"
    };
    assert!(permits("== Order::\"17\")"));
    assert!(!permits("== Order::\"18\")"));
    assert!(permits("in Tenant::\"acme\")"));
    assert!(permits("is Order) when { resource has owner && resource.owner == \"alice\" }"));
    let missing =
        policies("permit(principal, action, resource);").decide(&question(Some(&alice), &[("id", "17")]));
    assert!(!missing.allowed);
    assert!(missing.errors[0].contains("no parameter `{tenant}`"), "{missing:?}");
}

#[test]
fn a_parameter_cannot_become_another_object() {
    let mut mapping = mapping();
    mapping.resources.get_mut(ROUTE).unwrap().id = "{tenant}/{id}".to_owned();
    let text = files("permit(principal, action, resource == Order::\"acme/17\");");
    let policies = Policies::new(mapping, &BTreeSet::new(), &text).unwrap();
    assert!(policies.decide(&question(None, &PARAMETERS)).allowed);
    assert!(!policies.decide(&question(None, &[("tenant", "acme/17"), ("id", "")])).allowed);
    assert!(!policies.decide(&question(None, &[("tenant", "acme%2F17"), ("id", "")])).allowed);
}

#[test]
fn circumstances() {
    let alice = who("alice", &[], json!({}));
    let permits = |when: &str| {
        check(&format!("permit(principal, action, resource) when {{ {when} }};"), Some(&alice))
            == "true shop#1"
    };
    assert!(permits("context.address.isInRange(ip(\"192.0.2.0/24\"))"));
    assert!(!permits("context.address.isInRange(ip(\"198.51.100.0/24\"))"));
    assert!(permits("context.time < datetime(\"1970-01-01T01:00:00Z\")"));
    assert!(permits("context has acr && context.acr == \"gold\""));
    assert!(permits("context has authAge && context.authAge <= 100"));
    assert!(!permits("context has authAge && context.authAge <= 99"));
    assert!(!permits("context.mtls"));
    assert!(permits(
        "context.authenticated && context.method == \"GET\" && context.scopes.contains(\"orders:read\")"
    ));
}

#[test]
fn a_forbid_wins_and_is_told_with_its_annotations() {
    let alice = who("alice", &[], json!({}));
    let text = "// all\n@id(\"all\")\npermit(principal, action, resource);\n\n@id(\"night\")\n@advice(\"come back\")\nforbid(principal, action, resource);";
    let decision = policies(text).decide(&question(Some(&alice), &PARAMETERS));
    assert!(!decision.allowed);
    let [one] = decision.policies.as_slice() else { panic!("{decision:?}") };
    assert_eq!((one.id.as_str(), one.effect, one.at.as_str()), ("night", Effect::Forbid, "shop.cedar:5:1"));
    assert_eq!(one.annotations["advice"], "come back");
    assert_eq!(decision.missing, []);
}

#[test]
fn a_policy_that_fails_denies() {
    let alice = who("alice", &[], json!({}));
    let text = "permit(principal, action, resource);\n@id(\"sum\") forbid(principal, action, resource) when { context.authenticated && 9223372036854775807 + (if context.mtls then 0 else 1) > 5 };";
    let told = check(text, Some(&alice));
    assert!(told.starts_with("false") && told.contains("policy `sum` (shop.cedar:2:1) failed"), "{told}");
}

#[test]
fn every_problem_has_its_place() {
    let told = problems(
        "permit(principal, action, resource) when { principal.nothing };\n// a comment with ; inside\npermit(principal == User::\"a;b\", action, resource;\n\n  permit(principal is Unknown, action, resource);\npermit(principal, action == Action::\"fly\", resource);\n@id(\"x\") permit(principal, action, resource);\n@id(\"x\") permit(principal, action, resource);\npermit(principal, action, resource)",
    );
    for at in [
        "shop.cedar:1:1",
        "shop.cedar:3:5",
        "shop.cedar:5:3",
        "shop.cedar:6:1",
        "shop.cedar:8:1",
        "shop.cedar:9:",
    ] {
        assert!(told.contains(at), "{at} in:\n{told}");
    }
    assert!(told.contains("two policies are called `x`"), "{told}");
    assert!(problems("").contains("no policy was found"));
    assert!(problems("// nothing\n").contains("no policy was found"));
}

#[test]
fn strict_validation_refuses_what_could_fail() {
    assert!(
        problems("permit(principal is User, action, resource) when { principal.subject > 5 };")
            .contains("shop.cedar:1:1")
    );
    assert!(
        problems("permit(principal, action, resource is Order) when { resource.owner == \"a\" };")
            .contains("owner")
    );
}

#[test]
fn templates_are_linked() {
    let mut files = files("@id(\"share\") permit(principal == ?principal, action, resource == ?resource);");
    files.links = Some(file(
        "links.json",
        r#"[{"template": "share", "id": "share-1", "principal": "User::\"alice\"", "resource": "Order::\"17\""}]"#,
    ));
    let policies = Policies::new(mapping(), &BTreeSet::new(), &files).unwrap();
    let (alice, bob) = (who("alice", &[], json!({})), who("bob", &[], json!({})));
    let decision = policies.decide(&question(Some(&alice), &PARAMETERS));
    assert_eq!((decision.allowed, decision.policies[0].id.as_str()), (true, "share-1"));
    assert!(!policies.decide(&question(Some(&bob), &PARAMETERS)).allowed);
    for (wrong, expect) in [
        (r#"[{"template": "none", "id": "a"}]"#, "none"),
        (
            r#"[{"template": "share", "id": "a", "principal": "alice", "resource": "Order::\"1\""}]"#,
            "`alice` is no entity",
        ),
        (r#"[{"template": "share", "id": "share"}]"#, "this id already"),
        (r#"[{"template": "share"}]"#, "missing field `id`"),
    ] {
        files.links = Some(file("links.json", wrong));
        let told = format!("{:?}", Policies::new(mapping(), &BTreeSet::new(), &files).unwrap_err());
        assert!(told.contains(expect), "{expect}: {told}");
    }
}

#[test]
fn a_file_brings_entities() {
    let schema = "entity Team; entity User in [Team] = { manager?: User, level?: Long }; entity Anonymous; \
        entity Order = { owner: User, closed: Bool }; action \"GET\" appliesTo { principal: [User, Anonymous], resource: [Order], context: { mtls: Bool } };";
    let mut mapping = mapping();
    mapping.parents.clear();
    mapping.resources.get_mut(ROUTE).unwrap().parents.clear();
    let mut files = files(
        "permit(principal is User, action, resource) when { resource.owner has manager && resource.owner.manager == principal && principal in Team::\"all\" };",
    );
    files.schema = Some(file("shop.cedarschema", schema));
    files.entities = Some(file(
        "entities.json",
        r#"[{"uid": {"type": "User", "id": "alice"}, "attrs": {"level": 1}, "parents": [{"type": "Team", "id": "all"}]},
            {"uid": {"type": "User", "id": "bob"}, "attrs": {"manager": {"type": "User", "id": "alice"}}, "parents": []},
            {"uid": {"type": "Team", "id": "all"}, "attrs": {}, "parents": []},
            {"uid": {"type": "Order", "id": "17"}, "attrs": {"owner": {"type": "User", "id": "bob"}, "closed": false}, "parents": []}]"#,
    ));
    let policies = Policies::new(mapping.clone(), &BTreeSet::new(), &files)
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let (alice, bob) = (who("alice", &["x"], json!({ "level": 7 })), who("bob", &[], json!({})));
    assert!(policies.decide(&question(Some(&alice), &PARAMETERS)).allowed);
    assert!(!policies.decide(&question(Some(&bob), &PARAMETERS)).allowed);
    // An order that the file does not know lacks its owner.
    let unknown = policies.decide(&question(Some(&alice), &[("tenant", "acme"), ("id", "18")]));
    assert!(!unknown.allowed && unknown.errors[0].contains("does not fit the schema"), "{unknown:?}");
    // A claim of a wrong type denies, it is not left out.
    let odd = who("alice", &[], json!({ "level": "high" }));
    assert!(!policies.decide(&question(Some(&odd), &PARAMETERS)).errors.is_empty());
    // A claim cannot name an entity.
    let forged = who("bob", &[], json!({ "manager": { "type": "User", "id": "bob" } }));
    assert!(!policies.decide(&question(Some(&forged), &PARAMETERS)).allowed);
    files.entities = Some(file(
        "entities.json",
        r#"[{"uid": {"type": "Order", "id": "1"}, "attrs": {"owner": 5}, "parents": []}]"#,
    ));
    assert!(
        Policies::new(mapping, &BTreeSet::new(), &files).unwrap_err()[0]
            .to_string()
            .starts_with("entities.json")
    );
}

#[test]
fn namespaces_and_other_issuers() {
    let mut mapping = mapping();
    mapping.namespace = "Shop".to_owned();
    mapping.short_ids = false;
    let text = "permit(principal == Shop::User::\"https://login.example.org alice\", action == Shop::Action::\"GET /tenants/{tenant}/orders/{id}\", resource == Shop::Order::\"17\");";
    let policies = Policies::new(mapping, &BTreeSet::new(), &files(text))
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut alice = who("alice", &["buyer"], json!({ "tenant": "acme" }));
    assert!(policies.decide(&question(Some(&alice), &PARAMETERS)).allowed);
    alice.issuer = "https://evil.example".to_owned();
    assert!(!policies.decide(&question(Some(&alice), &PARAMETERS)).allowed);
}

#[test]
fn programs_and_nobody_have_their_own_types() {
    let mut robot = who("robot", &[], json!({}));
    robot.method = Method::ApiKey;
    assert_eq!(check("permit(principal is Client, action, resource);", Some(&robot)), "true shop#1");
    let own = who("app-1", &[], json!({ "client_id": "app-1" }));
    assert_eq!(check("permit(principal == Client::\"app-1\", action, resource);", Some(&own)), "true shop#1");
    assert_eq!(check("permit(principal is Anonymous, action, resource);", None), "true shop#1");
    assert_eq!(check("permit(principal is User, action, resource);", None), "false");
}

#[test]
fn unknown_routes_and_methods_are_denied() {
    let policies = policies("permit(principal, action, resource);");
    let nowhere = Question { route: "", ..question(None, &PARAMETERS) };
    assert_eq!(policies.decide(&nowhere).missing, [Missing::Route]);
    let odd = Question { route: "x", method: "BREW", ..question(None, &PARAMETERS) };
    let decision = policies.decide(&odd);
    assert!(!decision.allowed && decision.errors[0].contains("no action"), "{decision:?}");
    let other = Question { route: "GET /x", ..question(None, &PARAMETERS) };
    assert!(policies.decide(&other).allowed, "a route without an action of its own is its method");
}

#[test]
fn table_and_policies_must_both_allow() {
    let config = |table: &str| -> Config {
        let mut config: Config = toml::from_str(table).unwrap();
        config.cedar = Some(crate::policy::CedarConfig { mapping: mapping(), ..Default::default() });
        config
    };
    let alice = who("alice", &[], json!({}));
    let decide = |table: &str, text: &str| {
        Both::new(config(table), &files(text)).unwrap().decide(&question(Some(&alice), &PARAMETERS)).allowed
    };
    let (all, none) = ("permit(principal, action, resource);", "forbid(principal, action, resource);");
    let admin = format!("[routes.\"{ROUTE}\"]\nroles = [\"admin\"]");
    let open = format!("[routes.\"{ROUTE}\"]\npublic = true");
    assert!(decide("", all));
    assert!(!decide("", none));
    assert!(!decide(&admin, all));
    assert!(decide(&open, all));
    assert!(!decide(&open, none));
}

/// Random sets of policies: taking a permit away or adding a forbid never allows more; the order has no effect.
#[test]
fn fewer_permits_and_more_forbids_never_allow_more() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below).unwrap()
    };
    let scopes = [
        "principal",
        "principal in Role::\"r0\"",
        "principal in Role::\"r1\"",
        "principal == User::\"u1\"",
        "principal is Anonymous",
    ];
    let actions =
        ["action", "action in Action::\"read\"", "action in Action::\"write\"", "action == Action::\"GET\""];
    let resources =
        ["resource", "resource == Order::\"1\"", "resource in Tenant::\"t0\"", "resource is Route"];
    let whens = [
        "",
        " when { context.mtls }",
        " unless { context.authenticated }",
        " when { context.address.isLoopback() }",
    ];
    let mut flips = 0;
    for _ in 0..12 {
        let mut made: Vec<String> = (0..6)
            .map(|index| {
                let effect = if random(3) == 0 { "forbid" } else { "permit" };
                let (who, what, which, when) =
                    (scopes[random(5)], actions[random(4)], resources[random(4)], whens[random(4)]);
                format!("@id(\"p{index}\") {effect}({who}, {what}, {which}){when};")
            })
            .collect();
        // A policy that can never apply is only a warning.
        let whole = policies(&made.join("\n"));
        let mut turned = made.clone();
        turned.reverse();
        let turned = policies(&turned.join("\n"));
        let removed = made.iter().position(|text| text.contains(" permit(")).map(|index| made.remove(index));
        let fewer =
            if made.is_empty() || removed.is_none() { None } else { Some(policies(&made.join("\n"))) };
        made.extend(removed);
        made.push(format!(
            "forbid({}, {}, {});",
            scopes[random(5)],
            actions[random(4)],
            resources[random(4)]
        ));
        let more = policies(&made.join("\n"));
        for _ in 0..20 {
            let role = format!("r{}", random(3));
            let one = who(&format!("u{}", random(3)), &[role.as_str()], json!({}));
            let (id, tenant) = (random(3).to_string(), format!("t{}", random(2)));
            let parameters = [("tenant", tenant.as_str()), ("id", id.as_str())];
            let identity = (random(4) > 0).then_some(&one);
            let mut asked = question(identity, &parameters);
            asked.mutual_tls = random(2) == 0;
            asked.route = [ROUTE, "POST /x", "GET /y"][random(3)];
            asked.method = if asked.route.starts_with('P') { "POST" } else { "GET" };
            let now = whole.decide(&asked);
            assert_eq!(now.errors, Vec::<String>::new());
            assert_eq!(now.allowed, turned.decide(&asked).allowed, "the order has an effect");
            for other in [fewer.as_ref(), Some(&more)].into_iter().flatten() {
                let then = other.decide(&asked).allowed;
                assert!(now.allowed || !then);
                flips += usize::from(now.allowed && !then);
            }
        }
    }
    assert!(flips > 5, "the test reaches decisions that change: {flips}");
}

#[test]
fn texts_are_cut_into_statements() {
    let cut = |text: &str| {
        let found = super::text::statements(text);
        found.iter().map(|one| format!("{}:{}", one.offset, one.text)).collect::<Vec<_>>().join("|")
    };
    assert_eq!(cut("a;b ; c"), "0:a;|2:b ;|6:c");
    assert_eq!(cut("a \";\" ; // ; x\n b;"), "0:a \";\" ;|16:b;");
    assert_eq!(cut("\"\\\";\" ;"), "0:\"\\\";\" ;");
    assert_eq!(cut(" // only\n"), "");
    assert_eq!(cut("\"open ; "), "0:\"open ; ");
    assert_eq!(cut(";"), "0:;");
}

#[test]
fn what_does_not_fit_is_told_for_each_policy() {
    let alice = who("alice", &["buyer"], json!({}));
    let text = "@id(\"a\") permit(principal in Role::\"admin\", action, resource);
        @id(\"b\") permit(principal in Role::\"buyer\", action in Action::\"write\", resource is Order);
        @id(\"c\") permit(principal, action in [Action::\"read\"], resource in Tenant::\"acme\") when { context.mtls };
        @id(\"d\") forbid(principal, action, resource) unless { context.authenticated };";
    let near = policies(text).near(&question(Some(&alice), &PARAMETERS)).unwrap();
    let told: Vec<String> = near
        .iter()
        .map(|one| format!("{} {} {} {} {}", one.id, one.principal, one.action, one.resource, one.conditions))
        .collect();
    assert_eq!(
        told,
        [
            "a false true true false",
            "b true false true false",
            "c true true true false",
            "d true true true false"
        ]
    );
}
