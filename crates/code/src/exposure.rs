//! Who may put data where a trigger takes its events from.
use model::{App, Kind, Node, Relation, Statement, Trust, Value};

/// Who chooses what a trigger's events hold.
pub(crate) fn trust_of(app: &App, trigger: &Node) -> Trust {
    match trigger.text("exposure") {
        Some("public") => Trust::Public,
        Some("authenticated") => Trust::Authenticated,
        _ if app.targets(trigger, Relation::FedBy).any(|source| takes_from_anyone(app, source)) => {
            Trust::Public
        }
        _ => Trust::Internal,
    }
}

/// A bucket, queue or topic into which everyone may put something.
fn takes_from_anyone(app: &App, source: &Node) -> bool {
    let writes: &[&str] = match source.kind {
        Kind::Bucket => &["s3:putobject", "s3:put*", "s3:*", "*"],
        Kind::Queue => &["sqs:sendmessage", "sqs:send*", "sqs:*", "*"],
        Kind::Topic => &["sns:publish", "sns:*", "*"],
        _ => return false,
    };
    if source.kind == Kind::Bucket
        && source.attrs.get("acl").and_then(Value::as_str) == Some("PublicReadWrite")
    {
        return true;
    }
    let holders = app.nodes.iter().filter(|node| node.id == source.id || node.owner == Some(source.id));
    let statements = holders.flat_map(|node| &node.resource_policies).flat_map(|policy| &policy.statements);
    statements
        .filter(|statement| statement.allows() && statement.conditions.is_empty())
        .any(|statement| statement.for_everyone() && may(statement, writes))
}

fn may(statement: &Statement, writes: &[&str]) -> bool {
    let actions = statement.actions.iter().filter_map(Value::as_str);
    actions.map(str::to_ascii_lowercase).any(|action| writes.contains(&action.as_str()))
}
