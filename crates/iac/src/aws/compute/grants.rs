//! Edges from identities to the resources that their statements name, by reference or by ARN.
use std::collections::BTreeMap;

use model::{Kind, Node, NodeId, Relation, Span, Value};

use crate::lower::Lowering;

pub(super) fn link(lowering: &mut Lowering<'_>) {
    let names = physical_names(&lowering.app.nodes);
    let mut found: Vec<(NodeId, NodeId, Span)> = Vec::new();
    for node in &lowering.app.nodes {
        if !matches!(node.kind, Kind::Role | Kind::Function | Kind::User | Kind::Group | Kind::StateMachine) {
            continue;
        }
        let statements = node.policies.iter().flat_map(|policy| &policy.statements);
        for resource in statements.filter(|statement| statement.allows()).flat_map(|s| &s.resources) {
            let target = lowering.target(resource).or_else(|| by_arn(resource, &names));
            found.extend(target.filter(|to| *to != node.id).map(|to| (node.id, to, resource.at)));
        }
    }
    for (from, to, at) in found {
        lowering.edge(from, Relation::Grants, to, at);
    }
}

/// Nodes by kind and by the name that the template gives them in the account.
fn physical_names(nodes: &[Node]) -> BTreeMap<(Kind, String), NodeId> {
    let named =
        nodes.iter().filter_map(|node| Some(((node.kind, node.attrs.get("name")?.display()), node.id)));
    named.collect()
}

fn by_arn(value: &Value, names: &BTreeMap<(Kind, String), NodeId>) -> Option<NodeId> {
    let text = value.display();
    let mut parts = split_arn(&text).into_iter();
    let service = parts.by_ref().nth(2)?;
    let resource = parts.skip(2).collect::<Vec<_>>().join(":");
    let kinds: &[Kind] = match service {
        "s3" => &[Kind::Bucket],
        "dynamodb" => &[Kind::Table],
        "sqs" => &[Kind::Queue],
        "sns" => &[Kind::Topic],
        "lambda" => &[Kind::Function],
        "kinesis" => &[Kind::Stream],
        "firehose" => &[Kind::DeliveryStream],
        "states" => &[Kind::StateMachine],
        "secretsmanager" => &[Kind::Secret],
        "ssm" => &[Kind::Parameter],
        "events" => &[Kind::EventBus, Kind::EventRule],
        "logs" => &[Kind::LogGroup],
        _ => return None,
    };
    let candidates = [
        resource.as_str(),
        resource.split(['/', ':']).next().unwrap_or_default(),
        resource.split(['/', ':']).nth(1).unwrap_or_default(),
        resource.split_once(['/', ':']).map_or("", |(_, rest)| rest),
    ];
    candidates.into_iter().find_map(|name| {
        kinds.iter().find_map(|kind| names.get(&(*kind, name.trim_end_matches(":*").to_owned())).copied())
    })
}

/// Splits an ARN at its colons; `${AWS::Region}` is one piece.
fn split_arn(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, symbol) in text.char_indices() {
        match symbol {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::split_arn;

    #[test]
    fn an_arn_with_expressions_has_six_parts() {
        let arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders";
        assert_eq!(split_arn(arn).last().copied(), Some("table/orders"));
        assert_eq!(split_arn(arn).len(), 6);
    }
}
