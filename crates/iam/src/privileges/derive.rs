//! The permissions of each function, put together.
use std::collections::{BTreeMap, BTreeSet};

use model::{App, Coverage, Framework, FunctionCode, Kind, Node, NodeId, Relation, Tri};

use super::granted::Granted;
use super::judge::Judge;
use super::meaning::Place;
use super::{Need, Origin, Privileges, Unresolved, code, graph, keys, lent};
use crate::arn::Names;
use crate::{Identity, arn, identity_of};

pub(super) fn all(app: &App) -> Vec<Privileges> {
    let names = Names::of(app);
    let codes: BTreeMap<NodeId, &FunctionCode> = app.code.iter().map(|code| (code.function, code)).collect();
    app.functions()
        .map(|function| one(Place { app, names: &names, function }, codes.get(&function.id).copied()))
        .collect()
}

fn one<'a>(place: Place<'a>, code: Option<&'a FunctionCode>) -> Privileges {
    let Place { app, function, .. } = place;
    let identity = identity_of(app, function);
    let granted = identity.as_ref().map(|identity| Granted::of(place, identity)).unwrap_or_default();
    let mut derived = code.map(|code| code::needs(place, code, &granted)).unwrap_or_default();
    derived.needs.extend(graph::needs(place, function));
    let behind = keys::needs(place, &derived.needs);
    derived.needs.extend(behind);
    let needed = merged(app, derived.needs);
    let base = merged(app, graph::base(app, function));
    let mut judge = Judge::new(place, &needed, &base, &derived.dynamic);
    judge.unseen = unseen(code);
    if let Some(why) = &judge.unseen {
        derived.unresolved.push(Unresolved { at: function.name_at, why: why.clone() });
    }
    let grants = judge.grants(&granted);
    let missing = match &identity {
        Some(identity) => {
            let by_policies = missing(place, &needed, &granted, framework_gives(app, function, identity));
            let is_lent = |index: &usize| {
                needed.get(*index).is_some_and(|need| lent::allows(place, identity.node, need))
            };
            by_policies.into_iter().filter(|index| !is_lent(index)).collect()
        }
        None => Vec::new(),
    };
    if identity.is_none() {
        let why = "its role is not in this template".to_owned();
        derived.unresolved.push(Unresolved { at: function.at("role"), why });
    }
    for (at, name) in &granted.opaque {
        derived.unresolved.push(Unresolved { at: *at, why: format!("what `{name}` allows is not known") });
    }
    derived.unresolved.sort_by(|one, other| (one.at, &one.why).cmp(&(other.at, &other.why)));
    derived.unresolved.dedup();
    let in_terms = |needs: Vec<Need>| -> Vec<Need> {
        let said = |need: Need| {
            let resources = need.resources.iter().map(|resource| arn::in_terms(app, resource)).collect();
            Need { resources, ..need }
        };
        needs.into_iter().map(said).collect()
    };
    let (needed, base) = (in_terms(needed), in_terms(base));
    Privileges {
        function: function.id,
        role: identity.as_ref().map(|identity| identity.node.id),
        shared_with: identity.as_ref().map_or_else(Vec::new, |identity| sharers(app, function, identity)),
        needed,
        base,
        granted: grants,
        missing,
        unresolved: derived.unresolved,
    }
}

/// Packages that call the cloud by themselves in ways that are not followed.
const CALLS_FOR_IT: &[&str] = &[
    "pynamodb",
    "dynamoose",
    "dynamodb-toolbox",
    "electrodb",
    "dynamodb-onetable",
    "@typedorm",
    "awswrangler",
    "smart_open",
    "s3fs",
    "fsspec",
    "kombu",
    "celery",
    "cloudpathlib",
    "pyqldb",
    "amazon-qldb-driver-nodejs",
    "opensearchpy",
    "@opensearch-project/opensearch",
    "sagemaker",
];

/// A package that calls the cloud for the code: what that needs is not in the code.
fn calls_for_it(code: &FunctionCode) -> Option<String> {
    let mut packages = code.imports.iter().map(|import| import.package.as_str());
    let found = packages.find(|package| CALLS_FOR_IT.iter().any(|one| package.starts_with(one)))?;
    Some(format!("`{found}` calls the cloud for its code, and what it needs is not known"))
}

/// Why code was not seen whole.
fn unseen(code: Option<&FunctionCode>) -> Option<String> {
    match code.map(|code| &code.coverage) {
        None => Some("its code was not read".to_owned()),
        Some(Coverage::Whole) => code.and_then(calls_for_it),
        Some(Coverage::Partial(why) | Coverage::None(why)) => {
            Some(format!("its code was not read whole: {why}"))
        }
    }
}

/// Others that run as the same role.
fn sharers(app: &App, function: &Node, identity: &Identity<'_>) -> Vec<NodeId> {
    let others = app.sources(identity.node, Relation::Assumes);
    let runs =
        |node: &&Node| node.id != function.id && matches!(node.kind, Kind::Function | Kind::StateMachine);
    let ids: BTreeSet<NodeId> = others.filter(runs).map(|node| node.id).collect();
    ids.into_iter().collect()
}

/// Needs with the same action as one, with all their resources and reasons.
fn merged(app: &App, needs: Vec<Need>) -> Vec<Need> {
    let mut all: Vec<Need> = Vec::new();
    for need in needs {
        let known = all.iter_mut().find(|known| {
            known.action == need.action && known.origin == need.origin && known.conditions == need.conditions
        });
        let Some(known) = known else {
            all.push(Need { resources: Vec::new(), because: Vec::new(), ..need.clone() });
            if let Some(last) = all.last_mut() {
                add(app, last, need);
            }
            continue;
        };
        add(app, known, need);
    }
    all.sort_by(|one, other| (&one.action, one.origin).cmp(&(&other.action, other.origin)));
    all
}

fn add(app: &App, known: &mut Need, need: Need) {
    for resource in need.resources {
        let long = arn::expand(app, &resource).display();
        if !known.resources.iter().any(|other| arn::expand(app, other).display() == long) {
            known.resources.push(resource);
        }
    }
    for reason in need.because {
        if !known.because.contains(&reason) {
            known.because.push(reason);
        }
    }
}

/// Whether the framework adds what the function's event sources need to the role that it makes.
fn framework_gives(app: &App, function: &Node, identity: &Identity<'_>) -> bool {
    match app.framework {
        Framework::Sam => identity.node.implicit && identity.node.owner == Some(function.id),
        Framework::Serverless => true,
        _ => false,
    }
}

/// Needs that nothing allows.
fn missing<'a>(place: Place<'a>, needed: &[Need], granted: &Granted<'a>, is_given: bool) -> Vec<usize> {
    let indexed = needed.iter().enumerate();
    let lacks = |need: &Need| {
        !(is_given && need.origin == Origin::Trigger) && granted.allows(place, need) == Tri::False
    };
    indexed.filter(|(_, need)| lacks(need)).map(|(index, _)| index).collect()
}
