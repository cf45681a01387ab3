//! What several checks of this area ask of the graph.
use std::collections::BTreeSet;

use crate::prelude::*;

/// What has the settings of a stage: stages, and SAM's APIs, which make their own.
pub(super) fn stages(app: &App) -> impl Iterator<Item = &Node> {
    app.nodes.iter().filter(|node| {
        node.kind == Kind::ApiStage
            || node.kind == Kind::Api && node.provider_type.starts_with("AWS::Serverless::")
    })
}

/// Stages of REST APIs.
pub(super) fn rest_stages(app: &App) -> impl Iterator<Item = &Node> {
    stages(app).filter(|node| is_rest_stage(node))
}

/// A stage of a REST API.
pub(super) fn is_rest_stage(node: &Node) -> bool {
    const TYPES: &[&str] = &["AWS::ApiGateway::Stage", "AWS::Serverless::Api", "aws_api_gateway_stage"];
    TYPES.contains(&node.provider_type.as_str())
}

/// The API of a route, stage or trigger; an API is its own.
pub(super) fn api_of<'a>(app: &'a App, node: &'a Node) -> Option<&'a Node> {
    if node.kind == Kind::Api {
        return Some(node);
    }
    let relations = [Relation::PartOf, Relation::FedBy];
    let mut reached = relations.into_iter().flat_map(|relation| app.targets(node, relation));
    reached.find(|node| node.kind == Kind::Api)
}

/// Reached from inside a network only.
pub(super) fn is_private(api: &Node) -> bool {
    api.list("endpoint_types").iter().any(|kind| kind.as_str() == Some("PRIVATE"))
}

/// Some statement of its resource policies says who may call, or from where.
pub(super) fn has_limiting_policy(api: &Node) -> bool {
    let mut statements = api.resource_policies.iter().flat_map(|policy| &policy.statements);
    api.get("resource_policy").is_some_and(limits_in_short) || statements.any(limits)
}

/// SAM's short form lists addresses, networks or accounts. A list of those that are kept out lets
/// everyone else in.
fn limits_in_short(policy: &Value) -> bool {
    let open = |statement: &Value| {
        statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && statement.get("Principal").and_then(Value::as_str) == Some("*")
            && statement.get("Condition").is_none()
    };
    policy.is_open()
        || policy.entries().iter().any(|entry| match entry.key.text.as_str() {
            "CustomStatements" => !entry.value.one_or_many().iter().all(open),
            name => name.ends_with("Whitelist"),
        })
}

/// Lets only some callers in, or keeps out all but some.
fn limits(statement: &Statement) -> bool {
    if statement.allows() {
        return !statement.conditions.is_empty() || !statement.for_everyone();
    }
    statement.conditions.iter().any(|condition| condition.operator.contains("Not"))
        || !statement.not_principals.is_empty()
}

/// Every way into an API that a caller may try: its routes, and the events of functions that are no
/// route of their own. Preflight requests and the later messages of an open WebSocket are left out.
pub(super) fn entrances(app: &App) -> Vec<&Node> {
    let routes: Vec<&Node> = app.all(Kind::ApiRoute).collect();
    let known: BTreeSet<_> = routes.iter().map(|route| place(app, route)).collect();
    let events = app.all(Kind::Trigger).filter(|trigger| {
        let kinds = ["http-api", "rest-api", "websocket"];
        trigger.text("event").is_some_and(|event| kinds.contains(&event))
            && !known.contains(&place(app, trigger))
    });
    routes.iter().copied().chain(events).filter(|node| is_entrance(app, node)).collect()
}

fn is_entrance(app: &App, node: &Node) -> bool {
    if node.text("method").is_some_and(|method| method.eq_ignore_ascii_case("OPTIONS")) {
        return false;
    }
    !is_web_socket(app, node) || node.text("path") == Some("$connect") || opens_unasked(app, node)
}

/// A route or event of a WebSocket API.
fn is_web_socket(app: &App, node: &Node) -> bool {
    api_of(app, node).is_some_and(|api| api.is("protocol", "WEBSOCKET").is_true())
        || node.kind == Kind::Trigger && node.is("event", "websocket").is_true()
}

/// Whether API Gateway itself answers, with a text that stands in the template.
pub(super) fn is_canned(app: &App, route: &Node) -> bool {
    route.kind == Kind::ApiRoute
        && route.is("integration_type", "MOCK").is_true()
        && !is_web_socket(app, route)
}

/// A message of a WebSocket API without a `$connect` route: everyone may connect and send it.
fn opens_unasked(app: &App, node: &Node) -> bool {
    let Some(api) = api_of(app, node) else { return false };
    let mut routes =
        app.all(Kind::ApiRoute).filter(|route| api_of(app, route).is_some_and(|of| of.id == api.id));
    let is_message = node.text("path").is_some_and(|path| path != "$disconnect");
    node.kind == Kind::ApiRoute
        && is_message
        && routes.all(|route| route.text("path").is_some_and(|path| path != "$connect"))
}

fn place(app: &App, node: &Node) -> (Option<model::NodeId>, String, String) {
    let api = api_of(app, node).map(|api| api.id);
    let text = |attr: &str| node.get(attr).map(Value::display).unwrap_or_default();
    (api, text("method").to_ascii_uppercase(), text("path"))
}

/// A route as people call it: `GET /orders`, `$connect`.
pub(super) fn label(node: &Node) -> String {
    let text = |attr: &str| node.get(attr).map(Value::display).unwrap_or_default();
    let path = text("path");
    // `$connect`, `$default`: no path, and no method of its own.
    let label = if path.starts_with('$') { path } else { format!("{} {path}", text("method")) };
    if label.trim().is_empty() { node.name.clone() } else { label.trim().to_owned() }
}

/// Written as a resource of its own, so that a fix can be written there.
pub(super) fn is_resource(node: &Node) -> bool {
    node.provider_type.starts_with("AWS::") || node.provider_type.starts_with("aws_")
}

/// Its callers show a certificate: on a domain of its own, which may be mapped elsewhere, by
/// reference or by name. Its default address asks for none and has to be switched off.
pub(super) fn asks_for_certificates(app: &App, api: &Node) -> bool {
    let mappings = app.sources(api, Relation::PartOf).filter(|part| part.kind == Kind::ApiPart);
    let names: BTreeSet<String> = mappings
        .filter_map(|part| part.get("domain"))
        .map(|domain| domain.as_ref().map_or_else(|| domain.display(), |to| to.target.clone()))
        .collect();
    let mut domains = app.all(Kind::ApiDomain).filter(|domain| {
        names.contains(&domain.name) || domain.text("name").is_some_and(|name| names.contains(name))
    });
    let asks = api.has("mutual_tls") || domains.any(|domain| domain.has("mutual_tls"));
    asks && api.has("default_endpoint") && api.flag("default_endpoint").is_false()
}

/// Routes that have to answer before anyone has signed in, by the last word of their path.
pub(super) fn is_meant_to_be_open(route: &Node) -> bool {
    const WORDS: &[&str] = &[
        "login",
        "signin",
        "signup",
        "register",
        "registration",
        "token",
        "oauth",
        "callback",
        "health",
        "healthz",
        "healthcheck",
        "ping",
        "webhook",
        "webhooks",
        "favicon.ico",
        "robots.txt",
        "docs",
    ];
    let path = route.get("path").map(Value::display).unwrap_or_default().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().replace(['-', '_'], "");
    WORDS.contains(&last.as_str())
}

/// Firewall associations that protect a node.
pub(super) fn firewalls<'a>(app: &'a App, node: &'a Node) -> impl Iterator<Item = &'a Node> {
    app.sources(node, Relation::Protects).filter(|node| node.kind == Kind::WafAssociation)
}

/// The text `*` is among the values.
pub(super) fn has_star(values: &[Value]) -> bool {
    values.iter().filter_map(Value::as_str).any(|text| text.trim_matches('\'') == "*")
}
