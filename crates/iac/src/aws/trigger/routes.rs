//! Routes of APIs that call functions, and what they ask of the caller.
use model::{NodeId, Value};

use super::derived::{Derived, function_of, gather};
use crate::lower::{Lowering, embedded, text_like};
use crate::resource::Resource;

/// How one API technology spells an integration and a route, by provider.
pub(super) fn find(lowering: &Lowering<'_>) -> Vec<Derived> {
    let mut found = Vec::new();
    for node in &lowering.app.nodes {
        let Some(resource) = lowering.resources.get(&node.name) else { continue };
        match resource.provider_type.as_str() {
            "AWS::ApiGateway::Method" => rest_method(lowering, resource, node.id, &mut found),
            "aws_api_gateway_integration" => rest_integration(lowering, resource, node.id, &mut found),
            "AWS::ApiGatewayV2::Integration" | "aws_apigatewayv2_integration" => {
                http_integration(lowering, resource, node.id, &mut found);
            }
            "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api"
            | "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "aws_api_gateway_rest_api"
            | "aws_apigatewayv2_api" => from_body(lowering, resource, node.id, &mut found),
            _ => {}
        }
    }
    found
}

/// The property in either provider's spelling.
fn property<'a>(resource: &'a Resource, names: [&str; 2]) -> Option<&'a Value> {
    names.iter().find_map(|name| resource.properties.path(name)).filter(|value| !value.is_null())
}

fn rest_method(lowering: &Lowering<'_>, resource: &Resource, by: NodeId, found: &mut Vec<Derived>) {
    let Some(uri) = resource.properties.path("Integration.Uri") else { return };
    let Some(function) = function_of(lowering, uri) else { return };
    let source = resource.properties.get("RestApiId").and_then(|value| lowering.target(value));
    let more = rest_route(lowering, resource);
    found.push(Derived { function, event: "rest-api", source, by, at: uri.at, more });
}

fn rest_integration(lowering: &Lowering<'_>, resource: &Resource, by: NodeId, found: &mut Vec<Derived>) {
    let Some(uri) = resource.properties.get("uri") else { return };
    let Some(function) = function_of(lowering, uri) else { return };
    let source = resource.properties.get("rest_api_id").and_then(|value| lowering.target(value));
    let same = |other: &Resource| {
        ["resource_id", "http_method"].iter().all(|name| {
            let pair = (resource.properties.get(name), other.properties.get(name));
            let by_reference = pair.0.and_then(|value| lowering.target(value));
            match pair {
                (Some(ours), Some(theirs)) => {
                    ours.data == theirs.data
                        || by_reference.and_then(|id| lowering.node(id)).is_some_and(|n| n.name == other.name)
                }
                _ => false,
            }
        })
    };
    let methods = lowering.resources.values().filter(|other| other.provider_type == "aws_api_gateway_method");
    let method = methods.into_iter().find(|other| same(other));
    let more = method.map_or_else(Vec::new, |method| rest_route(lowering, method));
    found.push(Derived { function, event: "rest-api", source, by, at: uri.at, more });
}

/// Method, path and authentication of a REST method.
fn rest_route(lowering: &Lowering<'_>, method: &Resource) -> Vec<(&'static str, Value)> {
    let mut more = Vec::new();
    if let Some(verb) = property(method, ["HttpMethod", "http_method"]) {
        more.push(("method", verb.clone()));
    }
    let place = property(method, ["ResourceId", "resource_id"]);
    more.push(("path", text_like(place.unwrap_or(&method.properties), rest_path(lowering, place))));
    let asked = property(method, ["AuthorizationType", "authorization"]);
    let key = property(method, ["ApiKeyRequired", "api_key_required"]);
    let auth = asked.and_then(Value::as_str).and_then(|text| match text.to_ascii_uppercase().as_str() {
        "NONE" if key.is_some_and(|key| key.truth().is_true()) => Some("api-key"),
        "NONE" => Some("none"),
        "AWS_IAM" => Some("iam"),
        "COGNITO_USER_POOLS" => Some("user-pool"),
        "CUSTOM" => Some("custom"),
        _ => None,
    });
    // CloudFormation's and Terraform's default is NONE.
    let auth = if asked.is_none() { Some("none") } else { auth };
    authenticated(&mut more, auth, asked.unwrap_or(&method.properties));
    more
}

/// Resources inside each other at most: what API Gateway allows in a path is far less.
const PATH_DEPTH_MAX: usize = 32;

fn rest_path(lowering: &Lowering<'_>, place: Option<&Value>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut place = place.cloned();
    while let Some(resource) = place.as_ref().and_then(|value| lowering.target(value)) {
        let resource = lowering.node(resource).and_then(|node| lowering.resources.get(&node.name));
        let Some(resource) = resource else { break };
        let Some(part) = property(resource, ["PathPart", "path_part"]) else { break };
        parts.push(part.display());
        place = property(resource, ["ParentId", "parent_id"]).cloned();
        if parts.len() == PATH_DEPTH_MAX {
            break;
        }
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}

fn http_integration(lowering: &Lowering<'_>, resource: &Resource, by: NodeId, found: &mut Vec<Derived>) {
    let Some(uri) = property(resource, ["IntegrationUri", "integration_uri"]) else { return };
    let Some(function) = function_of(lowering, uri) else { return };
    let source = property(resource, ["ApiId", "api_id"]).and_then(|value| lowering.target(value));
    let mut routes = 0;
    for route in lowering.resources.values() {
        if !matches!(route.provider_type.as_str(), "AWS::ApiGatewayV2::Route" | "aws_apigatewayv2_route") {
            continue;
        }
        let target = property(route, ["Target", "target"]);
        if target.and_then(|value| lowering.target(value)) != lowering.find(&resource.name) {
            continue;
        }
        routes += 1;
        let (event, more) = http_route(route);
        found.push(Derived { function, event, source, by, at: uri.at, more });
    }
    if routes == 0 {
        found.push(Derived { function, event: "http-api", source, by, at: uri.at, more: Vec::new() });
    }
}

fn http_route(route: &Resource) -> (&'static str, Vec<(&'static str, Value)>) {
    let mut more = Vec::new();
    let key = property(route, ["RouteKey", "route_key"]);
    let text = key.map(Value::display).unwrap_or_default();
    let (verb, path) = text.split_once(' ').unwrap_or(("ANY", &text));
    let websocket = text.starts_with('$') && text != "$default" || !text.contains(['/', '$']);
    let like = key.unwrap_or(&route.properties);
    if !websocket {
        more.push(("method", text_like(like, verb)));
    }
    more.push(("path", text_like(like, path)));
    let asked = property(route, ["AuthorizationType", "authorization_type"]);
    let auth = match asked.and_then(Value::as_str) {
        Some("NONE") => Some("none"),
        Some("AWS_IAM") => Some("iam"),
        Some("JWT") => Some("jwt"),
        Some("CUSTOM") => Some("custom"),
        Some(_) => None,
        None if asked.is_none() => Some("none"),
        None => None,
    };
    authenticated(&mut more, auth, asked.unwrap_or(like));
    (if websocket { "websocket" } else { "http-api" }, more)
}

fn authenticated(more: &mut Vec<(&'static str, Value)>, auth: Option<&str>, like: &Value) {
    let Some(auth) = auth else { return };
    // An API key tells callers apart; it does not prove who they are.
    let exposure = if matches!(auth, "none" | "api-key") { "public" } else { "authenticated" };
    more.push(("auth", text_like(like, auth)));
    more.push(("exposure", text_like(like, exposure)));
}

const METHODS: &[&str] =
    &["get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method"];

/// The operations of an OpenAPI body.
fn from_body(lowering: &Lowering<'_>, resource: &Resource, by: NodeId, found: &mut Vec<Derived>) {
    let body = property(resource, ["Body", "body"]).or_else(|| resource.properties.get("DefinitionBody"));
    let body = body.and_then(embedded);
    let Some(body) = body else { return };
    let event = match resource.provider_type.as_str() {
        "AWS::ApiGatewayV2::Api" | "AWS::Serverless::HttpApi" | "aws_apigatewayv2_api" => "http-api",
        _ => "rest-api",
    };
    // SAM puts its default authorizer on every route of the body.
    let everywhere = body.get("security").is_some_and(|value| !value.items().is_empty())
        || resource.properties.path("Auth.DefaultAuthorizer").is_some();
    for path in body.get("paths").map_or(&[][..], Value::entries) {
        for operation in path.value.entries() {
            let verb = operation.key.text.to_ascii_lowercase();
            if !METHODS.contains(&verb.as_str()) {
                continue;
            }
            let secured = operation.value.get("security").map(|value| !value.items().is_empty());
            for uri in gather(&operation.value, "x-amazon-apigateway-integration.uri") {
                let Some(function) = function_of(lowering, uri) else { continue };
                let verb = if verb.starts_with('x') { "ANY".to_owned() } else { verb.to_ascii_uppercase() };
                let mut more =
                    vec![("method", text_like(uri, verb)), ("path", text_like(uri, path.key.text.clone()))];
                if !secured.unwrap_or(everywhere) {
                    authenticated(&mut more, Some("none"), uri);
                }
                found.push(Derived { function, event, source: Some(by), by, at: uri.at, more });
            }
        }
    }
}
