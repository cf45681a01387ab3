//! Lambda: a request as an event of API Gateway's HTTP APIs (payload format 2.0), the answer back, and SigV4.
use crate::body::Body;
use crate::clock;
use crate::config::{Config, ConfigError, Sign};
use crate::exchange::{Answer, Exchange};
use crate::upstream::keys::Keys;
use access::encode;
use access::signature::Request as Signable;
use access::signature::sigv4::{Payload, Scope, sign};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// What is signed beside the address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a HeaderValue,
    pub(crate) body: &'a [u8],
}

/// Signs requests with one access key after the other.
pub(crate) struct Signer {
    keys: Keys,
    region: String,
    service: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Signer({} {})", self.region, self.service)
    }
}

impl Signer {
    pub(crate) fn build(config: &Config, at: &str, settings: &Sign) -> Result<Self, ConfigError> {
        let keys = Keys::build(config, &format!("{at}.sign"), settings)?;
        Ok(Self { keys, region: settings.region.clone(), service: settings.service.clone() })
    }

    /// Sees to a key before requests are put together.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn refresh(&self) -> Result<(), String> {
        self.keys.refresh(clock::now().seconds()).await
    }

    /// The configuration was read again: perhaps there is another key.
    pub(crate) fn look_again(&self) {
        self.keys.look_again();
    }

    /// Puts the signature among the fields. What the client sent under these names goes.
    pub(crate) fn sign(&self, uri: &Uri, sent: Sent<'_>, now: u64, fields: &mut HeaderMap) {
        let Sent { method, host, body } = sent;
        for name in ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
            fields.remove(name);
        }
        fields.remove(AUTHORIZATION);
        // Without a key nothing comes this far.
        let Some(credentials) = self.keys.now() else { return };
        let host = host.to_str().unwrap_or_default();
        let headers = [("host".to_owned(), host.to_owned())];
        let request = Signable {
            method,
            origin: &format!("https://{host}"),
            path: uri.path(),
            query: uri.query(),
            headers: &headers,
            body: Some(body),
        };
        let scope = Scope { region: &self.region, service: &self.service };
        for (name, value) in sign(&request, Payload::SignedAndTold, &credentials, scope, now) {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                fields.insert(name, value);
            }
        }
    }
}

/// Where a function is invoked.
pub(crate) fn path(function: Option<&str>, is_streamed: bool) -> String {
    let function = encode::percent(function.unwrap_or("function"));
    if is_streamed {
        return format!("/2021-11-15/functions/{function}/response-streaming-invocations");
    }
    format!("/2015-03-31/functions/{function}/invocations")
}

/// The event of a request (API Gateway, payload format 2.0). Fields as the upstream would get them.
pub(crate) fn event(exchange: &Exchange<'_>, fields: &HeaderMap, body: &Bytes) -> Vec<u8> {
    let query = exchange.head.uri.query().unwrap_or_default();
    let route = &exchange.route.settings.name;
    let parameters: Map<String, Value> = exchange
        .route
        .parameters(exchange.path.readable())
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    let (text, encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (encode::base64(body), true),
    };
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": exchange.path.wire,
        "rawQueryString": query,
        "headers": headers(fields),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "buckler",
            "domainName": exchange.host,
            "domainPrefix": exchange.host.split('.').next().unwrap_or_default(),
            "http": {
                "method": exchange.head.method.as_str(),
                "path": exchange.path.wire,
                "protocol": "HTTP/1.1",
                "sourceIp": exchange.client,
                "userAgent": fields.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default(),
            },
            "requestId": exchange.id,
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": exchange.moment.micros / 1000,
        },
        "isBase64Encoded": encoded,
    });
    let mut put = |name: &str, value: Value| {
        if let Some(event) = event.as_object_mut() {
            event.insert(name.to_owned(), value);
        }
    };
    let cookies: Vec<&str> = fields
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';').map(str::trim))
        .collect();
    if !cookies.is_empty() {
        put("cookies", json!(cookies));
    }
    if !query.is_empty() {
        put("queryStringParameters", Value::Object(query_parameters(query)));
    }
    if !parameters.is_empty() {
        put("pathParameters", Value::Object(parameters));
    }
    if !body.is_empty() {
        put("body", Value::String(text));
    }
    if let Some(identity) = &exchange.identity
        && let Some(context) = event.pointer_mut("/requestContext").and_then(Value::as_object_mut)
    {
        let scopes: Vec<_> = identity.scopes.iter().collect();
        let who =
            json!({"jwt": {"claims": identity.claims, "scopes": scopes}, "principalId": identity.subject});
        context.insert("authorizer".to_owned(), who);
        context.insert("routeName".to_owned(), Value::from(route.as_str()));
    }
    event.to_string().into_bytes()
}

/// Values of one name joined by commas; cookies stand elsewhere.
fn headers(fields: &HeaderMap) -> Map<String, Value> {
    let mut map = Map::new();
    for name in fields.keys().filter(|name| **name != COOKIE) {
        let values = fields.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        map.insert(name.as_str().to_owned(), Value::from(values.collect::<Vec<_>>().join(",")));
    }
    map
}

fn query_parameters(query: &str) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match map.get_mut(name.as_ref()) {
            Some(Value::String(values)) => {
                values.push(',');
                values.push_str(&value);
            }
            _ => drop(map.insert(name.into_owned(), Value::from(value.into_owned()))),
        }
    }
    map
}

/// Why a function's answer is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the function failed")]
    Function,
    #[error("the invocation was refused with status {0}")]
    Refused(u16),
    #[error("the function's answer is no HTTP answer")]
    Form,
    #[error("the stream is broken: {0}")]
    Frame(&'static str),
    #[error("{0}")]
    Body(#[from] crate::body::BodyError),
}

/// The function's answer as HTTP (payload format 2.0, also the short form without a status).
pub(crate) async fn answer(invoked: Answer, most: usize) -> Result<Answer, AnswerError> {
    let (head, mut body) = invoked.into_parts();
    if !head.status.is_success() {
        return Err(AnswerError::Refused(head.status.as_u16()));
    }
    if head.headers.contains_key("x-amz-function-error") {
        return Err(AnswerError::Function);
    }
    read(&body.whole(most).await?)
}

pub(crate) fn read(bytes: &[u8]) -> Result<Answer, AnswerError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| AnswerError::Form)?;
    // The Runtime Interface Emulator tells failures in the body alone.
    if value.get("errorType").is_some() && value.get("statusCode").is_none() {
        return Err(AnswerError::Function);
    }
    let Some(status) = value.get("statusCode") else {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut answer = Answer::new(Body::of(text.into(), None));
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(answer);
    };
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok()).ok_or(AnswerError::Form)?;
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.filter(|status| !status.is_informational()).ok_or(AnswerError::Form)?;
    let text = match value.get("body") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let body = match value.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => encode::from_base64(&text).ok_or(AnswerError::Form)?,
        _ => text.into_bytes(),
    };
    let mut answer = Answer::new(Body::of(body.into(), None));
    *answer.status_mut() = status;
    let single = value.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in single {
        add(answer.headers_mut(), name, value)?;
    }
    let multiple = value.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten();
    for (name, values) in multiple {
        for value in values.as_array().into_iter().flatten() {
            add(answer.headers_mut(), name, value)?;
        }
    }
    for cookie in value.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        add(answer.headers_mut(), SET_COOKIE.as_str(), cookie)?;
    }
    if !answer.headers().contains_key(CONTENT_TYPE) {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(answer)
}

/// Framing is ours: what a function says of it is left out.
fn add(fields: &mut HeaderMap, name: &str, value: &Value) -> Result<(), AnswerError> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| AnswerError::Form)?;
    let value = HeaderValue::from_str(&text).map_err(|_| AnswerError::Form)?;
    if !matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection") {
        fields.append(name, value);
    }
    Ok(())
}
