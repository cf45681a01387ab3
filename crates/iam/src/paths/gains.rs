//! What one identity may do that another one may not, in words.
use model::{Statement, Value};

use super::text::action_covers;
use super::world::World;

/// More are not shown.
const SHOWN_MAX: usize = 5;

/// What `to` may do and `from` may not: some of it, to show. Writing logs, traces and network interfaces is no gain.
pub(super) fn gains(world: &World<'_>, from: usize, to: usize) -> Vec<String> {
    let (Some(from), Some(to)) = (world.people.get(from), world.people.get(to)) else { return Vec::new() };
    let mut found = Vec::new();
    for (statement, _) in to.allowing() {
        let lacks = |action: &&Value| {
            let text = action.display();
            !is_routine(&text)
                && !from.allowing().any(|(own, _)| grants(own, &text) && same_resources(own, statement))
        };
        let more: Vec<String> = statement.actions.iter().filter(lacks).map(Value::display).collect();
        let resources = shown(statement);
        found.extend(more.into_iter().map(|action| format!("{action} on {resources}")));
        if statement.actions.is_empty() && !statement.not_actions.is_empty() {
            let except = statement.not_actions.iter().map(Value::display).collect::<Vec<_>>().join(", ");
            found.push(format!("everything but {except} on {resources}"));
        }
    }
    found.dedup();
    found.truncate(SHOWN_MAX);
    found
}

fn grants(statement: &Statement, action: &str) -> bool {
    statement.actions.iter().filter_map(Value::as_str).any(|pattern| action_covers(pattern, action))
}

fn same_resources(own: &Statement, other: &Statement) -> bool {
    let all = own.resources.iter().any(|value| value.as_str() == Some("*"));
    all || other.resources.iter().all(|wanted| own.resources.iter().any(|value| value.data == wanted.data))
}

fn shown(statement: &Statement) -> String {
    let few = statement.resources.iter().take(2).map(Value::display).collect::<Vec<_>>().join(", ");
    match statement.resources.len() {
        0 => format!(
            "everything but {}",
            statement.not_resources.iter().map(Value::display).collect::<Vec<_>>().join(", ")
        ),
        1 | 2 => few,
        more => format!("{few} and {} more", more - 2),
    }
}

/// What every function may do.
pub(crate) fn is_routine(action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    [
        "logs:create",
        "logs:put",
        "logs:describe",
        "xray:",
        "cloudwatch:putmetric",
        "ec2:createnetworkinterface",
    ]
    .iter()
    .chain(&["ec2:deletenetworkinterface", "ec2:describenetworkinterfaces", "ssmmessages:", "ec2messages:"])
    .any(|routine| lower.starts_with(routine))
}
