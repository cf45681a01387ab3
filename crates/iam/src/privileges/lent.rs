//! Permissions that resources give by policies of their own: in one account, naming the role is enough.
use model::{Node, Policy, Value};

use super::Need;
use super::meaning::Place;
use crate::{Pattern, arn};

/// Whether every resource of a need lets the role do it by itself.
pub(super) fn allows(place: Place<'_>, role: &Node, need: &Need) -> bool {
    let action = Pattern::action(&need.action);
    !need.resources.is_empty()
        && need.resources.iter().all(|resource| {
            let node = arn::target_among(place.app, place.names, resource);
            node.is_some_and(|node| {
                node.resource_policies.iter().any(|policy| lends(place, policy, role, &action))
            })
        })
}

fn lends(place: Place<'_>, policy: &Policy, role: &Node, action: &Pattern) -> bool {
    policy.statements.iter().filter(|statement| statement.allows()).any(|statement| {
        let names = |value: &Value| {
            value.as_str() == Some("*")
                || arn::target_among(place.app, place.names, value).is_some_and(|node| node.id == role.id)
        };
        let is_named = statement
            .principals
            .iter()
            .filter(|principal| matches!(principal.kind.as_str(), "AWS" | "*"))
            .any(|principal| principal.value.one_or_many().iter().any(names));
        let is_about = |value: &Value| !action.within(&Pattern::action_of(value)).is_false();
        is_named && statement.actions.iter().any(is_about)
    })
}
