//! HTTP events as the request that the client sent.
use super::HttpRequest;
use super::decode::{base64, encode};
use super::json::Value;
use crate::Fields;

/// Members of an HTTP event that are arguments beside the request itself.
pub(super) const ARGUMENTS: &[&str] = &["pathParameters", "arguments", "source"];

/// Members of an event whose content is in its request.
pub(super) fn read_members(event: &Value<'_>) -> &'static [&'static str] {
    if event.has("Records.0.cf.request") {
        &["Records"]
    } else if event.has("Data.req") {
        &[]
    } else if event.has("requestContext.http.method") {
        &["body", "cookies", "headers", "isBase64Encoded", "rawPath", "rawQueryString"]
    } else if event.has("info.fieldName") {
        &["request"]
    } else if event.has("httpMethod") {
        &[
            "body",
            "headers",
            "httpMethod",
            "isBase64Encoded",
            "multiValueHeaders",
            "multiValueQueryStringParameters",
            "path",
            "queryStringParameters",
        ]
    } else {
        &["body", "headers", "method", "path", "raw_path"]
    }
}

/// The request of an HTTP event; none when its method or path is missing.
pub(super) fn request(event: &Value<'_>) -> Option<HttpRequest> {
    if let Some(request) = event.at("Records.0.cf.request") {
        // The platform sends one; more is somebody else's event.
        return if event.has("Records.1") { None } else { cloud_front(request) };
    }
    if let Some(request) = event.at("Data.req") {
        return azure(request);
    }
    if event.has("requestContext.http.method") {
        return version_2(event);
    }
    if event.has("info.fieldName") {
        return Some(app_sync(event));
    }
    if event.has("httpMethod") {
        return version_1(event);
    }
    lattice(event)
}

fn text<'a>(event: &'a Value<'_>, path: &str) -> Option<&'a str> {
    event.at(path).and_then(Value::text)
}

fn plain(method: &str, target: Vec<u8>) -> HttpRequest {
    HttpRequest {
        method: method.as_bytes().to_vec(),
        target,
        protocol: b"HTTP/1.1".to_vec(),
        ..HttpRequest::default()
    }
}

/// A path as it goes into a request line.
fn path(path: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    if !path.starts_with('/') {
        out.push(b'/');
    }
    encode(path, b"?#", &mut out);
    out
}

/// The body, with its base64 undone when the event says so.
fn body(value: Option<&Value<'_>>, is_base64: bool) -> Vec<u8> {
    let text = value.and_then(Value::text).unwrap_or_default();
    // A body that claims to be base64 and is not is looked at as it stands.
    is_base64.then(|| base64(text)).flatten().unwrap_or_else(|| text.as_bytes().to_vec())
}

fn is_true(event: &Value<'_>, name: &str) -> bool {
    text(event, name) == Some("true")
}

/// Headers as an object of texts, or of lists of texts.
fn headers(value: Option<&Value<'_>>, out: &mut Fields) {
    for (name, value) in value.map(Value::members).unwrap_or_default() {
        for item in one_or_more(value) {
            out.push(name.as_bytes(), item.as_bytes());
        }
    }
}

/// A text, or a list of texts.
fn one_or_more<'v>(value: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    value.text().into_iter().chain(value.items().iter().filter_map(Value::text))
}

/// Adds a query from an object of decoded names and values (`is_encoded`: as they were sent).
fn query(value: Option<&Value<'_>>, is_encoded: bool, target: &mut Vec<u8>) {
    let mut sign = b'?';
    let these: &[u8] = if is_encoded { b"#" } else { b"%&=+#" };
    for (name, value) in value.map(Value::members).unwrap_or_default() {
        for item in one_or_more(value) {
            target.push(std::mem::replace(&mut sign, b'&'));
            encode(name, these, target);
            target.push(b'=');
            encode(item, these, target);
        }
    }
}

/// What API Gateway and load balancers send: single or multiple values.
fn version_1(event: &Value<'_>) -> Option<HttpRequest> {
    let mut target = path(text(event, "path")?);
    let is_load_balancer = event.has("requestContext.elb");
    let many = |name: &str| event.get(name).filter(|value| !value.members().is_empty());
    let parameters = many("multiValueQueryStringParameters").or_else(|| event.get("queryStringParameters"));
    query(parameters, is_load_balancer, &mut target);
    let mut request = plain(text(event, "httpMethod")?, target);
    headers(many("multiValueHeaders").or_else(|| event.get("headers")), &mut request.headers);
    request.body = body(event.get("body"), is_true(event, "isBase64Encoded"));
    request.client = text(event, "requestContext.identity.sourceIp").and_then(|address| address.parse().ok());
    if let Some(protocol) = text(event, "requestContext.protocol") {
        request.protocol = protocol.as_bytes().to_vec();
    }
    Some(request)
}

/// HTTP APIs and function URLs: raw path and query, cookies of their own.
fn version_2(event: &Value<'_>) -> Option<HttpRequest> {
    let method = text(event, "requestContext.http.method")?;
    let mut target = path(text(event, "rawPath").or_else(|| text(event, "requestContext.http.path"))?);
    if let Some(raw) = text(event, "rawQueryString").filter(|raw| !raw.is_empty()) {
        target.push(b'?');
        encode(raw, b"#", &mut target);
    }
    let mut request = plain(method, target);
    headers(event.get("headers"), &mut request.headers);
    let cookies: Vec<&str> = event.get("cookies").into_iter().flat_map(one_or_more).collect();
    if !cookies.is_empty() {
        request.headers.push(b"cookie", cookies.join("; ").as_bytes());
    }
    request.body = body(event.get("body"), is_true(event, "isBase64Encoded"));
    request.client = text(event, "requestContext.http.sourceIp").and_then(|address| address.parse().ok());
    if let Some(protocol) = text(event, "requestContext.http.protocol") {
        request.protocol = protocol.as_bytes().to_vec();
    }
    Some(request)
}

/// Lambda@Edge: headers as lists of `key` and `value`, query as it was sent.
fn cloud_front(event: &Value<'_>) -> Option<HttpRequest> {
    let mut target = path(text(event, "uri")?);
    if let Some(raw) = text(event, "querystring").filter(|raw| !raw.is_empty()) {
        target.push(b'?');
        encode(raw, b"#", &mut target);
    }
    let mut request = plain(text(event, "method")?, target);
    for (name, values) in event.get("headers").map(Value::members).unwrap_or_default() {
        for item in values.items() {
            let name = text(item, "key").unwrap_or_else(|| name.as_ref());
            request.headers.push(name.as_bytes(), text(item, "value").unwrap_or_default().as_bytes());
        }
    }
    request.body = body(event.at("body.data"), text(event, "body.encoding") == Some("base64"));
    request.client = text(event, "clientIp").and_then(|address| address.parse().ok());
    Some(request)
}

/// Custom handlers of Azure Functions.
fn azure(event: &Value<'_>) -> Option<HttpRequest> {
    let url = text(event, "Url")?;
    let after_host = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    let mut target = Vec::new();
    encode(after_host, b"#", &mut target);
    if !after_host.contains('?') {
        query(event.get("Query"), false, &mut target);
    }
    let mut request = plain(text(event, "Method")?, target);
    headers(event.get("Headers"), &mut request.headers);
    request.body = body(event.get("Body"), is_true(event, "isBase64Encoded"));
    Some(request)
}

/// A field of a GraphQL API: the client's headers; its arguments are arguments.
fn app_sync(event: &Value<'_>) -> HttpRequest {
    let mut request = plain("POST", b"/graphql".to_vec());
    headers(event.at("request.headers"), &mut request.headers);
    let first = event.at("identity.sourceIp").into_iter().flat_map(one_or_more).next();
    request.client = first.and_then(|address| address.parse().ok());
    request
}

/// VPC Lattice, both versions.
fn lattice(event: &Value<'_>) -> Option<HttpRequest> {
    let raw = text(event, "raw_path").or_else(|| text(event, "path"))?;
    let mut target = Vec::new();
    encode(raw, b"#", &mut target);
    if !raw.contains('?') {
        let parameters = event.get("query_string_parameters").or_else(|| event.get("queryStringParameters"));
        query(parameters, false, &mut target);
    }
    let mut request = plain(text(event, "method")?, target);
    headers(event.get("headers"), &mut request.headers);
    request.body =
        body(event.get("body"), is_true(event, "isBase64Encoded") || is_true(event, "is_base64_encoded"));
    Some(request)
}
