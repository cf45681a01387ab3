//! Whether two values are the same: numbers by what they are worth, objects whatever the order of their members.
//!
//! INVARIANT: no object has a name twice here.
use super::number::Decimal;
use crate::event::json::{Plain, Value};
use std::collections::BTreeSet;

pub(super) fn number(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Plain(text, Plain::Integer | Plain::Float) => Decimal::read(text),
        _ => None,
    }
}

/// Compares with a value of a schema, whose size bounds the cost.
pub(super) fn is_same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Plain(left, Plain::Bool), Value::Plain(right, Plain::Bool)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(members)) => {
            let is_in = |(name, value)| right.get(name).is_some_and(|other| is_same(value, other));
            left.len() == members.len() && left.iter().map(|(name, value)| (name.as_ref(), value)).all(is_in)
        }
        _ => number(left).is_some_and(|left| number(right) == Some(left)),
    }
}

/// Whether a value stands twice in a list, and the bytes that were compared. Linear but for the depth of the search tree.
pub(super) fn has_twice(items: &[Value<'_>]) -> (bool, u64) {
    let mut seen = BTreeSet::new();
    let mut cost = 0;
    for item in items {
        let mut form = Vec::new();
        write(item, &mut form);
        cost += form.len() as u64;
        if !seen.insert(form) {
            return (true, cost);
        }
    }
    (false, cost)
}

/// The one form of a value.
fn write(value: &Value<'_>, out: &mut Vec<u8>) {
    let text = |text: &str, out: &mut Vec<u8>| {
        out.extend_from_slice(&text.len().to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    };
    match value {
        Value::Null => out.push(b'n'),
        Value::Plain(word, Plain::Bool) => out.extend_from_slice(word.as_bytes()),
        Value::Plain(..) => {
            out.push(b'0');
            out.extend(number(value).map(Decimal::bytes).into_iter().flatten());
        }
        Value::Text(string) => {
            out.push(b'"');
            text(string, out);
        }
        Value::List(items) => {
            out.push(b'[');
            items.iter().for_each(|item| write(item, out));
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
            out.push(b'{');
            for (name, value) in members {
                text(name, out);
                write(value, out);
            }
            out.push(b'}');
        }
    }
}

/// A value in which the last member of each name counts, as for most readers.
pub(super) fn without_doubles<'j>(value: &Value<'j>) -> Value<'j> {
    match value {
        Value::List(items) => Value::List(items.iter().map(without_doubles).collect()),
        Value::Object(members) => {
            let mut names = BTreeSet::new();
            let mut last: Vec<_> = members.iter().rev().filter(|(name, _)| names.insert(name)).collect();
            last.reverse();
            Value::Object(
                last.into_iter().map(|(name, value)| (name.clone(), without_doubles(value))).collect(),
            )
        }
        other => other.clone(),
    }
}
