//! `data "aws_iam_policy_document"` in the form of the IAM JSON grammar.
use model::{Data, Entry, Key, Span, Value};

use super::eval::MapBuilder;

const FIELDS: &[(&str, &str)] = &[
    ("sid", "Sid"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
];

/// Adds the policy under `json`: its own statements. Documents that it includes stay references.
pub(super) fn compose(entries: &mut Vec<Entry>, at: Span) {
    let given = Value::new(at, Data::Map(std::mem::take(entries)));
    let statements = given.get("statement").map_or(&[][..], Value::one_or_many);
    let statements: Vec<Value> = statements.iter().map(statement).collect();
    let mut json = MapBuilder::default();
    let version = given.get("version").cloned().unwrap_or_else(|| Value::text(at, "2012-10-17"));
    set(&mut json, "Version", version);
    if let Some(id) = given.get("policy_id") {
        set(&mut json, "Id", id.clone());
    }
    set(&mut json, "Statement", Value::new(at, Data::List(statements)));
    if let Data::Map(kept) = given.data {
        *entries = kept;
    }
    entries.push(Entry { key: Key { text: "json".to_owned(), at }, value: Value::new(at, json.finish()) });
}

fn set(map: &mut MapBuilder, name: &str, value: Value) {
    map.set(Key { text: name.to_owned(), at: value.at }, value);
}

fn statement(block: &Value) -> Value {
    if block.entries().is_empty() && !matches!(block.data, Data::Map(_)) {
        return block.clone();
    }
    let mut map = MapBuilder::default();
    let effect = block.get("effect").filter(|effect| !effect.is_null()).cloned();
    set(&mut map, "Effect", effect.unwrap_or_else(|| Value::text(block.at, "Allow")));
    for (written, name) in FIELDS {
        if let Some(value) = block.get(written).filter(|value| !value.is_null()) {
            set(&mut map, name, value.clone());
        }
    }
    for (written, name) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(value) = block.get(written) {
            set(&mut map, name, principals(value));
        }
    }
    if let Some(value) = block.get("condition") {
        set(&mut map, "Condition", conditions(value));
    }
    Value::new(block.at, map.finish())
}

/// Blocks `{ type, identifiers }` as `{ AWS: […] }`, or `"*"` for everyone.
fn principals(blocks: &Value) -> Value {
    let mut map = MapBuilder::default();
    for block in blocks.one_or_many() {
        let (Some(kind), Some(identifiers)) = (block.get("type"), block.get("identifiers")) else {
            // A dynamic block that is not known.
            set(&mut map, &block.display(), block.clone());
            continue;
        };
        if kind.as_str() == Some("*") {
            return identifiers.only().unwrap_or(identifiers).clone();
        }
        for identifier in identifiers.one_or_many() {
            map.group(Key { text: kind.display(), at: kind.at }, identifier.clone());
        }
    }
    Value::new(blocks.at, map.finish())
}

/// Blocks `{ test, variable, values }` as `{ test: { variable: […] } }`.
fn conditions(blocks: &Value) -> Value {
    let mut operators: Vec<(Key, MapBuilder)> = Vec::new();
    for block in blocks.one_or_many() {
        let (test, variable) = (block.get("test"), block.get("variable"));
        let (Some(test), Some(variable)) = (test, variable) else { continue };
        let values = block.get("values").cloned().unwrap_or_else(|| block.clone());
        let key = Key { text: variable.display(), at: variable.at };
        let name = test.display();
        match operators.iter_mut().find(|(operator, _)| operator.text == name) {
            Some((_, keys)) => keys.set(key, values),
            None => {
                let mut keys = MapBuilder::default();
                keys.set(key, values);
                operators.push((Key { text: name, at: test.at }, keys));
            }
        }
    }
    let entries = operators
        .into_iter()
        .map(|(key, keys)| Entry { value: Value::new(key.at, keys.finish()), key })
        .collect();
    Value::new(blocks.at, Data::Map(entries))
}
