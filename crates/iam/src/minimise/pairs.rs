//! The pairs of action and resource of statements that are alike otherwise.
use std::collections::{BTreeMap, BTreeSet};

use model::{Condition, Statement, Tri, Value};

use super::Shell;
use crate::Pattern;

/// Statements with the same effect, principals and conditions, as pairs.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    pub(super) statements: Vec<&'a Statement>,
    pub(super) actions: Vec<Entry<'a>>,
    pub(super) resources: Vec<Entry<'a>>,
    /// Indexes into the two lists, and the statements that had the pair.
    pub(super) pairs: BTreeMap<(usize, usize), BTreeSet<usize>>,
}

/// An action or a resource.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) value: &'a Value,
    pub(super) key: String,
    pub(super) pattern: Pattern,
}

impl<'a> Pairs<'a> {
    /// `None` when there are more pairs than that.
    pub(super) fn read(statements: &[&'a Statement], pairs_max: usize) -> Option<Self> {
        let count: usize =
            statements.iter().map(|each| each.actions.len().saturating_mul(each.resources.len())).sum();
        if count > pairs_max {
            return None;
        }
        let mut actions: BTreeMap<String, &Value> = BTreeMap::new();
        let mut resources: BTreeMap<String, &Value> = BTreeMap::new();
        for statement in statements {
            for action in &statement.actions {
                actions.entry(key(action).to_ascii_lowercase()).or_insert(action);
            }
            for resource in &statement.resources {
                resources.entry(key(resource)).or_insert(resource);
            }
        }
        let place = |keys: &BTreeMap<String, &Value>| -> BTreeMap<String, usize> {
            keys.keys().enumerate().map(|(at, key)| (key.clone(), at)).collect()
        };
        let (action_places, resource_places) = (place(&actions), place(&resources));
        let mut pairs: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for (at, statement) in statements.iter().enumerate() {
            for action in &statement.actions {
                let Some(action) = action_places.get(&key(action).to_ascii_lowercase()) else { continue };
                let places =
                    statement.resources.iter().filter_map(|resource| resource_places.get(&key(resource)));
                for resource in places {
                    pairs.entry((*action, *resource)).or_default().insert(at);
                }
            }
        }
        let entry = |of: fn(&Value) -> Pattern| {
            move |(key, value): (String, &'a Value)| Entry { pattern: of(value), key, value }
        };
        Some(Self {
            statements: statements.to_vec(),
            actions: actions.into_iter().map(entry(Pattern::action_of)).collect(),
            resources: resources.into_iter().map(entry(Pattern::of)).collect(),
            pairs,
        })
    }
}

/// What a value is, for comparing: two unknown values are the same only when they are one.
pub(super) fn key(value: &Value) -> String {
    value.as_str().map_or_else(|| Pattern::of(value).to_string(), str::to_owned)
}

pub(super) fn condition(condition: &Condition) -> String {
    let mut values: Vec<String> = condition.values.iter().map(key).collect();
    values.sort();
    values.dedup();
    let (operator, name) = (condition.operator.to_ascii_lowercase(), condition.key.to_ascii_lowercase());
    format!("{operator}\n{name}\n{}", values.join("\n"))
}

/// Everything that a statement says, without its name and place.
pub(crate) fn signature(statement: &Statement) -> String {
    let list = |values: &[Value]| values.iter().map(key).collect::<Vec<_>>().join("\n");
    let principals = |list: &[model::Principal]| {
        list.iter().map(|each| format!("{}\n{}", each.kind, key(&each.value))).collect::<Vec<_>>().join("\n")
    };
    let conditions: Vec<String> = statement.conditions.iter().map(condition).collect();
    [
        format!("{:?}", statement.effect),
        list(&statement.actions),
        list(&statement.not_actions),
        list(&statement.resources),
        list(&statement.not_resources),
        principals(&statement.principals),
        principals(&statement.not_principals),
        conditions.join("\r"),
    ]
    .join("\t")
}

/// Drops pairs that another pair covers, in the same group or in one that asks for less.
pub(super) fn drop_covered(groups: &mut [(Shell, Pairs<'_>)]) {
    let covered: Vec<BTreeSet<(usize, usize)>> = (0..groups.len()).map(|at| covered_in(groups, at)).collect();
    for ((_, pairs), covered) in groups.iter_mut().zip(covered) {
        pairs.pairs.retain(|pair, _| !covered.contains(pair));
    }
}

fn covered_in(groups: &[(Shell, Pairs<'_>)], at: usize) -> BTreeSet<(usize, usize)> {
    let mut covered = BTreeSet::new();
    let Some((shell, own)) = groups.get(at) else { return covered };
    for (other_at, (other_shell, other)) in groups.iter().enumerate() {
        if !shell.implies(other_shell) {
            continue;
        }
        let actions = wider(&own.actions, &other.actions);
        let resources = wider(&own.resources, &other.resources);
        for (action, resource) in own.pairs.keys() {
            let empty = Vec::new();
            let wider_actions = actions.get(*action).unwrap_or(&empty);
            let wider_resources = resources.get(*resource).unwrap_or(&empty);
            let covers = wider_actions.iter().any(|(wide_action, same_action)| {
                wider_resources.iter().any(|(wide_resource, same_resource)| {
                    let pair = (*wide_action, *wide_resource);
                    // Of two that cover each other the first one stays.
                    let mutual = *same_action && *same_resource && other_at == at;
                    let stays = !mutual || pair < (*action, *resource);
                    stays && other.pairs.contains_key(&pair)
                })
            });
            if covers {
                covered.insert((*action, *resource));
            }
        }
    }
    covered
}

/// For each of `own` the places in `others` that cover it, and whether they are covered by it, too.
fn wider(own: &[Entry<'_>], others: &[Entry<'_>]) -> Vec<Vec<(usize, bool)>> {
    let exact: BTreeMap<&str, usize> =
        others.iter().enumerate().map(|(at, entry)| (entry.key.as_str(), at)).collect();
    let wild: Vec<(usize, &Entry<'_>)> =
        others.iter().enumerate().filter(|(_, entry)| entry.pattern.has_wildcard()).collect();
    let wider = |entry: &Entry<'_>| {
        let mut found: Vec<(usize, bool)> =
            exact.get(entry.key.as_str()).map(|at| (*at, true)).into_iter().collect();
        for (at, other) in &wild {
            if other.key != entry.key && entry.pattern.within(&other.pattern) == Tri::True {
                found.push((*at, other.pattern.within(&entry.pattern) == Tri::True));
            }
        }
        found
    };
    own.iter().map(wider).collect()
}
