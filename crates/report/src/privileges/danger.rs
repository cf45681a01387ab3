//! What somebody who takes over a function could make of its permissions.
use iam::paths::{Certainty, End, Escalation, Hop};
use iam::reach::Reach;

use super::{FunctionPermissions, Permissions};
use crate::scan::plural;
use crate::visible::line;

/// Ways to more permissions that are shown of one function.
const WAYS_SHOWN_MAX: usize = 3;
/// Parts of a score that are named.
const PARTS_SHOWN_MAX: usize = 5;

/// The ways to more permissions, a line for each: the hops, and what is won.
pub(super) fn ways(permissions: &Permissions<'_>, of: &FunctionPermissions) -> Vec<String> {
    let mut lines: Vec<String> =
        of.escalations.iter().take(WAYS_SHOWN_MAX).map(|way| way_line(permissions, of, way)).collect();
    let more = of.escalations.len().saturating_sub(WAYS_SHOWN_MAX);
    if more > 0 {
        lines.push(format!("and {more} more ways to more permissions"));
    }
    if !lines.is_empty() {
        lines.push(match of.escalations_left {
            0 => "the least policy leaves none of these ways".to_owned(),
            left => format!("the least policy leaves {left} of these ways"),
        });
    }
    lines
}

fn way_line(permissions: &Permissions<'_>, of: &FunctionPermissions, way: &Escalation) -> String {
    let end = match way.to {
        End::Administrator => "may become administrator".to_owned(),
        End::Identity(node) => format!("may become `{}`", line(permissions.name(of, node))),
        End::Elsewhere => "may run as other identities of the account".to_owned(),
    };
    let sure = if way.certainty == Certainty::Certain { "" } else { " (possible)" };
    let hops: Vec<String> = way.hops.iter().map(|hop| hop_words(permissions, of, hop)).collect();
    format!("{end}{sure}: {}", hops.join(", then "))
}

fn hop_words(permissions: &Permissions<'_>, of: &FunctionPermissions, hop: &Hop) -> String {
    let actions: Vec<String> = hop.actions.iter().map(|action| format!("`{action}`")).collect();
    let place = hop.at.first().map(|at| line(&permissions.locate(*at))).filter(|place| !place.is_empty());
    let place = place.map_or_else(String::new, |place| format!(" ({place})"));
    let next = hop.next.map(|node| format!(" as `{}`", line(permissions.name(of, node)))).unwrap_or_default();
    format!("{} with {}{next}{place}", hop.technique.does, actions.join(", "))
}

/// What could be reached today and with the least policy, a line for each.
pub(super) fn reaches(of: &FunctionPermissions) -> Vec<String> {
    let Some(reaches) = &of.reach else { return Vec::new() };
    if reaches.now.score.total == 0 {
        return Vec::new();
    }
    vec![
        format!("whoever takes it over {}", reach_words(&reaches.now)),
        format!("with the least policy: {}", reach_words(&reaches.least)),
    ]
}

fn reach_words(reach: &Reach) -> String {
    let score = &reach.score;
    if score.parts.is_empty() {
        return "reaches nothing (0 points)".to_owned();
    }
    let mut parts: Vec<&iam::reach::Part> = score.parts.iter().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.points));
    let shown: Vec<String> = parts.iter().take(PARTS_SHOWN_MAX).map(|part| line(&part.what)).collect();
    format!("{} ({})", shown.join(", "), plural(score.total as usize, "point"))
}
