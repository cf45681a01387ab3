//! A rule as it runs: default actions worked in, `block` and status decided, what chained rules say added to the head.
use super::action::{ActionList, DENY_STATUS, Decision};
use super::load::RawRule;
use crate::rule::{Disruptive, Link, Metadata, Phase, Rule};
use std::collections::BTreeMap;

/// A rule with the default actions of its phase.
pub(super) fn resolved(raw: RawRule, defaults: &BTreeMap<Phase, ActionList>) -> Rule {
    let phase = raw.links.first().and_then(|head| head.list.phase).unwrap_or(Phase::RequestBody);
    let none = ActionList::default();
    let defaults = defaults.get(&phase).unwrap_or(&none);
    let default_disruptive = || match &defaults.decision {
        Some(Decision::Is(disruptive)) => disruptive.clone(),
        _ => Disruptive::Pass,
    };
    let mut rule = Rule {
        id: raw.id,
        phase,
        links: Vec::with_capacity(raw.links.len()),
        metadata: Metadata::default(),
        disruptive: Disruptive::Pass,
        status: 0,
        flow: None,
        log: defaults.log.unwrap_or(true),
        audit_log: defaults.audit_log.unwrap_or(true),
        at: raw.at,
    };
    let mut status = None;
    for (position, link) in raw.links.into_iter().enumerate() {
        let mut list = link.list;
        if position == 0 {
            rule.log = list.log.unwrap_or(rule.log);
            rule.audit_log = list.audit_log.unwrap_or(rule.audit_log);
            rule.disruptive = match list.decision {
                Some(Decision::Is(disruptive)) => disruptive,
                Some(Decision::Block) => default_disruptive(),
                None => Disruptive::Pass,
            };
            rule.metadata.tags.clone_from(&defaults.metadata.tags);
            let own = std::mem::replace(&mut list.actions, defaults.actions.clone());
            list.actions.extend(own);
        }
        status = status.or(list.status);
        rule.flow = rule.flow.or(list.flow);
        add_metadata(&mut rule.metadata, list.metadata);
        let mut transformations = if list.forgets { Vec::new() } else { defaults.transformations.clone() };
        transformations.extend(list.transformations);
        rule.links.push(Link {
            targets: link.targets,
            transformations,
            operation: link.operation,
            multi_match: list.multi_match,
            capture: list.capture,
            actions: list.actions,
        });
    }
    add_metadata(&mut rule.metadata, defaults.metadata.clone());
    let status = status.or(defaults.status);
    rule.status = match rule.disruptive {
        Disruptive::Redirect(_) => {
            status.filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308)).unwrap_or(302)
        }
        _ => status.unwrap_or(DENY_STATUS),
    };
    rule
}

/// What the head says counts; what it does not say may stand on a chained rule.
fn add_metadata(metadata: &mut Metadata, later: Metadata) {
    metadata.message = metadata.message.take().or(later.message);
    metadata.data = metadata.data.take().or(later.data);
    metadata.severity = metadata.severity.or(later.severity);
    metadata.version = metadata.version.take().or(later.version);
    metadata.revision = metadata.revision.take().or(later.revision);
    metadata.maturity = metadata.maturity.or(later.maturity);
    metadata.accuracy = metadata.accuracy.or(later.accuracy);
    for tag in later.tags {
        if !metadata.tags.contains(&tag) {
            metadata.tags.push(tag);
        }
    }
}
