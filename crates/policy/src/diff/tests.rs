//! Which way each change goes.
use super::*;
use serde_json::json;

fn bundle(function: &Value) -> Bundle {
    serde_json::from_value(
        json!({"format": 1, "application": "a", "issued": 0, "expires": 1, "functions": {"f": function}}),
    )
    .unwrap()
}

fn told(old: Value, new: Value) -> Vec<String> {
    let changes = diff(&bundle(&old), &bundle(&new));
    changes.iter().map(|change| format!("{:?} {}: {}", change.direction, change.place, change.what)).collect()
}

#[test]
fn nothing_changed() {
    assert!(told(json!({"mode": "block"}), json!({})).is_empty());
}

#[test]
fn each_change_and_its_opposite() {
    for (narrow, wide, place) in [
        (json!({}), json!({"mode": "detect"}), "mode"),
        (json!({"egress": {"hosts": []}}), json!({}), "egress.hosts"),
        (json!({"egress": {"hosts": []}}), json!({"egress": {"hosts": [{"host": "a.b"}]}}), "egress.hosts"),
        (json!({"programs": {"allowed": []}}), json!({"programs": {"allowed": ["sh"]}}), "programs.allowed"),
        (json!({"limits": {"event_bytes": 5}}), json!({"limits": {"event_bytes": 6}}), "limits.event_bytes"),
        (json!({"limits": {"event_bytes": 5}}), json!({}), "limits.event_bytes"),
        (
            json!({"response": {"errors": "refuse"}}),
            json!({"response": {"errors": "tell"}}),
            "response.errors",
        ),
        (json!({"environment": {"secrets": ["K"]}}), json!({}), "environment.secrets"),
        (json!({}), json!({"exclusions": {"1": "x"}}), "exclusions"),
        (json!({}), json!({"egress": {"metadata": true}}), "egress.metadata"),
        (
            json!({"triggers": [{"kind": "sqs"}]}),
            json!({"triggers": [{"kind": "sqs"}, {"kind": "direct"}]}),
            "triggers",
        ),
        (
            json!({"triggers": [{"kind": "sqs", "sources": ["a"]}]}),
            json!({"triggers": [{"kind": "sqs"}]}),
            "triggers.sqs.sources",
        ),
        (
            json!({"input": {"json": {"maxLength": 5}}}),
            json!({"input": {"json": {"maxLength": 6}}}),
            "input/maxLength",
        ),
        (
            json!({"input": {"json": {"properties": {"a": {"enum": ["x"]}}}}}),
            json!({"input": {"json": {"properties": {"a": {"enum": ["x", "y"]}}}}}),
            "input/a/enum",
        ),
        (json!({"input": {"json": {"required": ["a"]}}}), json!({"input": {"json": {}}}), "input/required"),
        (json!({"access": {"authorization": {}}}), json!({}), "access.authorization"),
        (json!({}), json!({"isolation": {"scrub": false}}), "isolation.scrub"),
    ] {
        let wider = told(narrow.clone(), wide.clone());
        assert!(wider.len() == 1 && wider[0].starts_with(&format!("Wider {place}: ")), "{wider:?} {place}");
        let narrower = told(wide, narrow);
        assert!(
            narrower.len() == 1 && narrower[0].starts_with(&format!("Narrower {place}: ")),
            "{narrower:?} {place}"
        );
    }
}

#[test]
fn functions_that_come_and_go() {
    let none: Bundle = serde_json::from_value(
        json!({"format": 1, "application": "a", "issued": 0, "expires": 1, "functions": {}}),
    )
    .unwrap();
    let one = bundle(&json!({}));
    assert!(is_wider(&diff(&one, &none)));
    assert!(!is_wider(&diff(&none, &one)));
    let routes = |auth: &str| json!({"triggers": [{"kind": "api-gateway-v2", "routes": [{"method": "GET", "path": "/", "auth": auth}]}]});
    assert_eq!(
        told(routes("jwt"), routes("none")),
        ["Wider triggers.routes.GET /: auth is `none` instead of `jwt`"]
    );
}
