//! What differs between two graphs: the proof that a fix changed nothing else.
use std::collections::{BTreeMap, BTreeSet};

use model::{
    App, Condition, Data, FunctionCode, Node, NodeId, Patch, Policy, Principal, Span, Statement, Value,
};

/// Something that is not as it was, with the nodes that it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Names of nodes. A difference is expected when one of them is.
    pub nodes: Vec<String>,
    /// A sentence for people.
    pub what: String,
}

/// The nodes that these patches may change: those they name, their owners and parts, and what stands in the same
/// block. Names of nodes that they add are among them.
#[must_use]
pub fn touched(app: &App, patches: &[Patch]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for patch in patches {
        match patch {
            Patch::Set { node, .. } | Patch::Unset { node, .. } => around(app, node, &mut names),
            Patch::Rewrite { at, .. } | Patch::Put { at, .. } | Patch::Replace { at, .. } => {
                let holders = app.nodes.iter().filter(|node| node.span.contains(*at));
                let holders: Vec<&str> = holders.map(|node| node.name.as_str()).collect();
                holders.into_iter().for_each(|name| around(app, name, &mut names));
            }
            Patch::Create(new) => {
                let [_, terraform] = new.types;
                names.insert(new.name.clone());
                names.insert(format!("{terraform}.{}", super::hcl::snake(&new.name)));
                around(app, &new.near, &mut names);
                // What it refers to gets a part: a role its policy, a function its setting.
                let mut refs = Vec::new();
                let given = new.attrs.iter().map(|(_, value)| value);
                for value in given.chain(new.properties.iter().map(|(_, value)| value)) {
                    names_in(value, &mut refs);
                }
                refs.iter().for_each(|name| around(app, name, &mut names));
            }
            Patch::Ask { near, parameter } => {
                names.insert(parameter.clone());
                around(app, near, &mut names);
            }
            Patch::Permit { function, .. } => {
                around(app, function, &mut names);
                names.extend(super::permit::names(app, function));
            }
        }
    }
    names
}

fn names_in(data: &Data, names: &mut Vec<String>) {
    match data {
        Data::Ref(reference) => names.push(reference.target.clone()),
        Data::List(items) | Data::Joined(items) => items.iter().for_each(|item| names_in(&item.data, names)),
        Data::Map(entries) => entries.iter().for_each(|entry| names_in(&entry.value.data, names)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) | Data::Unknown(_) => {}
    }
}

fn around(app: &App, name: &str, names: &mut BTreeSet<String>) {
    let Some(node) = app.named(name) else { return };
    names.insert(node.name.clone());
    let owner = node.owner.and_then(|owner| app.node(owner));
    names.extend(owner.map(|owner| owner.name.clone()));
    let of =
        |part: &&Node| part.owner == Some(node.id) || part.span == node.span || part.name_at == node.name_at;
    names.extend(app.nodes.iter().filter(of).map(|part| part.name.clone()));
}

/// Everything in which two readings of one application differ, places aside.
#[must_use]
pub fn differences(before: &App, after: &App) -> Vec<Difference> {
    let mut found = Vec::new();
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for name in names {
        let none = Vec::new();
        let (old, new) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        if old.len() != new.len() {
            let what = if old.len() < new.len() { "is new" } else { "is gone" };
            let owner = |app: &App, nodes: &[&Node]| {
                let owners = nodes.iter().filter_map(|node| app.owner(node)).map(|owner| owner.name.clone());
                owners.collect::<Vec<_>>()
            };
            let mut nodes = vec![name.to_owned()];
            nodes.extend(owner(before, old));
            nodes.extend(owner(after, new));
            found.push(Difference { nodes, what: format!("`{name}` {what}") });
            continue;
        }
        for (old, new) in old.iter().zip(new) {
            if let Some(what) = node_difference(old, new) {
                let nodes =
                    [(before, old), (after, new)].into_iter().filter_map(|(app, node)| app.owner(node));
                let mut nodes: Vec<String> = nodes.map(|owner| owner.name.clone()).collect();
                nodes.push(name.to_owned());
                found.push(Difference { nodes, what: format!("{what} of `{name}` changed") });
            }
        }
    }
    found.extend(edges(before, after));
    let known = rings(before);
    found.extend(rings(after).difference(&known).map(|(one, other)| Difference {
        // Nothing may make one: no deployer takes it.
        nodes: Vec::new(),
        what: format!("`{one}` and `{other}` refer to each other"),
    }));
    found
}

/// Pairs of nodes that point at each other in the same way: each would have to be made before the other.
fn rings(app: &App) -> BTreeSet<(String, String)> {
    let edges: BTreeSet<(NodeId, model::Relation, NodeId)> =
        app.edges.iter().map(|edge| (edge.from, edge.relation, edge.to)).collect();
    let name = |id: NodeId| app.node(id).map(|node| node.name.clone()).unwrap_or_default();
    let rings =
        edges.iter().filter(|(from, relation, to)| from < to && edges.contains(&(*to, *relation, *from)));
    rings.map(|(from, _, to)| (name(*from), name(*to))).collect()
}

fn by_name(app: &App) -> BTreeMap<&str, Vec<&Node>> {
    let mut found: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for node in &app.nodes {
        found.entry(node.name.as_str()).or_default().push(node);
    }
    found
}

fn node_difference(old: &Node, new: &Node) -> Option<String> {
    if old.kind != new.kind || old.provider_type != new.provider_type {
        return Some("the type".to_owned());
    }
    let names: BTreeSet<&str> = old.attrs.keys().chain(new.attrs.keys()).copied().collect();
    let same_attr = |name: &str| match (old.attrs.get(name), new.attrs.get(name)) {
        (Some(old), Some(new)) => same(old, new),
        (None, None) => true,
        _ => false,
    };
    if let Some(name) = names.into_iter().find(|name| !same_attr(name)) {
        return Some(format!("`{name}`"));
    }
    if !all(&old.policies, &new.policies, same_policy)
        || !all(&old.resource_policies, &new.resource_policies, same_policy)
    {
        return Some("a policy".to_owned());
    }
    if old.implicit != new.implicit || old.partial != new.partial {
        return Some("how much is known".to_owned());
    }
    None
}

fn all<T>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
}

/// Two values that say the same, wherever they stand.
fn same(old: &Value, new: &Value) -> bool {
    match (&old.data, &new.data) {
        (Data::List(old), Data::List(new)) | (Data::Joined(old), Data::Joined(new)) => all(old, new, same),
        (Data::Map(old), Data::Map(new)) => {
            all(old, new, |old, new| old.key.text == new.key.text && same(&old.value, &new.value))
        }
        // Reasons may name places.
        (Data::Unknown(old), Data::Unknown(new)) => old.text == new.text,
        (old, new) => old == new,
    }
}

fn same_policy(old: &Policy, new: &Policy) -> bool {
    old.name == new.name
        && old.origin == new.origin
        && old.written_in == new.written_in
        && all(&old.statements, &new.statements, same_statement)
}

fn same_statement(old: &Statement, new: &Statement) -> bool {
    let principals = |old: &[Principal], new: &[Principal]| {
        all(old, new, |old, new| old.kind == new.kind && same(&old.value, &new.value))
    };
    let conditions = |old: &[Condition], new: &[Condition]| {
        all(old, new, |old, new| {
            old.operator == new.operator && old.key == new.key && all(&old.values, &new.values, same)
        })
    };
    old.sid == new.sid
        && old.effect == new.effect
        && all(&old.actions, &new.actions, same)
        && all(&old.not_actions, &new.not_actions, same)
        && all(&old.resources, &new.resources, same)
        && all(&old.not_resources, &new.not_resources, same)
        && principals(&old.principals, &new.principals)
        && principals(&old.not_principals, &new.not_principals)
        && conditions(&old.conditions, &new.conditions)
}

fn edges(before: &App, after: &App) -> Vec<Difference> {
    let of = |app: &App| -> BTreeSet<(String, String, String)> {
        let name = |id: NodeId| app.node(id).map(|node| node.name.clone()).unwrap_or_default();
        let edges = app.edges.iter();
        edges.map(|edge| (name(edge.from), edge.relation.as_str().to_owned(), name(edge.to))).collect()
    };
    let (old, new) = (of(before), of(after));
    let changed = old.symmetric_difference(&new);
    changed
        .map(|(from, relation, to)| Difference {
            nodes: vec![from.clone(), to.clone()],
            what: format!("the edge `{from}` {relation} `{to}` changed"),
        })
        .collect()
}

/// Places of one reading that count as changed.
pub type Changed<'a> = &'a dyn Fn(Span) -> bool;

/// Calls and flows of code that stand outside of the changed places and differ.
#[must_use]
pub fn code_differences(before: (&App, Changed<'_>), after: (&App, Changed<'_>)) -> Vec<Difference> {
    let (old, new) = (facts(before.0, before.1), facts(after.0, after.1));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    differs
        .map(|name| Difference {
            nodes: vec![name.clone()],
            what: format!("what the code of `{name}` does changed"),
        })
        .collect()
}

/// What the code of each function does, as sorted texts.
fn facts(app: &App, changed: Changed<'_>) -> BTreeMap<String, Vec<String>> {
    let of = |code: &FunctionCode| {
        let calls =
            code.calls.iter().filter(|call| !changed(call.at)).map(|call| format!("call {}", call.api));
        let is_elsewhere =
            |flow: &&model::Flow| !changed(flow.sink.at) && !flow.steps.iter().any(|step| changed(step.at));
        let flows = code.flows.iter().filter(is_elsewhere);
        let flows = flows.map(|flow| format!("flow {} {:?} {}", flow.source, flow.sink.kind, flow.sink.api));
        let mut facts: Vec<String> = calls.chain(flows).collect();
        facts.sort_unstable();
        facts
    };
    let name =
        |code: &FunctionCode| app.node(code.function).map(|node| node.name.clone()).unwrap_or_default();
    app.code.iter().map(|code| (name(code), of(code))).collect()
}
