//! Policies as IAM JSON, within AWS's size limits.
//!
//! Source: IAM User Guide, "IAM and AWS STS quotas": white space does not count.
mod fit;
#[cfg(test)]
mod tests;

use model::{Condition, Effect, Principal, Statement, Value};
use serde_json::{Map, Value as Json, json};

pub use fit::{DoesNotFit, Limit, fit};

/// How a value of the template is written. A text that is not known must not become a wildcard.
pub type Write<'a> = &'a dyn Fn(&Value) -> String;

/// References and unknown parts as the template has them: `${Orders.Arn}`.
#[must_use]
pub fn as_written(value: &Value) -> String {
    let shown = value.display();
    if shown.is_empty() && value.is_open() { "${unknown}".to_owned() } else { shown }
}

/// The document, ready to print.
#[must_use]
pub fn json(statements: &[Statement], write: Write<'_>) -> String {
    let document = document(statements, write);
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The characters that AWS counts.
#[must_use]
pub fn size(statements: &[Statement], write: Write<'_>) -> usize {
    // Serialised without white space; what stands inside of quotes counts.
    serde_json::to_string(&document(statements, write)).unwrap_or_default().chars().count()
}

/// The document as data. One value is written alone, several as a list.
#[must_use]
pub fn document(statements: &[Statement], write: Write<'_>) -> Json {
    let statements: Vec<Json> = statements.iter().map(|each| statement(each, write)).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(statement: &Statement, write: Write<'_>) -> Json {
    let mut map = Map::new();
    if let Some(sid) = &statement.sid {
        map.insert("Sid".to_owned(), json!(sid));
    }
    // An effect that is not known must not become an allow.
    let effect = if statement.effect == Effect::Allow { "Allow" } else { "Deny" };
    map.insert("Effect".to_owned(), json!(effect));
    put(&mut map, "Principal", principals(&statement.principals, write));
    put(&mut map, "NotPrincipal", principals(&statement.not_principals, write));
    put(&mut map, "Action", list(&statement.actions, write));
    put(&mut map, "NotAction", list(&statement.not_actions, write));
    put(&mut map, "Resource", list(&statement.resources, write));
    put(&mut map, "NotResource", list(&statement.not_resources, write));
    put(&mut map, "Condition", conditions(&statement.conditions, write));
    Json::Object(map)
}

fn put(map: &mut Map<String, Json>, key: &str, value: Option<Json>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value);
    }
}

fn list(values: &[Value], write: Write<'_>) -> Option<Json> {
    one_or_many(values.iter().map(|value| json!(write(value))).collect())
}

fn one_or_many(mut texts: Vec<Json>) -> Option<Json> {
    match texts.len() {
        0 => None,
        1 => texts.pop(),
        _ => Some(Json::Array(texts)),
    }
}

fn principals(principals: &[Principal], write: Write<'_>) -> Option<Json> {
    if let [only] = principals
        && only.kind == "*"
    {
        return Some(json!(write(&only.value)));
    }
    let mut kinds: Vec<(&str, Vec<Json>)> = Vec::new();
    for principal in principals {
        // A bare `*` beside others is the same as any AWS principal.
        let kind = if principal.kind == "*" { "AWS" } else { principal.kind.as_str() };
        let value = json!(write(&principal.value));
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, values)) => values.push(value),
            None => kinds.push((kind, vec![value])),
        }
    }
    let map: Map<String, Json> = kinds
        .into_iter()
        .filter_map(|(kind, values)| Some((kind.to_owned(), one_or_many(values)?)))
        .collect();
    (!map.is_empty()).then_some(Json::Object(map))
}

fn conditions(conditions: &[Condition], write: Write<'_>) -> Option<Json> {
    let mut operators: Map<String, Json> = Map::new();
    for condition in conditions {
        let values: Vec<Json> = condition.values.iter().map(|value| json!(write(value))).collect();
        let values = if values.is_empty() { Json::Array(values) } else { one_or_many(values)? };
        // The same operator and key twice cannot be written as one map; operators have no case, so that another
        // spelling is another key.
        let mut operator = condition.operator.clone();
        for again in 0..8 {
            let taken = operators.get(&operator).and_then(Json::as_object);
            if !taken.is_some_and(|keys| keys.contains_key(&condition.key)) {
                break;
            }
            operator = respell(&condition.operator, again);
        }
        let keys = operators.entry(operator).or_insert_with(|| json!({}));
        if let Some(keys) = keys.as_object_mut() {
            keys.insert(condition.key.clone(), values);
        }
    }
    (!operators.is_empty()).then_some(Json::Object(operators))
}

/// The same operator with another case: the letter at this place turned.
fn respell(operator: &str, at: usize) -> String {
    let turn = |sign: char| {
        if sign.is_ascii_uppercase() { sign.to_ascii_lowercase() } else { sign.to_ascii_uppercase() }
    };
    operator.chars().enumerate().map(|(here, sign)| if here == at { turn(sign) } else { sign }).collect()
}
