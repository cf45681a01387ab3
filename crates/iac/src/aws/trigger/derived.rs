//! Trigger nodes for functions that another resource starts.
use std::collections::BTreeSet;

use model::{Data, Kind, Node, NodeId, Ref, Relation, Span, Value};

use super::routes;
use super::sites::{SERVICES, SITES};
use crate::lower::{Lowering, Site, text_like};
use crate::resource::Resource;

/// A trigger that follows from a resource.
pub(super) struct Derived {
    pub function: NodeId,
    pub event: &'static str,
    pub source: Option<NodeId>,
    /// The resource that says so.
    pub by: NodeId,
    pub at: Span,
    pub more: Vec<(&'static str, Value)>,
}

/// The values at a dotted path. Lists on the way are walked through, `*` is every entry of a map.
pub(super) fn gather<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for key in path.split('.').filter(|key| !key.is_empty()) {
        let holders = found.iter().flat_map(|value| value.one_or_many());
        found = holders
            .flat_map(|holder| match key {
                "*" => holder.entries().iter().map(|entry| &entry.value).collect::<Vec<_>>(),
                _ => holder.get(key).into_iter().collect(),
            })
            .collect();
    }
    found.into_iter().flat_map(Value::one_or_many).collect()
}

/// The function that a value names: by reference (also to an alias or a version), name or ARN.
pub(super) fn function_of(lowering: &Lowering<'_>, value: &Value) -> Option<NodeId> {
    let mut references = Vec::new();
    value.references(&mut references);
    let by_reference = references.iter().filter_map(|(reference, _)| lowering.find(&reference.target));
    by_reference.chain(lowering.target(value)).find_map(|id| function_at(lowering, id))
}

/// The function that a node is, or is a version of.
pub(super) fn function_at(lowering: &Lowering<'_>, id: NodeId) -> Option<NodeId> {
    let node = lowering.node(id)?;
    match node.kind {
        Kind::Function => Some(id),
        Kind::FunctionVersion => node.owner,
        _ => None,
    }
}

/// Triggers that resources of the application make.
pub(super) fn find(lowering: &Lowering<'_>) -> Vec<Derived> {
    let mut found = Vec::new();
    for node in &lowering.app.nodes {
        let Some(resource) = lowering.resources.get(&node.name) else { continue };
        let known = SITES.iter().filter(|site| {
            let custom = site.event == "custom-resource" && resource.provider_type.starts_with("Custom::");
            custom || site.types.contains(&resource.provider_type.as_str())
        });
        for site in known {
            let more = site.more.iter().filter_map(|(attr, path)| {
                Some((*attr, (*gather(&resource.properties, path).first()?).clone()))
            });
            let more: Vec<(&'static str, Value)> = more.collect();
            let source = match site.source {
                "" => Some(node.id),
                path => resource.properties.path(path).and_then(|value| lowering.target(value)),
            };
            for value in gather(&resource.properties, site.function) {
                let Some(function) = function_of(lowering, value) else { continue };
                let event =
                    if is_schedule(lowering, site.event, resource, source) { "schedule" } else { site.event };
                let more = more.clone();
                found.push(Derived { function, event, source, by: node.id, at: value.at, more });
            }
        }
        if node.kind == Kind::FunctionUrl {
            found.extend(function_url(lowering, node));
        }
        if node.kind == Kind::StateMachine {
            for value in node.attrs.get("calls").map_or(&[][..], Value::one_or_many) {
                let Some(function) = function_of(lowering, value) else { continue };
                let (event, source) = ("state-machine", Some(node.id));
                found.push(Derived { function, event, source, by: node.id, at: value.at, more: Vec::new() });
            }
        }
    }
    found.extend(routes::find(lowering));
    found
}

fn function_url(lowering: &Lowering<'_>, url: &Node) -> Option<Derived> {
    let function = url.owner.or_else(|| function_of(lowering, url.attrs.get("function")?))?;
    let mut more = Vec::new();
    if let Some(auth) = url.attrs.get("auth") {
        let known = match auth.as_str().map(str::to_ascii_uppercase).as_deref() {
            Some("NONE") => Some(("none", "public")),
            Some("AWS_IAM") => Some(("iam", "authenticated")),
            _ => None,
        };
        if let Some((auth_text, exposure)) = known {
            more.push(("auth", text_like(auth, auth_text)));
            more.push(("exposure", text_like(auth, exposure)));
        }
    }
    more.extend(url.attrs.get("cors_origins").map(|origins| ("cors_origins", origins.clone())));
    let (event, source) = ("function-url", Some(url.id));
    Some(Derived { function, event, source, by: url.id, at: url.name_at, more })
}

/// A rule with a schedule and without a pattern.
fn is_schedule(lowering: &Lowering<'_>, event: &str, resource: &Resource, rule: Option<NodeId>) -> bool {
    let holder = rule
        .and_then(|id| lowering.node(id))
        .and_then(|node| lowering.resources.get(&node.name))
        .unwrap_or(resource);
    let scheduled = |holder: &Resource| {
        let names = ["ScheduleExpression", "schedule_expression"];
        names.iter().any(|name| holder.properties.get(name).is_some_and(|value| !value.is_null()))
    };
    event == "event-bus" && scheduled(holder)
}

/// Grants to a service for a function that nothing else of the template starts in that way.
pub(super) fn from_permissions(lowering: &Lowering<'_>) -> Vec<Derived> {
    let mut found = Vec::new();
    for node in lowering.app.nodes.iter().filter(|node| node.kind == Kind::InvokePermission) {
        let function = node.attrs.get("function").and_then(|value| function_of(lowering, value));
        let Some(function) = function else { continue };
        let Some(principal) = node.attrs.get("principal") else { continue };
        let name = principal.display();
        let service = name.split(".amazon").next().unwrap_or_default();
        let event = SERVICES.iter().find(|(known, _)| *known == service).map(|(_, event)| *event);
        // An account, everyone, or a service that has no events of its own: a direct call.
        let event = event.unwrap_or("direct");
        let source = node.attrs.get("source").and_then(|value| lowering.target(value));
        let same = |other: &str| {
            other == event
                || (event == "rest-api" && matches!(other, "http-api" | "websocket" | "authorizer"))
                || (event == "event-bus" && other == "schedule")
        };
        let triggers = lowering.app.nodes.iter().filter(|other| other.kind == Kind::Trigger);
        let mut known = triggers.filter(|other| other.owner == Some(function));
        if known.any(|other| other.attrs.get("event").and_then(Value::as_str).is_some_and(same)) {
            continue;
        }
        // The permission for a function URL belongs to the URL.
        if node.attrs.contains_key("url_auth") {
            continue;
        }
        let mut more = Vec::new();
        if name == "*" && !node.attrs.contains_key("organization") {
            more.push(("exposure", text_like(principal, "public")));
            more.push(("auth", text_like(principal, "none")));
        }
        found.push(Derived { function, event, source, by: node.id, at: node.name_at, more });
    }
    found
}

/// Adds the nodes and their edges, without those that a front end made already.
pub(super) fn add(lowering: &mut Lowering<'_>, found: Vec<Derived>) {
    let mut known: BTreeSet<(NodeId, String, Option<NodeId>)> = BTreeSet::new();
    for node in lowering.app.nodes.iter().filter(|node| node.kind == Kind::Trigger) {
        let Some(function) = node.owner else { continue };
        let event = node.attrs.get("event").map(Value::display).unwrap_or_default();
        let source = node.attrs.get("source").or_else(|| node.attrs.get("api"));
        let source = source.and_then(|value| lowering.target(value));
        known.insert((function, event, source));
    }
    let mut names: BTreeSet<String> = lowering.app.nodes.iter().map(|node| node.name.clone()).collect();
    for derived in found {
        let is_route = derived.more.iter().any(|(name, _)| *name == "path");
        let key = (derived.function, derived.event.to_owned(), derived.source);
        if (is_route && known.contains(&key)) || (!is_route && !known.insert(key)) {
            continue;
        }
        let name_of = |id: Option<NodeId>| id.and_then(|id| lowering.node(id)).map(|node| node.name.clone());
        let (Some(function), Some(by)) = (name_of(Some(derived.function)), name_of(Some(derived.by))) else {
            continue;
        };
        let source = name_of(derived.source);
        let base = format!("{by}->{function}");
        let mut name = base.clone();
        let mut count = 1;
        while !names.insert(name.clone()) {
            count += 1;
            name = format!("{base}#{count}");
        }
        let id =
            lowering.add(Kind::Trigger, &name, super::TRIGGER, Site { block: derived.at, name: derived.at });
        fill(lowering, id, derived, &function, source);
    }
}

fn fill(lowering: &mut Lowering<'_>, id: NodeId, derived: Derived, function: &str, source: Option<String>) {
    let at = derived.at;
    let reference = |target: String| Value::new(at, Data::Ref(Ref { target, attribute: None }));
    lowering.edge(id, Relation::Triggers, derived.function, at);
    if let Some(from) = derived.source {
        lowering.edge(id, Relation::FedBy, from, at);
    }
    if let Some(node) = lowering.node_mut(id) {
        node.implicit = true;
        node.owner = Some(derived.function);
        node.provider = model::Provider::Aws;
    }
    lowering.set(id, "event", Value::text(at, derived.event));
    lowering.set(id, "function", reference(function.to_owned()));
    if let Some(source) = source {
        let is_api =
            matches!(derived.event, "http-api" | "rest-api" | "websocket" | "authorizer" | "graphql");
        lowering.set(id, if is_api { "api" } else { "source" }, reference(source));
    }
    let balancers = || lowering.app.all(Kind::LoadBalancer);
    // Which balancer it is may stand in another template: then all of them count.
    let inside = derived.event == "load-balancer"
        && balancers().next().is_some()
        && balancers().all(|node| node.flag("internal").is_true());
    let exposure = if inside { "internal" } else { exposure(derived.event) };
    lowering.set(id, "exposure", Value::text(at, exposure));
    for (attr, value) in derived.more {
        lowering.set(id, attr, value);
    }
}

/// Who can cause such an event when nothing more is known.
fn exposure(event: &str) -> &'static str {
    match event {
        "load-balancer" | "cdn" | "email" => "public",
        "http-api" | "rest-api" | "websocket" | "function-url" | "graphql" | "voice" | "direct" | "iot" => {
            "authenticated"
        }
        _ => "internal",
    }
}
