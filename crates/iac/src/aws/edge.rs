//! What faces the outside: APIs, load balancers, CDN, firewalls, certificates, sign-in.
mod api;
mod balancer;
mod cdn;
mod graphql;
mod openapi;
mod route;
mod routes;
mod signin;
#[cfg(test)]
mod tests;

use model::{Data, Kind, NodeId, Relation, Value};

use crate::lower::{Lowering, Mapping, Site, text_like};
use crate::reader::Reader;
use crate::resource::Resource;

pub(super) const TABLES: &[&[Mapping]] =
    &[api::MAPPINGS, route::MAPPINGS, graphql::MAPPINGS, balancer::MAPPINGS, cdn::MAPPINGS, signin::MAPPINGS];

pub(super) fn finish(lowering: &mut Lowering<'_>, reader: &mut Reader<'_>) {
    openapi::add_routes(lowering, reader);
    routes::complete(lowering);
}

/// Says which kind of API it is, when no property does.
fn protocol(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId, name: &str) {
    if lowering.node(id).is_some_and(|node| !node.has("protocol")) {
        lowering.set(id, "protocol", Value::text(resource.name_at, name));
    }
}

fn rest_api(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    protocol(lowering, resource, id, "REST");
    lifecycle(lowering, resource, id);
}

fn sam_rest_api(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    protocol(lowering, resource, id, "REST");
}

fn http_api(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    protocol(lowering, resource, id, "HTTP");
    only_route(lowering, resource, id);
}

/// The provider type of the route of an API that was made in one step.
const ONLY_ROUTE: &str = "buckler::Route";

/// An API with a target has one route, `$default` unless it says otherwise. Nothing can be written
/// there about who may call it. Source: API Gateway API reference, `CreateApi`, "quick create".
fn only_route(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let Some(target) = lowering.node(id).and_then(|node| node.get("target")).cloned() else { return };
    let written = ["RouteKey", "route_key"].into_iter().find_map(|name| resource.properties.get(name));
    let key = written.cloned().unwrap_or_else(|| text(&target, "$default"));
    let name = format!("{} {}", resource.name, key.display());
    let site = Site { block: target.at, name: target.at };
    let route = lowering.add(Kind::ApiRoute, &name, ONLY_ROUTE, site);
    openapi::inherit(lowering, route, id);
    lowering.set(route, "api", reference(&target, &resource.name));
    lowering.edge(route, Relation::PartOf, id, target.at);
    if let Some(function) = lowering.target(&target) {
        lowering.edge(route, Relation::Invokes, function, target.at);
    }
    lowering.set(route, "key", key);
    lowering.set(route, "integration", target);
}

fn web_socket_api(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    protocol(lowering, resource, id, "WEBSOCKET");
}

/// Terraform's `lifecycle` block.
fn lifecycle(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    if let Some(value) = resource.settings.path("lifecycle.create_before_destroy") {
        lowering.set(id, "create_before_destroy", value.clone());
    }
}

/// `LoadBalancerAttributes`: a list of keys and values.
fn balancer_attributes(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    const KEYS: &[(&str, &str)] = &[
        ("access_logs.s3.enabled", "access_logs"),
        ("access_logs.s3.bucket", "log_bucket"),
        ("deletion_protection.enabled", "deletion_protection"),
        ("routing.http.drop_invalid_header_fields.enabled", "drop_invalid_headers"),
        ("routing.http.desync_mitigation_mode", "desync"),
        ("load_balancing.cross_zone.enabled", "cross_zone"),
    ];
    let Some(attributes) = resource.properties.get("LoadBalancerAttributes") else { return };
    for item in attributes.items() {
        let (Some(key), Some(value)) = (item.get("Key").and_then(Value::as_str), item.get("Value")) else {
            continue;
        };
        if let Some((_, attr)) = KEYS.iter().find(|(name, _)| *name == key) {
            lowering.set(id, attr, value.clone());
        }
    }
}

fn classic_balancer(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    lowering.set(id, "type", Value::text(resource.name_at, "classic"));
}

fn rule_group(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    lowering.set(id, "is_group", Value::new(resource.name_at, Data::Bool(true)));
}

/// The functions of a user pool, out of the map that also holds its key.
fn pool_triggers(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let Some(config) = lowering.node(id).and_then(|node| node.get("triggers")).cloned() else { return };
    let map = config.only().unwrap_or(&config);
    let functions = map
        .entries()
        .iter()
        .filter(|entry| !entry.key.text.to_ascii_lowercase().starts_with("kms"))
        .map(|entry| entry.value.clone())
        .collect();
    lowering.set(id, "triggers", Value::new(config.at, Data::List(functions)));
}

/// How callers are known, in the model's words, from what API Gateway calls it.
fn auth_word(provider: &str) -> &'static str {
    match provider.to_ascii_uppercase().as_str() {
        "AWS_IAM" => "iam",
        "JWT" => "jwt",
        "COGNITO_USER_POOLS" => "user-pool",
        "CUSTOM" => "custom",
        _ => "none",
    }
}

/// A value that refers to a node of this name.
fn reference(like: &Value, name: &str) -> Value {
    Value::new(like.at, Data::Ref(model::Ref { target: name.to_owned(), attribute: None }))
}

fn text(like: &Value, word: &str) -> Value {
    text_like(like, word)
}
