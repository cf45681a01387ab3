//! Policies in a line, for the tests of this crate.
use model::{Condition, Effect, Span, Statement, Value};

pub(crate) fn text(text: &str) -> Value {
    Value::text(Span::NONE, text)
}

pub(crate) fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|entry| text(entry)).collect()
}

pub(crate) fn allow(actions: &[&str], resources: &[&str]) -> Statement {
    Statement {
        sid: None,
        effect: Effect::Allow,
        at: Span::NONE,
        actions: texts(actions),
        not_actions: Vec::new(),
        resources: texts(resources),
        not_resources: Vec::new(),
        principals: Vec::new(),
        not_principals: Vec::new(),
        conditions: Vec::new(),
    }
}

pub(crate) fn deny(actions: &[&str], resources: &[&str]) -> Statement {
    Statement { effect: Effect::Deny, ..allow(actions, resources) }
}

pub(crate) fn condition(operator: &str, key: &str, values: &[&str]) -> Condition {
    Condition { operator: operator.to_owned(), key: key.to_owned(), values: texts(values) }
}
