//! Whether one set of policies gives no more than another, and what it gives more.
//!
//! INVARIANT: what is said to be within really is. What cannot be shown is Unknown, and told as a difference that is
//! not certain. The reverse is not promised: when only several statements together cover a wildcard, a difference is
//! told that a person would not see.
mod implied;
mod region;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::{Effect, Policy, Span, Statement, Tri};

use crate::catalogue;
use crate::minimise::signature;
use region::Region;

/// Something that the first policies allow and the second ones do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Index of the policy and of its statement.
    pub policy: usize,
    pub statement: usize,
    pub at: Span,
    /// One action, or a wildcard when it stands for actions that the catalogue does not know.
    pub action: String,
    /// As the statement writes it; of a `NotResource`, everything but these.
    pub resource: String,
    /// Only with the conditions of the statement.
    pub conditional: bool,
    /// The others surely do not allow it; otherwise that could not be decided.
    pub certain: bool,
}

/// The actions that a pattern stands for, as a catalogue spells them; empty when it knows none.
pub type Expand<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// Extras that are listed before the rest is left away.
const EXTRAS_MAX: usize = 20_000;

/// The actions of the catalogue that a pattern stands for.
#[must_use]
pub fn known_actions(pattern: &str) -> Vec<String> {
    catalogue::matching(pattern).iter().map(catalogue::Action::display).collect()
}

/// Whether everything that `policies` allow is allowed by `others`, too.
#[must_use]
pub fn within(policies: &[Policy], others: &[Policy]) -> Tri {
    let extras = difference(policies, others);
    if extras.is_empty() {
        Tri::True
    } else if extras.iter().any(|extra| extra.certain) {
        Tri::False
    } else {
        Tri::Unknown
    }
}

/// Whether both allow the same: whether a template of policies fits exactly.
#[must_use]
pub fn same(policies: &[Policy], others: &[Policy]) -> Tri {
    let within = self::within(policies, others);
    if within.is_false() { within } else { within & self::within(others, policies) }
}

/// What `policies` allow and `others` do not, action by action.
#[must_use]
pub fn difference(policies: &[Policy], others: &[Policy]) -> Vec<Extra> {
    difference_by(policies, others, &known_actions)
}

/// The same with a catalogue of your own.
#[must_use]
pub fn difference_by(policies: &[Policy], others: &[Policy], expand: Expand<'_>) -> Vec<Extra> {
    let mut work = Work {
        expand,
        own_denies: statements(policies).filter(|each| each.effect == Effect::Deny).collect(),
        allows: statements(others).filter(|each| each.effect == Effect::Allow).collect(),
        // What is not known to be an allow may be a deny.
        denies: statements(others).filter(|each| each.effect != Effect::Allow).collect(),
        own_open: open(policies),
        open: open(others),
        extras: Vec::new(),
    };
    for (policy_at, policy) in policies.iter().enumerate() {
        for (statement_at, statement) in policy.statements.iter().enumerate() {
            let same = statement.effect == Effect::Unknown && work.open.contains(&signature(statement));
            if statement.effect == Effect::Deny || same {
                continue;
            }
            for region in Region::all(statement) {
                work.check((policy_at, statement_at), &region);
                if work.extras.len() >= EXTRAS_MAX {
                    return work.extras;
                }
            }
        }
    }
    work.extras
}

/// Statements whose effect is not known, without names and places.
fn open(policies: &[Policy]) -> BTreeSet<String> {
    statements(policies).filter(|each| each.effect == Effect::Unknown).map(signature).collect()
}

fn statements(policies: &[Policy]) -> impl Iterator<Item = &Statement> {
    policies.iter().flat_map(|policy| &policy.statements)
}

struct Work<'a> {
    expand: Expand<'a>,
    own_denies: Vec<&'a Statement>,
    allows: Vec<&'a Statement>,
    denies: Vec<&'a Statement>,
    /// Effects that nobody knows: the same statement has the same effect on both sides.
    own_open: BTreeSet<String>,
    open: BTreeSet<String>,
    extras: Vec<Extra>,
}

impl Work<'_> {
    fn check(&mut self, place: (usize, usize), region: &Region<'_>) {
        let given = self.given(region);
        if given.is_true() {
            return;
        }
        if !region.action.has_wildcard() {
            self.tell(place, region, given);
            return;
        }
        let mut told = false;
        for action in (self.expand)(&region.action.to_string()) {
            let Some(one) = region.with_action(&action) else { continue };
            let given = self.given(&one);
            if !given.is_true() {
                told = true;
                self.tell(place, &one, given);
            }
        }
        if !told {
            // All that is known today is covered; what AWS adds tomorrow is not.
            let known = if given.is_false() && (self.expand)(&region.action.to_string()).is_empty() {
                Tri::False
            } else {
                Tri::Unknown
            };
            self.tell(place, region, known);
        }
    }

    fn tell(&mut self, (policy, statement): (usize, usize), region: &Region<'_>, given: Tri) {
        self.extras.push(Extra {
            policy,
            statement,
            at: region.statement.at,
            action: region.action_text(),
            resource: region.resource_text(),
            conditional: !region.statement.conditions.is_empty(),
            certain: given.is_false() && region.statement.effect == Effect::Allow,
        });
    }

    /// Whether the others allow all of it.
    fn given(&self, region: &Region<'_>) -> Tri {
        if self.own_denies.iter().any(|deny| region.covered_by(deny).is_true()) {
            return Tri::True;
        }
        let allowed = Tri::any(self.allows.iter().map(|statement| region.covered_by(statement)));
        if allowed.is_false() {
            return allowed;
        }
        allowed & !Tri::any(self.denies.iter().map(|deny| self.taken(region, deny)))
    }

    /// Whether a deny of the others takes some of it that no deny of ours takes, too.
    fn taken(&self, region: &Region<'_>, deny: &Statement) -> Tri {
        let meets = region.meets(deny);
        let same = deny.effect == Effect::Unknown && self.own_open.contains(&signature(deny));
        if meets.is_false() || same {
            return Tri::False;
        }
        let ours = Region::all(deny)
            .iter()
            .all(|denied| self.own_denies.iter().any(|own| denied.covered_by(own).is_true()));
        if ours {
            return Tri::False;
        }
        let sure = deny.conditions.is_empty() && deny.effect == Effect::Deny && self.own_denies.is_empty();
        if sure { meets } else { Tri::Unknown }
    }
}
