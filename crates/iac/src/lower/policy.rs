//! IAM policy documents to statements.
//!
//! Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language".
use model::{Condition, Data, Effect, Policy, PolicyOrigin, Principal, Statement, Value};

/// Reads a policy document: a map, or text that holds JSON.
pub(crate) fn read_policy(name: &str, document: &Value, origin: PolicyOrigin) -> Policy {
    let mut policy =
        Policy { name: name.to_owned(), origin, at: document.at, statements: Vec::new(), written_in: None };
    match &document.data {
        Data::Text(text) => policy.statements = read_policy_text(text, document),
        Data::Ref(reference) => policy.written_in = Some(reference.target.clone()),
        _ => policy.statements = statements(document),
    }
    policy
}

/// The statements of a JSON policy inside a string. Every span is that of the string.
pub(crate) fn read_policy_text(text: &str, at: &Value) -> Vec<Statement> {
    let limits = crate::options::Limits::default();
    let (document, _) = crate::doc::parse(text, at.at.file, &limits);
    let Some(mut document) = document else { return Vec::new() };
    place(&mut document, at.at);
    statements(&document)
}

/// Moves a value that was parsed out of a string to the place of that string.
fn place(value: &mut Value, at: model::Span) {
    value.at = at;
    match &mut value.data {
        Data::List(items) | Data::Joined(items) => items.iter_mut().for_each(|item| place(item, at)),
        Data::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.key.at = at;
            place(&mut entry.value, at);
        }),
        Data::Null
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Float(_)
        | Data::Text(_)
        | Data::Ref(_)
        | Data::Unknown(_) => {}
    }
}

fn statements(document: &Value) -> Vec<Statement> {
    let Some(found) = field(document, "Statement") else { return Vec::new() };
    found.one_or_many().iter().filter(|item| !item.entries().is_empty()).map(statement).collect()
}

/// A field of a policy, in the grammar's case or as people also write it.
fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let found = map.get(name);
    found.or_else(|| {
        map.entries().iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    })
}

fn statement(map: &Value) -> Statement {
    let list = |name: &str| field(map, name).map_or_else(Vec::new, |value| value.one_or_many().to_vec());
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
