//! What routes say only in parts: their path, who may call them, which function answers.
use std::collections::BTreeMap;

use model::{Data, Kind, Node, NodeId, Relation, Value};

use super::{auth_word, text};
use crate::lower::Lowering;

/// Segments of one path at most; a deeper chain is a cycle.
const PATH_SEGMENTS_MAX: usize = 64;

pub(super) fn complete(lowering: &mut Lowering<'_>) {
    let routes: Vec<NodeId> =
        lowering.app.all(Kind::ApiRoute).filter(|node| !node.has("auth")).map(|node| node.id).collect();
    let integrations = integrations(lowering);
    for id in routes {
        split_key(lowering, id);
        set_path(lowering, id);
        set_auth(lowering, id);
        answer(lowering, id, &integrations);
    }
    find_stages(lowering);
}

/// Method settings that name their stage by its name only.
fn find_stages(lowering: &mut Lowering<'_>) {
    let key = |lowering: &Lowering<'_>, node: &Node, attr: &str| {
        let api = node.get("api").and_then(|value| lowering.target(value))?;
        Some((api, node.text(attr)?.to_owned()))
    };
    let stages: BTreeMap<(NodeId, String), NodeId> = lowering
        .app
        .all(Kind::ApiStage)
        .filter_map(|stage| Some((key(lowering, stage, "name")?, stage.id)))
        .collect();
    let links: Vec<(NodeId, NodeId, model::Span)> = lowering
        .app
        .all(Kind::ApiMethodSettings)
        .filter_map(|node| Some((node.id, *stages.get(&key(lowering, node, "stage")?)?, node.at("stage"))))
        .collect();
    for (settings, stage, at) in links {
        lowering.edge(settings, Relation::PartOf, stage, at);
    }
}

/// `GET /orders` to its two parts. WebSocket routes (`$connect`) have a path only.
fn split_key(lowering: &mut Lowering<'_>, id: NodeId) {
    let Some(key) = lowering.node(id).and_then(|node| node.get("key")).cloned() else { return };
    let Some(whole) = key.as_str() else { return };
    let (method, path) = whole.split_once(' ').unwrap_or(("ANY", whole));
    lowering.set(id, "method", text(&key, &method.to_ascii_uppercase()));
    lowering.set(id, "path", text(&key, path.trim()));
}

/// Follows the path segments up to the root.
fn set_path(lowering: &mut Lowering<'_>, id: NodeId) {
    let Some(resource) = lowering.node(id).and_then(|node| node.get("resource")).cloned() else { return };
    let mut segments: Vec<String> = Vec::new();
    let mut at = lowering.target(&resource);
    while let Some(node) = at.and_then(|id| lowering.node(id)).filter(|node| node.kind == Kind::ApiPart) {
        let Some(segment) = node.get("path_part") else { break };
        segments.push(segment.display());
        if segments.len() >= PATH_SEGMENTS_MAX {
            break;
        }
        at = node.get("parent").and_then(|parent| lowering.target(parent));
    }
    segments.reverse();
    lowering.set(id, "path", text(&resource, &format!("/{}", segments.join("/"))));
}

fn set_auth(lowering: &mut Lowering<'_>, id: NodeId) {
    let Some(node) = lowering.node(id) else { return };
    let value = match node.get("authorization") {
        Some(Value { at, data: Data::Text(word) }) => {
            let word = if auth_word(word) == "none" && node.flag("api_key_required").is_true() {
                "api-key"
            } else {
                auth_word(word)
            };
            Value::text(*at, word)
        }
        Some(other) => other.clone(),
        None if node.has("authorizer") => Value::text(node.at("authorizer"), "custom"),
        None if node.flag("api_key_required").is_true() => {
            Value::text(node.at("api_key_required"), "api-key")
        }
        None => Value::text(node.name_at, "none"),
    };
    lowering.set(id, "auth", value);
}

/// Integrations that Terraform writes apart from their method, by path segment and method.
type Apart = BTreeMap<(Option<NodeId>, String), NodeId>;

fn integrations(lowering: &Lowering<'_>) -> Apart {
    let mut found = Apart::new();
    for node in lowering.app.all(Kind::ApiIntegration) {
        let key = (segment(lowering, node), method(lowering, node));
        found.insert(key, node.id);
    }
    found
}

fn segment(lowering: &Lowering<'_>, node: &Node) -> Option<NodeId> {
    node.get("resource").and_then(|value| lowering.target(value))
}

/// The method's name, also when it is written as a reference to the route.
fn method(lowering: &Lowering<'_>, node: &Node) -> String {
    let Some(value) = node.get("method") else { return String::new() };
    let route = lowering.target(value).and_then(|id| lowering.node(id));
    let route = route.filter(|route| route.kind == Kind::ApiRoute).and_then(|route| route.get("method"));
    route.unwrap_or(value).display().to_ascii_uppercase()
}

/// An edge from the route to the function behind its integration.
fn answer(lowering: &mut Lowering<'_>, id: NodeId, apart: &Apart) {
    let Some(route) = lowering.node(id) else { return };
    let integration = match route.get("integration") {
        Some(value) => lowering.target(value),
        None => apart.get(&(segment(lowering, route), method(lowering, route))).copied(),
    };
    let Some(integration) = integration.and_then(|id| lowering.node(id)) else { return };
    if integration.kind != Kind::ApiIntegration {
        return;
    }
    let (at, kind) = (integration.at("target"), integration.get("type").cloned());
    let target = integration.get("target").cloned();
    let reached = target.as_ref().and_then(|value| lowering.target(value));
    if let Some(kind) = kind {
        lowering.set(id, "integration_type", kind);
    }
    if let Some(value) = target {
        lowering.set(id, "integration", value);
    }
    if let Some(to) = reached {
        lowering.edge(id, Relation::Invokes, to, at);
    }
}
