//! Events that come from callers: REST, HTTP and WebSocket APIs, load balancers.
use model::{Data, Value};

use super::Event;
use crate::serverless::apis;
use crate::serverless::build::{Properties, list, reference, set};

/// How callers of a route are known, and what follows for who can call it.
struct Access {
    auth: Value,
}

impl Access {
    fn known(at: &Value, auth: &str) -> Self {
        Self { auth: Value::text(at.at, auth) }
    }

    fn unknown(value: &Value) -> Self {
        Self { auth: value.clone() }
    }

    fn put(self, properties: &mut Properties) {
        let exposure = match self.auth.as_str() {
            // An API key tells callers apart; it does not prove who they are.
            Some("none" | "api-key") => Value::text(self.auth.at, "public"),
            Some(_) => Value::text(self.auth.at, "authenticated"),
            None => self.auth.clone(),
        };
        properties.put("auth", Some(self.auth));
        properties.put("exposure", Some(exposure));
    }
}

/// `http: GET /path`, `http: { path, method, authorizer, private, cors, request }`.
pub(super) fn rest(event: &Event<'_>) -> Properties {
    let mut properties = Properties::default();
    properties.text("event", event.key.at, "rest-api");
    route(event, &mut properties);
    rest_access(event).put(&mut properties);
    let endpoint =
        event.service.setting("endpointType").or_else(|| event.service.setting("apiGateway.endpoint.type"));
    if let Some(endpoint) = endpoint.filter(|endpoint| endpoint.display().eq_ignore_ascii_case("private")) {
        properties.text("exposure", endpoint.at, "internal");
    }
    let api = event.service.setting("apiGateway.restApiId").cloned();
    properties.put("api", Some(api.unwrap_or_else(|| reference(event.key.at, apis::REST))));
    if let Some(cors) = event.setting("cors") {
        properties.put("cors_origins", origins(cors));
    }
    let schemas = ["request.schemas", "request.schema"];
    properties.put("input_schema", schemas.iter().find_map(|path| event.setting(path)).cloned());
    properties.copy(event.value, &[("throttle", "throttling")]);
    properties
}

fn rest_access(event: &Event<'_>) -> Access {
    let Some(authorizer) = event.setting("authorizer") else {
        return match event.setting("private") {
            Some(private) if private.truth().is_true() => Access::known(private, "api-key"),
            Some(private) if private.truth().is_unknown() => Access::unknown(private),
            _ => Access::known(event.value, "none"),
        };
    };
    let kind = set(authorizer, "type");
    match (&authorizer.data, kind) {
        (Data::Text(text), _) => Access::known(authorizer, rest_kind(text)),
        (Data::Map(_), Some(kind)) => match kind.as_str() {
            Some(text) if text.eq_ignore_ascii_case("none") => Access::known(kind, "none"),
            Some(text) => Access::known(kind, rest_kind(text)),
            None => Access::unknown(kind),
        },
        (Data::Map(_), None) => {
            let arn = set(authorizer, "arn").map(Value::display).unwrap_or_default();
            let claims = set(authorizer, "claims").or_else(|| set(authorizer, "scopes"));
            let of_pool = arn.contains(":cognito-idp:") || claims.is_some();
            Access::known(authorizer, if of_pool { "user-pool" } else { "custom" })
        }
        _ => Access::unknown(authorizer),
    }
}

fn rest_kind(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "aws_iam" => "iam",
        "cognito_user_pools" => "user-pool",
        _ if lower.contains(":cognito-idp:") => "user-pool",
        _ => "custom",
    }
}

/// `httpApi: '*'`, `httpApi: GET /path`, `httpApi: { path, method, authorizer }`.
pub(super) fn http_api(event: &Event<'_>) -> Properties {
    let mut properties = Properties::default();
    properties.text("event", event.key.at, "http-api");
    route(event, &mut properties);
    http_access(event).put(&mut properties);
    let api = event.service.setting("httpApi.id").cloned();
    properties.put("api", Some(api.unwrap_or_else(|| reference(event.key.at, apis::HTTP))));
    let cors = event.setting("cors").or_else(|| event.service.setting("httpApi.cors"));
    properties.put("cors_origins", cors.and_then(origins));
    properties
}

fn http_access(event: &Event<'_>) -> Access {
    let Some(authorizer) = event.setting("authorizer") else { return Access::known(event.value, "none") };
    let name = set(authorizer, "name").unwrap_or(authorizer);
    if let Some(kind) = set(authorizer, "type") {
        return kind
            .as_str()
            .map_or_else(|| Access::unknown(kind), |text| Access::known(kind, http_kind(text)));
    }
    match name.as_str() {
        Some(text) if text.eq_ignore_ascii_case("aws_iam") => Access::known(name, "iam"),
        Some(text) => {
            let path = format!("httpApi.authorizers.{text}");
            let kind = event.service.setting(&path).and_then(|authorizer| set(authorizer, "type"));
            let kind = kind.and_then(Value::as_str).unwrap_or("jwt");
            Access::known(name, http_kind(kind))
        }
        // `authorizer: { id: … }`: what it asks is configured elsewhere, but it asks.
        None if set(authorizer, "id").is_some() => Access::known(authorizer, "custom"),
        None => Access::unknown(authorizer),
    }
}

fn http_kind(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "aws_iam" => "iam",
        "request" | "custom" => "custom",
        _ => "jwt",
    }
}

/// The method and path: alone as text, or as settings.
fn route(event: &Event<'_>, properties: &mut Properties) {
    let value = event.value;
    let (method, path) = match value.as_str() {
        Some(text) => {
            let text = text.trim();
            let (method, path) = text.split_once(char::is_whitespace).unwrap_or(("ANY", text));
            (Some(Value::text(value.at, method)), Some(Value::text(value.at, path.trim())))
        }
        None => (set(value, "method").cloned(), set(value, "path").cloned()),
    };
    let known = |value: Option<Value>, spell: fn(&str) -> String| {
        value.map(|value| match value.as_str() {
            Some(text) => Value::text(value.at, spell(text)),
            None => value,
        })
    };
    let method = method.unwrap_or_else(|| Value::text(value.at, "ANY"));
    properties.put("method", known(Some(method), spell_method));
    properties.put("path", known(path, spell_path));
}

fn spell_method(method: &str) -> String {
    if method == "*" { "ANY".to_owned() } else { method.to_ascii_uppercase() }
}

fn spell_path(path: &str) -> String {
    match path {
        "*" => "$default".to_owned(),
        _ if path.starts_with(['/', '$']) => path.to_owned(),
        _ => format!("/{path}"),
    }
}

/// The origins that a `cors` setting lets in.
fn origins(cors: &Value) -> Option<Value> {
    if let Data::Bool(on) = cors.data {
        return on.then(|| list(cors.at, vec![Value::text(cors.at, "*")]));
    }
    if cors.entries().is_empty() {
        return Some(cors.clone());
    }
    let written = ["origins", "origin", "allowedOrigins"].iter().find_map(|name| set(cors, name));
    Some(match written {
        // Without any the framework answers `*`.
        None => list(cors.at, vec![Value::text(cors.at, "*")]),
        Some(origins) => {
            let split = |value: &Value| match value.as_str() {
                Some(text) => text.split(',').map(|part| Value::text(value.at, part.trim())).collect(),
                None => vec![value.clone()],
            };
            list(origins.at, origins.one_or_many().iter().flat_map(split).collect())
        }
    })
}

/// `websocket: $connect`, `websocket: { route, authorizer }`. Who may connect may use every route.
pub(super) fn websocket(event: &Event<'_>) -> Properties {
    let mut properties = Properties::default();
    properties.text("event", event.key.at, "websocket");
    properties.put("path", event.setting_or_value("route").cloned());
    let connects = event.service.functions.iter().filter_map(|function| function.own("events"));
    let authorizer = connects
        .flat_map(Value::one_or_many)
        .filter_map(|item| set(item, "websocket"))
        .filter(|socket| socket.get("route").is_some_and(|route| route.as_str() == Some("$connect")))
        .find_map(|socket| set(socket, "authorizer"));
    let access = match event.setting("authorizer").or(authorizer) {
        None => Access::known(event.value, "none"),
        Some(authorizer) => match authorizer.as_str() {
            Some(name) if name.eq_ignore_ascii_case("aws_iam") => Access::known(authorizer, "iam"),
            Some(_) => Access::known(authorizer, "custom"),
            None if !authorizer.entries().is_empty() => Access::known(authorizer, "custom"),
            None => Access::unknown(authorizer),
        },
    };
    access.put(&mut properties);
    let api = event.service.setting("apiGateway.websocketApiId").cloned();
    properties.put("api", Some(api.unwrap_or_else(|| reference(event.key.at, apis::WEBSOCKET))));
    properties
}

/// `alb: { listenerArn, priority, conditions: { path, method, host }, authorizer }`.
pub(super) fn load_balancer(event: &Event<'_>) -> Properties {
    let mut properties = Properties::default();
    properties.text("event", event.key.at, "load-balancer");
    properties.copy(
        event.value,
        &[("source", "listenerArn"), ("path", "conditions.path"), ("method", "conditions.method")],
    );
    let Some(authorizer) = event.setting("authorizer") else {
        // Whether the balancer faces the internet is said where it is made.
        properties.text("auth", event.key.at, "none");
        return properties;
    };
    let name = authorizer.one_or_many().first().unwrap_or(authorizer);
    let kind = name.as_str().and_then(|name| event.service.setting(&format!("alb.authorizers.{name}.type")));
    let access = match kind.and_then(Value::as_str) {
        Some("cognito") => Access::known(authorizer, "user-pool"),
        Some("oidc") => Access::known(authorizer, "jwt"),
        _ => Access::known(authorizer, "custom"),
    };
    access.put(&mut properties);
    properties
}
