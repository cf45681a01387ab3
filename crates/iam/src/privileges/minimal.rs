//! The least policies that give a function what it needs.
use model::{App, Effect, Framework, Policy, PolicyOrigin, Span, Statement, Value};

use super::{Need, Origin, Privileges};

pub(super) fn of(privileges: &Privileges, app: &App) -> Vec<Policy> {
    let gives_base = matches!(app.framework, Framework::Sam | Framework::Serverless);
    let base = privileges.base.iter().filter(|_| !gives_base);
    let polled = |need: &&Need| !(gives_base && need.origin == Origin::Trigger);
    let needs: Vec<&Need> = privileges.needed.iter().filter(polled).chain(base).collect();
    let mut statements: Vec<Statement> = Vec::new();
    for need in needs {
        let action = Value::text(Span::NONE, need.action.as_str());
        let known = statements.iter_mut().find(|statement| {
            same(&statement.resources, &need.resources) && statement.conditions == need.conditions
        });
        match known {
            Some(statement) if statement.actions.iter().any(|known| known.data == action.data) => {}
            Some(statement) => statement.actions.push(action),
            None => statements.push(Statement {
                sid: None,
                effect: Effect::Allow,
                at: Span::NONE,
                actions: vec![action],
                not_actions: Vec::new(),
                resources: need.resources.clone(),
                not_resources: Vec::new(),
                principals: Vec::new(),
                not_principals: Vec::new(),
                conditions: need.conditions.clone(),
            }),
        }
    }
    if statements.is_empty() {
        return Vec::new();
    }
    let policy = Policy {
        name: String::new(),
        origin: PolicyOrigin::Inline,
        at: Span::NONE,
        statements,
        written_in: None,
    };
    vec![policy]
}

fn same(one: &[Value], other: &[Value]) -> bool {
    let shown = |values: &[Value]| {
        let mut all: Vec<String> = values.iter().map(Value::display).collect();
        all.sort();
        all
    };
    shown(one) == shown(other)
}
