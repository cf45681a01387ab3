//! Removals and updates of rules that other files wrote: `SecRuleRemoveById`, `SecRuleUpdateTargetByTag`, …
//!
//! As in ModSecurity 3 they hold for the whole rule set, wherever they stand; tags and messages are compared as a whole.
use super::action::ActionList;
use super::load::{RawItem, RawRule};
use super::problem::Wrong;
use crate::rule::{Macro, MacroPart, Place, Target};

/// One removal or update.
pub(super) struct Update {
    pub(super) at: Place,
    pub(super) which: Which,
    pub(super) change: Change,
}

/// Which rules.
pub(super) enum Which {
    Ids(Vec<(u64, u64)>),
    Tag(String),
    Message(String),
}

pub(super) enum Change {
    Remove,
    Targets(Vec<Target>),
    /// New actions for the link at a position of the chain.
    Actions(usize, Box<ActionList>),
}

/// Applies every update; those that name no rule come back as notes.
pub(super) fn apply(items: &mut Vec<RawItem>, updates: Vec<Update>) -> Vec<(Place, Wrong)> {
    let mut notes = Vec::new();
    for update in updates {
        let found = match update.change {
            Change::Remove => remove(items, &update.which),
            Change::Targets(targets) => change(items, |rule| add_targets(rule, &update.which, &targets)),
            Change::Actions(link, list) => {
                change(items, |rule| add_actions(rule, &update.which, link, &list))
            }
        };
        if found == 0 {
            let what = match &update.which {
                Which::Ids(_) => "the directive names no rule that is there",
                Which::Tag(_) => "no rule has this tag",
                Which::Message(_) => "no rule has this message",
            };
            notes.push((
                update.at,
                Wrong::note(what).help(
                    "compare with the rules that are loaded; tags and messages are compared as a whole",
                ),
            ));
        }
    }
    notes
}

fn remove(items: &mut Vec<RawItem>, which: &Which) -> usize {
    let before = items.len();
    items.retain(|item| !matches!(item, RawItem::Rule(rule) if is_meant(rule, which)));
    before - items.len()
}

fn change(items: &mut [RawItem], mut change: impl FnMut(&mut RawRule) -> bool) -> usize {
    let rules = items.iter_mut().filter_map(|item| match item {
        RawItem::Rule(rule) => Some(rule),
        RawItem::Marker(_) => None,
    });
    rules.map(|rule| usize::from(change(rule))).sum()
}

fn is_meant(rule: &RawRule, which: &Which) -> bool {
    rule.links.first().is_some_and(|head| match which {
        Which::Ids(ranges) => contains(ranges, rule.id),
        _ => is_named(&head.list, which),
    })
}

/// Whether one of the ranges holds an id.
fn contains(ranges: &[(u64, u64)], id: u64) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&id))
}

fn is_named(list: &ActionList, which: &Which) -> bool {
    match which {
        Which::Ids(_) => false,
        Which::Tag(tag) => list.metadata.tags.iter().any(|known| is_text(known, tag)),
        Which::Message(message) => {
            list.metadata.message.as_ref().is_some_and(|known| is_text(known, message))
        }
    }
}

fn is_text(known: &Macro, text: &str) -> bool {
    match known.parts.as_slice() {
        [MacroPart::Text(known)] => known.as_slice() == text.as_bytes(),
        _ => false,
    }
}

/// An id means the head of a chain, a tag or message the link that carries it.
fn add_targets(rule: &mut RawRule, which: &Which, targets: &[Target]) -> bool {
    let mut is_found = false;
    let id = rule.id;
    for (position, link) in rule.links.iter_mut().enumerate() {
        let is_meant = match which {
            Which::Ids(ranges) => position == 0 && contains(ranges, id),
            _ => is_named(&link.list, which),
        };
        if is_meant {
            link.targets.extend_from_slice(targets);
            is_found = true;
        }
    }
    is_found
}

fn add_actions(rule: &mut RawRule, which: &Which, link: usize, list: &ActionList) -> bool {
    if !is_meant(rule, which) {
        return false;
    }
    match rule.links.get_mut(link) {
        Some(link) => link.list.merge(list),
        None => return false,
    }
    true
}

impl ActionList {
    /// Later actions over these: what can be said once is replaced, the rest is added.
    fn merge(&mut self, later: &Self) {
        let newer = |own: &mut Option<Macro>, later: &Option<Macro>| later.clone().or_else(|| own.take());
        self.metadata.message = newer(&mut self.metadata.message, &later.metadata.message);
        self.metadata.data = newer(&mut self.metadata.data, &later.metadata.data);
        self.metadata.severity = later.metadata.severity.or(self.metadata.severity);
        self.metadata.maturity = later.metadata.maturity.or(self.metadata.maturity);
        self.metadata.accuracy = later.metadata.accuracy.or(self.metadata.accuracy);
        self.metadata.version = later.metadata.version.clone().or_else(|| self.metadata.version.take());
        self.metadata.revision = later.metadata.revision.clone().or_else(|| self.metadata.revision.take());
        self.metadata.tags.extend_from_slice(&later.metadata.tags);
        self.decision = later.decision.clone().or_else(|| self.decision.take());
        self.flow = later.flow.clone().or_else(|| self.flow.take());
        self.status = later.status.or(self.status);
        self.log = later.log.or(self.log);
        self.audit_log = later.audit_log.or(self.audit_log);
        if later.forgets {
            self.transformations.clear();
            self.forgets = true;
        }
        self.transformations.extend_from_slice(&later.transformations);
        self.multi_match |= later.multi_match;
        self.capture |= later.capture;
        self.actions.extend_from_slice(&later.actions);
    }
}
