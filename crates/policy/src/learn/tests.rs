//! What follows from recordings.
use super::*;
use serde_json::json;

fn learned(lines: impl Iterator<Item = Value>) -> Learned {
    let mut learner = Learner::default();
    for line in lines {
        learner.line(line.to_string().as_bytes(), None);
    }
    learner.proposal()
}

fn order(at: u64) -> Value {
    let body = json!({"action": if at.is_multiple_of(2) { "new" } else { "get" }, "id": format!("0b1c2d3e-0000-4000-8000-{at:012}"), "count": at % 7, "note": "x".repeat(at as usize % 20), "items": {format!("item-{at}"): 1}});
    json!({"function": "orders", "event": {"httpMethod": "POST", "path": "/order", "body": body.to_string()}, "answer": {"statusCode": 200, "body": json!({"ok": true, "total": 1.5}).to_string()}})
}

#[test]
fn schemas_have_head_room_and_need_samples() {
    let of = |count: u64| learned((0..count).map(order)).functions["orders"].clone();
    let many = of(100);
    assert_eq!((many.samples, many.locked_by.clone()), (100, None));
    let input = many.input.unwrap();
    assert_eq!(input["properties"]["action"], json!({"type": "string", "enum": ["get", "new"]}));
    assert_eq!(input["properties"]["id"], json!({"type": "string", "format": "uuid", "maxLength": 144}));
    assert_eq!(input["properties"]["count"], json!({"type": "integer", "minimum": 0, "maximum": 100}));
    assert_eq!(input["properties"]["note"], json!({"type": "string", "maxLength": 76}));
    // Names that go on changing are data.
    assert_eq!(input["properties"]["items"], json!({"type": "object", "maxProperties": 400}));
    assert_eq!(input["additionalProperties"], false);
    assert_eq!(input["required"].as_array().unwrap().len(), 5);
    assert_eq!(many.output.unwrap()["properties"]["total"]["type"], "number");
    let few = of(5).input.unwrap();
    assert!(few.get("required").is_none() && few.get("additionalProperties").is_none());
    assert!(
        few["properties"]["id"].get("format").is_none() && few["properties"]["action"].get("enum").is_none()
    );
}

#[test]
fn several_triggers_are_told_apart() {
    let queue = json!({"function": "f", "event": {"Records": [{"eventSource": "aws:sqs", "body": "{\"a\":1}"}, {"eventSource": "aws:sqs", "body": "{\"a\":2}"}]}});
    let direct = json!({"function": "f", "event": {"user": "17"}});
    let function = learned([queue, direct].into_iter()).functions["f"].clone();
    assert_eq!(function.shapes, BTreeMap::from([("direct".to_owned(), 1), ("queue".to_owned(), 2)]));
    assert_eq!(function.input.unwrap()["anyOf"].as_array().unwrap().len(), 2);
}

#[test]
fn a_person_locks_and_only_then_lists_close() {
    let mut lines: Vec<Value> = (0..100).map(order).collect();
    lines.push(json!({"unmapped": {"function": "orders", "layer": "egress", "action": "told", "host": "api.example.org"}}));
    lines.push(json!({"unmapped": {"function": "orders", "layer": "egress", "action": "blocked", "host": "evil.example"}}));
    lines.push(json!({"no": "thing"}));
    let mut learner = Learner::default();
    lines.iter().for_each(|line| learner.line(line.to_string().as_bytes(), None));
    assert_eq!(learner.skipped, 2);
    let mut learned = learner.proposal();
    let mut bundle: Bundle = serde_json::from_value(
        json!({"format": 1, "application": "a", "issued": 0, "expires": 1, "functions": {"orders": {}}}),
    )
    .unwrap();
    learned.apply(&mut bundle);
    let function = &bundle.functions["orders"];
    assert_eq!(function.input.as_ref().unwrap().origin, SchemaOrigin::Learned);
    assert_eq!(function.input.as_ref().unwrap().locked_by, None);
    assert_eq!(function.egress.hosts, None);
    assert!(learned.lock(&["else".to_owned()], "Anna").is_err());
    assert!(learned.lock(&[], " ").is_err());
    learned.lock(&[], "Anna").unwrap();
    let again = Learned::read(serde_json::to_string(&learned).unwrap().as_bytes()).unwrap();
    again.apply(&mut bundle);
    let function = &bundle.functions["orders"];
    let hosts: Vec<&str> = function.egress.hosts.iter().flatten().map(|rule| rule.host.as_str()).collect();
    assert_eq!(hosts, ["api.example.org"]);
    assert_eq!(function.input.as_ref().unwrap().origin, SchemaOrigin::Learned);
}
