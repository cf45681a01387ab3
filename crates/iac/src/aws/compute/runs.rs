//! What runs as a role without a table that says so: stacks, services and jobs that no check knows by itself.
//!
//! A property whose name speaks of a role, and whose value is a role of the application, is enough: whoever takes the
//! resource over has that role.
use std::collections::BTreeMap;

use model::{Kind, Node, NodeId, Relation, Span, Value, schema};

use crate::lower::Lowering;

/// Properties are looked through this deep.
const DEPTH_MAX: usize = 8;

pub(super) fn link(lowering: &mut Lowering<'_>) {
    let mut found: Vec<(NodeId, NodeId, Span)> = Vec::new();
    let names = names(&lowering.app.nodes);
    for (name, resource) in lowering.resources {
        let Some(node) = lowering.find(name).and_then(|id| lowering.node(id)) else { continue };
        if is_told(node) {
            continue;
        }
        let mut values = Vec::new();
        roles(&resource.properties, DEPTH_MAX, &mut values);
        let runs =
            values.into_iter().filter_map(|value| Some((node.id, role(lowering, &names, value)?, value.at)));
        found.extend(runs);
    }
    for (from, to, at) in found {
        lowering.edge(from, Relation::Assumes, to, at);
    }
}

/// Identities themselves, and kinds whose tables say which role they have.
fn is_told(node: &Node) -> bool {
    const NOT_RUNNING: &[Kind] = &[
        Kind::Policy,
        Kind::PolicyDocument,
        Kind::User,
        Kind::Group,
        Kind::GroupMembership,
        Kind::Role,
        Kind::IdentityPoolRoles,
    ];
    let makes_nothing = node.provider_type.starts_with("data.") || node.provider_type == "module";
    let has_role = ["role", "execution_role", "log_role"]
        .iter()
        .any(|attr| schema::relation(node.kind, attr) == Some(Relation::Assumes));
    makes_nothing || has_role || NOT_RUNNING.contains(&node.kind)
}

fn roles<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
    if depth == 0 {
        return;
    }
    for entry in value.entries() {
        let key = entry.key.text.to_ascii_lowercase().replace('_', "");
        if key.contains("role") || key.contains("instanceprofile") {
            found.extend(entry.value.one_or_many());
        }
        roles(&entry.value, depth - 1, found);
    }
    value.items().iter().for_each(|item| roles(item, depth - 1, found));
}

fn is_role(node: &Node) -> bool {
    matches!(node.kind, Kind::Role | Kind::InstanceProfile)
}

/// Roles and instance profiles by their names in the account.
fn names(nodes: &[Node]) -> BTreeMap<String, NodeId> {
    let roles = nodes.iter().filter(|node| is_role(node)).rev();
    roles.filter_map(|node| Some((node.attrs.get("name")?.as_str()?.to_owned(), node.id))).collect()
}

/// The role, or the instance profile, that a value names: by reference, or by its name in the account.
fn role(lowering: &Lowering<'_>, names: &BTreeMap<String, NodeId>, value: &Value) -> Option<NodeId> {
    let direct = lowering.target(value).filter(|id| lowering.node(*id).is_some_and(is_role));
    direct.or_else(|| {
        let text = value.display();
        names.get(text.rsplit('/').next()?).copied()
    })
}
