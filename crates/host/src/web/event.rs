//! The event that a request becomes: payload version 1.0 (REST APIs), 2.0 (HTTP APIs, function URLs), load balancers.
use super::Read;
use crate::clock;
use crate::front::decode;
use crate::plan::{Route, Way, WayKind};
use crate::settings::Settings;
use crate::wire;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use serde_json::{Map, Value, json};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The event of a request.
pub(crate) fn build(way: &Way, route: &Route, read: &Read, settings: &Settings) -> Value {
    match way.kind {
        WayKind::Rest => first(way, route, read, settings),
        WayKind::Http | WayKind::Url => second(way, route, read, settings),
        WayKind::LoadBalancer => balancer(way, read, settings),
    }
}

/// The body as text, or in base64.
fn body(read: &Read) -> (Value, bool) {
    if read.body.is_empty() {
        return (Value::Null, false);
    }
    match std::str::from_utf8(&read.body) {
        Ok(text) => (Value::String(text.to_owned()), false),
        Err(_) => (Value::String(BASE64_STANDARD.encode(&read.body)), true),
    }
}

/// Pairs of the query, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

fn single(list: &[(String, String)]) -> Value {
    if list.is_empty() {
        return Value::Null;
    }
    Value::Object(list.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect())
}

fn several(list: &[(String, String)]) -> Value {
    if list.is_empty() {
        return Value::Null;
    }
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in list {
        if let Value::Array(values) = map.entry(name.clone()).or_insert_with(|| json!([])) {
            values.push(Value::String(value.clone()));
        }
    }
    Value::Object(map)
}

fn headers_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// As clients write them: REST APIs keep the case that HTTP/1.1 clients send, which is mostly this one.
fn titled(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase()).into_iter();
        first.chain(letters).collect::<String>()
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

fn log_time(ms: u64) -> String {
    let at = clock::civil(ms);
    let month = MONTHS.get(at.month.saturating_sub(1) as usize).copied().unwrap_or("Jan");
    format!("{:02}/{month}/{:04}:{:02}:{:02}:{:02} +0000", at.day, at.year, at.hour, at.minute, at.second)
}

/// Payload version 1.0.
fn first(way: &Way, route: &Route, read: &Read, settings: &Settings) -> Value {
    let headers: Vec<_> =
        headers_of(&read.headers).into_iter().map(|(name, value)| (titled(&name), value)).collect();
    let query = pairs(&read.query);
    let (body, encoded) = body(read);
    let agent = wire::header(&read.headers, "user-agent");
    let domain = format!("{}.execute-api.{}.amazonaws.com", way.id, settings.region);
    let mut context = json!({
        "accountId": settings.account, "apiId": way.id, "stage": way.stage, "protocol": "HTTP/1.1",
        "httpMethod": read.method, "path": format!("/{}{}", way.stage, read.path), "resourcePath": route.path,
        "requestId": read.id, "extendedRequestId": read.id, "requestTime": log_time(read.time_ms),
        "requestTimeEpoch": read.time_ms, "domainName": domain, "domainPrefix": way.id, "resourceId": "local",
        "identity": {"sourceIp": read.client, "userAgent": agent, "accessKey": null, "accountId": null, "apiKey": null,
            "caller": null, "cognitoIdentityId": null, "user": null, "userArn": null},
    });
    if !read.identity.is_null()
        && let Some(context) = context.as_object_mut()
    {
        context.insert("authorizer".to_owned(), read.identity.clone());
    }
    json!({
        "resource": route.path, "path": read.path, "httpMethod": read.method,
        "headers": single(&headers), "multiValueHeaders": several(&headers),
        "queryStringParameters": single(&query), "multiValueQueryStringParameters": several(&query),
        "pathParameters": single(&read.variables), "stageVariables": way.stage_variables,
        "requestContext": context, "body": body, "isBase64Encoded": encoded,
    })
}

/// Payload version 2.0.
#[expect(clippy::too_many_lines, reason = "one event, field by field")]
fn second(way: &Way, route: &Route, read: &Read, settings: &Settings) -> Value {
    let key = if route.path == "$default" {
        "$default".to_owned()
    } else {
        format!("{} {}", route.method, route.path)
    };
    let mut headers = Map::new();
    for (name, value) in headers_of(&read.headers).into_iter().filter(|(name, _)| name != "cookie") {
        match headers.get_mut(&name) {
            Some(Value::String(all)) => *all = format!("{all},{value}"),
            _ => drop(headers.insert(name, Value::String(value))),
        }
    }
    let mut query: Map<String, Value> = Map::new();
    for (name, value) in pairs(&read.query) {
        match query.get_mut(&name) {
            Some(Value::String(all)) => *all = format!("{all},{value}"),
            _ => drop(query.insert(name, Value::String(value))),
        }
    }
    let cookies: Vec<String> = read
        .headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';').map(|cookie| cookie.trim().to_owned()))
        .filter(|cookie| !cookie.is_empty())
        .collect();
    let (body, encoded) = body(read);
    let suffix = if way.kind == WayKind::Url { "lambda-url" } else { "execute-api" };
    let raw_path = if way.stage == "$default" || way.kind == WayKind::Url {
        read.path.clone()
    } else {
        format!("/{}{}", way.stage, read.path)
    };
    let mut event = json!({
        "version": "2.0", "routeKey": key, "rawPath": decode(&raw_path), "rawQueryString": read.query,
        "headers": headers,
        "requestContext": {
            "accountId": if way.kind == WayKind::Url { "anonymous" } else { settings.account.as_str() },
            "apiId": way.id, "domainName": format!("{}.{suffix}.{}.amazonaws.com", way.id, settings.region),
            "domainPrefix": way.id,
            "http": {"method": read.method, "path": decode(&raw_path), "protocol": "HTTP/1.1", "sourceIp": read.client,
                "userAgent": wire::header(&read.headers, "user-agent").unwrap_or_default()},
            "requestId": read.id, "routeKey": key, "stage": if way.kind == WayKind::Url { "$default" } else { way.stage.as_str() },
            "time": log_time(read.time_ms), "timeEpoch": read.time_ms,
        },
        "isBase64Encoded": encoded,
    });
    let mut set = |name: &str, value: Value| {
        if let Some(event) = event.as_object_mut() {
            event.insert(name.to_owned(), value);
        }
    };
    if !body.is_null() {
        set("body", body);
    }
    if !cookies.is_empty() {
        set("cookies", json!(cookies));
    }
    if !query.is_empty() {
        set("queryStringParameters", Value::Object(query));
    }
    if !read.variables.is_empty() {
        set("pathParameters", single(&read.variables));
    }
    if !way.stage_variables.is_null() {
        set("stageVariables", way.stage_variables.clone());
    }
    if !read.identity.is_null()
        && let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut)
    {
        context.insert("authorizer".to_owned(), read.identity.clone());
    }
    event
}

fn balancer(way: &Way, read: &Read, settings: &Settings) -> Value {
    let (body, encoded) = body(read);
    let group = format!(
        "arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/local",
        settings.region, settings.account, way.name
    );
    json!({
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": read.method, "path": read.path,
        "queryStringParameters": single(&pairs(&read.query)).as_object().cloned().unwrap_or_default(),
        "headers": single(&headers_of(&read.headers)),
        "body": if body.is_null() { Value::String(String::new()) } else { body }, "isBase64Encoded": encoded,
    })
}
