//! The same permissions in fewer and more readable statements.
//!
//! INVARIANT: what comes out allows and denies exactly what went in. A statement is a set of pairs (action, resource);
//! pairs are dropped only when another covers them, and put together only into products that hold no new pair.
mod group;
mod pairs;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::{Effect, Statement};

use pairs::Pairs;
pub(crate) use pairs::signature;

/// Pairs of one group that are looked at one by one; larger groups stay as they are.
const PAIRS_MAX: usize = 50_000;

/// The statements, merged: by service, allows before denies, in a stable order.
#[must_use]
pub fn minimise(statements: &[Statement]) -> Vec<Statement> {
    let mut plain: BTreeMap<Shell, Vec<&Statement>> = BTreeMap::new();
    let mut others: BTreeMap<String, &Statement> = BTreeMap::new();
    for statement in statements {
        if is_plain(statement) {
            plain.entry(Shell::of(statement)).or_default().push(statement);
        } else {
            others.entry(pairs::signature(statement)).or_insert(statement);
        }
    }
    let mut merged = Vec::new();
    let mut groups: Vec<(Shell, Pairs<'_>)> = Vec::new();
    for (shell, statements) in plain {
        match Pairs::read(&statements, PAIRS_MAX) {
            Some(pairs) => groups.push((shell, pairs)),
            None => merged.extend(statements.into_iter().cloned()),
        }
    }
    pairs::drop_covered(&mut groups);
    for (_, pairs) in &groups {
        merged.extend(group::statements(pairs));
    }
    merged.extend(others.into_values().cloned());
    merged.sort_by_cached_key(order);
    unique_names(&mut merged);
    merged
}

/// Actions on resources and nothing more; `NotAction` and `NotResource` are no lists of pairs.
fn is_plain(statement: &Statement) -> bool {
    !statement.actions.is_empty()
        && !statement.resources.is_empty()
        && statement.not_actions.is_empty()
        && statement.not_resources.is_empty()
        && statement.effect != Effect::Unknown
}

/// Everything of a statement but its pairs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shell {
    pub(crate) denies: bool,
    pub(crate) principals: Vec<String>,
    /// Sorted: all must hold.
    pub(crate) conditions: Vec<String>,
}

impl Shell {
    fn of(statement: &Statement) -> Self {
        let principal = |mark: &str, principal: &model::Principal| {
            format!("{mark}{}\n{}", principal.kind, pairs::key(&principal.value))
        };
        let with = statement.principals.iter().map(|each| principal("", each));
        let without = statement.not_principals.iter().map(|each| principal("!", each));
        let mut principals: Vec<String> = with.chain(without).collect();
        let mut conditions: Vec<String> = statement.conditions.iter().map(pairs::condition).collect();
        principals.sort();
        principals.dedup();
        conditions.sort();
        conditions.dedup();
        Self { denies: statement.effect == Effect::Deny, principals, conditions }
    }

    /// Whatever meets `self` meets `other`, too: it asks for no more.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        self.denies == other.denies
            && self.principals == other.principals
            && other.conditions.iter().all(|condition| self.conditions.contains(condition))
    }
}

fn order(statement: &Statement) -> (bool, bool, String) {
    let rank = |list: &[model::Value]| list.iter().map(pairs::key).collect::<Vec<_>>().join("\n");
    let whole = format!(
        "{}\n{}\n{}\n{}",
        rank(&statement.actions).to_ascii_lowercase(),
        rank(&statement.resources),
        rank(&statement.not_actions),
        rank(&statement.not_resources)
    );
    (statement.effect == Effect::Deny, !is_plain(statement), whole)
}

/// A name may stand only once in a policy.
fn unique_names(statements: &mut [Statement]) {
    let mut seen = std::collections::BTreeSet::new();
    for statement in statements {
        if statement.sid.as_ref().is_some_and(|sid| !seen.insert(sid.clone())) {
            statement.sid = None;
        }
    }
}
