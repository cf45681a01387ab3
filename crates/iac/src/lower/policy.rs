//! IAM policy documents to statements.
//!
//! Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language".
use model::{Condition, Data, Effect, Policy, PolicyOrigin, Principal, Statement, Value};

use super::embedded;

/// Reads a policy document: a map, or text that holds JSON, with expressions or without.
pub(crate) fn read_policy(name: &str, document: &Value, origin: PolicyOrigin) -> Policy {
    let mut policy =
        Policy { name: name.to_owned(), origin, at: document.at, statements: Vec::new(), written_in: None };
    match &document.data {
        Data::Ref(reference) => policy.written_in = Some(reference.target.clone()),
        // What it says is not known, which is not the same as nothing.
        Data::Unknown(_) => policy.statements = vec![statement(document)],
        _ => policy.statements = embedded(document).map_or_else(Vec::new, |document| statements(&document)),
    }
    policy
}

fn statements(document: &Value) -> Vec<Statement> {
    let Some(found) = field(document, "Statement") else { return Vec::new() };
    let is_statement = |item: &&Value| item.is_open() || !item.entries().is_empty();
    found.one_or_many().iter().filter(is_statement).map(statement).collect()
}

/// A field of a policy, in the grammar's case or as people also write it.
fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let found = map.get(name);
    found.or_else(|| {
        map.entries().iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    })
}

fn statement(map: &Value) -> Statement {
    // A statement that is not known could allow anything on anything.
    let open =
        |name: &str| if map.is_open() && !name.starts_with("Not") { vec![map.clone()] } else { Vec::new() };
    let list = |name: &str| field(map, name).map_or_else(|| open(name), |value| value.one_or_many().to_vec());
    let principals = |name: &str| field(map, name).map_or_else(Vec::new, principals);
    let effect = match field(map, "Effect").map(|value| &value.data) {
        Some(Data::Text(text)) if text.eq_ignore_ascii_case("allow") => Effect::Allow,
        Some(Data::Text(text)) if text.eq_ignore_ascii_case("deny") => Effect::Deny,
        _ => Effect::Unknown,
    };
    Statement {
        sid: field(map, "Sid").and_then(Value::as_str).map(str::to_owned),
        effect,
        at: map.at,
        actions: list("Action"),
        not_actions: list("NotAction"),
        resources: list("Resource"),
        not_resources: list("NotResource"),
        principals: principals("Principal"),
        not_principals: principals("NotPrincipal"),
        conditions: field(map, "Condition").map_or_else(Vec::new, conditions),
    }
}

fn principals(value: &Value) -> Vec<Principal> {
    match &value.data {
        Data::Map(entries) => entries
            .iter()
            .flat_map(|entry| {
                let values = entry.value.one_or_many().iter();
                values.map(|value| Principal { kind: entry.key.text.clone(), value: value.clone() })
            })
            .collect(),
        _ => value
            .one_or_many()
            .iter()
            .map(|value| Principal { kind: "*".to_owned(), value: value.clone() })
            .collect(),
    }
}

fn conditions(value: &Value) -> Vec<Condition> {
    let operators = value.entries().iter();
    operators
        .flat_map(|operator| {
            operator.value.entries().iter().map(|key| Condition {
                operator: operator.key.text.clone(),
                key: key.key.text.clone(),
                values: key.value.one_or_many().to_vec(),
            })
        })
        .collect()
}
