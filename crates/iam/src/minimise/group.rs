//! Pairs back to statements.
use std::collections::{BTreeMap, BTreeSet};

use model::{Span, Statement, Value};

use super::pairs::{Entry, Pairs};
use crate::render::{as_written, size};

/// A statement to be: places of actions and of resources, every one with every one.
type Product = (BTreeSet<usize>, BTreeSet<usize>);

/// Statements of one service each, every pair in exactly one.
pub(super) fn statements(pairs: &Pairs<'_>) -> Vec<Statement> {
    let mut services: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for pair in pairs.pairs.keys() {
        let service = pairs.actions.get(pair.0).map_or("", service);
        services.entry(service).or_default().push(*pair);
    }
    services.values().flat_map(|pairs_of_one| best(pairs, pairs_of_one)).collect()
}

fn service<'a>(action: &'a Entry<'_>) -> &'a str {
    action.key.split_once(':').map_or("", |(service, _)| service)
}

/// Actions with the same resources together, or resources with the same actions together: whichever is shorter.
fn best(pairs: &Pairs<'_>, of_one: &[(usize, usize)]) -> Vec<Statement> {
    let by_action = build(pairs, &by(of_one.iter().copied()));
    let turned: Vec<Product> = by(of_one.iter().map(|(action, resource)| (*resource, *action)))
        .into_iter()
        .map(|(resources, actions)| (actions, resources))
        .collect();
    let by_resource = build(pairs, &turned);
    let cost = |statements: &[Statement]| (statements.len(), size(statements, &as_written));
    if cost(&by_resource) < cost(&by_action) { by_resource } else { by_action }
}

/// The first parts that have the same set of second parts.
fn by(pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Product> {
    let mut seconds: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (first, second) in pairs {
        seconds.entry(first).or_default().insert(second);
    }
    let mut firsts: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
    for (first, seconds) in seconds {
        firsts.entry(seconds).or_default().insert(first);
    }
    firsts.into_iter().map(|(seconds, firsts)| (firsts, seconds)).collect()
}

fn build(pairs: &Pairs<'_>, products: &[Product]) -> Vec<Statement> {
    products.iter().filter_map(|product| statement(pairs, product)).collect()
}

fn statement(pairs: &Pairs<'_>, (actions, resources): &Product) -> Option<Statement> {
    let sources: BTreeSet<usize> = actions
        .iter()
        .flat_map(|action| resources.iter().map(move |resource| (*action, *resource)))
        .filter_map(|pair| pairs.pairs.get(&pair))
        .flatten()
        .copied()
        .collect();
    let sources: Vec<&Statement> =
        sources.iter().filter_map(|at| pairs.statements.get(*at).copied()).collect();
    let first = sources.first()?;
    // A name tells what somebody meant; it stays when only statements with that name went in.
    let sid = first.sid.clone().filter(|sid| sources.iter().all(|source| source.sid.as_ref() == Some(sid)));
    let at = sources.iter().map(|source| source.at).find(|at| *at != Span::NONE).unwrap_or(Span::NONE);
    let values = |entries: &[Entry<'_>], places: &BTreeSet<usize>| -> Vec<Value> {
        places.iter().filter_map(|place| entries.get(*place)).map(|entry| entry.value.clone()).collect()
    };
    Some(Statement {
        sid,
        at,
        actions: values(&pairs.actions, actions),
        resources: values(&pairs.resources, resources),
        ..(*first).clone()
    })
}
