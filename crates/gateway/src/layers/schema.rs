//! What a request must look like: OpenAPI, JSON Schema, GraphQL depth and cost.
//!
//! What a document does not name is refused: a positive model, where rules only know what is bad. Security requirements of a document
//! are the matter of authentication and authorization.
mod documents;
pub(crate) use documents::parse;
mod graphql;
mod problem;

#[cfg(test)]
mod tests;

pub use graphql::GraphQl;
pub(in crate::layers) use problem::{answer as problem_answer, reason, violation};

use super::Layer;
use super::waf::decode::decode;
use crate::config::{Config, ConfigError, Mode};
use crate::exchange::{Answer, Decision, Exchange, Flow, is_grpc};
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, ORIGIN,
};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use waf::Fields;
use waf::schema::{Api, Request, Strictness, Violation};

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// OpenAPI documents by name.
    pub api: BTreeMap<String, ApiSettings>,
}

/// An OpenAPI document (3.0, 3.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApiSettings {
    /// JSON or YAML.
    pub file: PathBuf,
    /// Query parameters that the document does not name are refused.
    #[serde(default = "yes")]
    pub strict: bool,
    /// What happens to answers that the document does not allow.
    #[serde(default)]
    pub responses: Responses,
}

fn yes() -> bool {
    true
}

/// What happens to answers that a document does not allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Responses {
    /// Nobody looks.
    #[default]
    Off,
    /// They are logged.
    Note,
    /// 502 in their place.
    Refuse,
}

/// Settings of a route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    /// The name of a document of `schema.api`.
    pub api: Option<String>,
    /// A file with a JSON Schema, for the bodies of requests whose method gives a body meaning.
    pub json: Option<PathBuf>,
    pub graphql: Option<GraphQl>,
    /// Replaces the document's `responses`.
    pub responses: Option<Responses>,
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Schema {
    /// In the order of the routes; `None`: nothing is asked there.
    plans: Vec<Option<Plan>>,
}

/// What a route asks for.
#[derive(Debug)]
struct Plan {
    api: Option<(Arc<Api>, Strictness)>,
    json: Option<waf::schema::Validator>,
    graphql: Option<graphql::Gauge>,
    responses: Responses,
}

/// A request as the layer compares it.
struct Seen<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
    body: &'a [u8],
    /// Asks for another protocol, in which what follows is said.
    is_upgrade: bool,
}

/// Methods that `Allow` may name.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
/// In place of a body whose media type alone is compared.
const SOME_BODY: &[u8] = b"-";

impl Layer for Schema {
    const NAME: &'static str = "schema";

    fn build(config: &Config, _before: Option<&Self>) -> Result<Self, ConfigError> {
        let mut apis = BTreeMap::new();
        for (name, settings) in &config.schema.api {
            let api = documents::api(config, &format!("schema.api.{name}.file"), &settings.file)?;
            apis.insert(name.as_str(), Arc::new(api));
        }
        let mut plans = Vec::with_capacity(config.route.len());
        for route in &config.route {
            plans.push(plan(config, route, &apis)?);
        }
        Ok(Self { plans })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let Some(plan) = self.plan(exchange) else { return Flow::Continue(()) };
        let body = match exchange.whole_body(Self::NAME).await? {
            Some(body) => body,
            // Of a stream the head is compared: the document must name its path, its method and its media type.
            None => {
                exchange.uninspected = Some("a streamed request body");
                Bytes::from_static(if exchange.is_grpc_call() { SOME_BODY } else { b"" })
            }
        };
        let body = match self.plain(exchange, &body)? {
            Some(Cow::Borrowed(_)) => body,
            Some(Cow::Owned(plain)) => Bytes::from(plain),
            None => return Flow::Continue(()),
        };
        let seen = Seen {
            method: exchange.head.method.as_str(),
            path: plan.path(exchange),
            query: exchange.head.uri.query().unwrap_or_default(),
            headers: &exchange.head.headers,
            body: &body,
            is_upgrade: crate::websocket::is_upgrade(&exchange.head),
        };
        let violations = plan.check(&seen);
        if violations.is_empty() {
            return Flow::Continue(());
        }
        let status = status_of(&violations);
        let allowed = if status == StatusCode::METHOD_NOT_ALLOWED { plan.allowed(seen.path) } else { None };
        let why = reason(&violations);
        if exchange.route.settings.mode == Mode::Detect {
            exchange.note(Self::NAME, why);
            return Flow::Continue(());
        }
        exchange.decisions.push(Decision {
            layer: Self::NAME,
            reason: why,
            refused: true,
            rules: Vec::new(),
        });
        let detail = "the request does not fit the description of this interface";
        let mut answer = problem::answer(status, &exchange.id, detail, &violations);
        if let Some(allowed) = allowed {
            answer.headers_mut().insert(ALLOW, allowed);
        }
        exchange.answer(Self::NAME, answer)
    }

    async fn response(&self, exchange: &mut Exchange<'_>, answer: &mut Answer) {
        let Some(plan) = self.plan(exchange) else { return };
        let Some((api, _)) = &plan.api else { return };
        if plan.responses == Responses::Off
            || exchange.answered_by != super::upstream::Upstream::NAME
            || is_endless(exchange, answer)
            || answer.status() == StatusCode::NOT_MODIFIED
        {
            return;
        }
        let is_named = api.security(exchange.head.method.as_str(), plan.path(exchange)).is_some();
        if exchange.head.method == Method::OPTIONS && !is_named {
            // A preflight, which passed although the document does not name it.
            return;
        }
        let media = content_type(answer.headers()).to_owned();
        let most = exchange.gate.config.limits.buffered_bytes_max;
        let violations = match response_body(exchange, answer, &media, most).await {
            Ok(Some(body)) => {
                let method = exchange.head.method.as_str();
                api.check_response(method, plan.path(exchange), answer.status().as_u16(), (&media, &body))
            }
            Ok(None) => return,
            Err(broken) => vec![violation("body", broken)],
        };
        if violations.is_empty() {
            return;
        }
        let why = format!("the answer: {}", reason(&violations));
        if plan.responses == Responses::Note || exchange.route.settings.mode == Mode::Detect {
            exchange.note(Self::NAME, why);
            return;
        }
        if let Flow::Break(refused) = exchange.refuse(Self::NAME, StatusCode::BAD_GATEWAY, why) {
            *answer = refused;
        }
    }
}

impl Schema {
    /// Weighs a GraphQL request where limits are to know it. What cannot be weighed keeps the route's cost, and is refused later.
    pub(crate) async fn weighed(&self, exchange: &mut Exchange<'_>) -> Flow {
        let Some(plan) = self.plan(exchange) else { return Flow::Continue(()) };
        let Some(gauge) = plan.graphql.as_ref().filter(|gauge| gauge.charges) else {
            return Flow::Continue(());
        };
        let Some(body) = exchange.whole_body(Self::NAME).await? else { return Flow::Continue(()) };
        let most = exchange.gate.config.limits.buffered_bytes_max;
        let Ok(body) = decode(&exchange.head.headers, &body, most) else { return Flow::Continue(()) };
        let sent = graphql::Sent {
            query: exchange.head.uri.query().unwrap_or_default(),
            content_type: content_type(&exchange.head.headers),
            body: &body,
        };
        if let Some(cost) = gauge.cost(&sent) {
            exchange.cost = Some(u32::try_from(cost).unwrap_or(u32::MAX));
        }
        Flow::Continue(())
    }

    fn plan<'s>(&'s self, exchange: &Exchange<'_>) -> Option<&'s Plan> {
        if exchange.route.settings.mode == Mode::Off {
            return None;
        }
        self.plans.get(exchange.route.index)?.as_ref()
    }

    /// The body without its coding; none when it cannot be read and only noted.
    fn plain<'b>(
        &self,
        exchange: &mut Exchange<'_>,
        body: &'b [u8],
    ) -> std::ops::ControlFlow<Answer, Option<Cow<'b, [u8]>>> {
        let most = exchange.gate.config.limits.buffered_bytes_max;
        let problem = match decode(&exchange.head.headers, body, most) {
            Ok(plain) => return std::ops::ControlFlow::Continue(Some(plain)),
            Err(problem) => problem.to_string(),
        };
        if exchange.route.settings.mode == Mode::Detect {
            exchange.note(Self::NAME, problem);
            return std::ops::ControlFlow::Continue(None);
        }
        exchange.refuse(Self::NAME, StatusCode::UNSUPPORTED_MEDIA_TYPE, problem).map_continue(|()| None)
    }
}

impl Plan {
    /// The path as the document knows it: the whole one, or what the upstream gets when the route takes the beginning away.
    fn path<'e>(&self, exchange: &'e Exchange<'_>) -> &'e str {
        let wire = exchange.path.wire.as_str();
        let rest = wire.get(exchange.route.prefix(wire).len()..).unwrap_or(wire);
        match &self.api {
            Some((api, _)) if rest.len() < wire.len() && api.route(wire).is_none() => {
                if rest.is_empty() {
                    "/"
                } else {
                    rest
                }
            }
            _ => wire,
        }
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Violation> {
        if self.is_preflight(seen) {
            return Vec::new();
        }
        let media = content_type(seen.headers);
        if seen.headers.get_all(CONTENT_TYPE).iter().nth(1).is_some() {
            return vec![violation("content-type", "stands there more than once")];
        }
        let mut violations = Vec::new();
        if let Some((api, strictness)) = &self.api {
            violations.extend(check_api(api, *strictness, seen, media));
        }
        let reads_json = self.graphql.is_some() && !media.starts_with("application/graphql");
        if (reads_json || documents::is_json(media)) && !seen.body.is_empty() {
            violations.extend(documents::doubts(seen.body));
        }
        if let Some(validator) = &self.json
            && (!seen.body.is_empty() || matches!(seen.method, "POST" | "PUT" | "PATCH"))
        {
            violations.extend(documents::check(validator, media, seen.body));
        }
        if let Some(gauge) = self.graphql.as_ref().filter(|_| !seen.is_upgrade) {
            let sent = graphql::Sent { query: seen.query, content_type: media, body: seen.body };
            violations.extend(gauge.check(&sent));
        }
        violations
    }

    /// A browser's question before a request (Fetch, section 3.3.2): documents seldom name it. It has no body, and asks for a method
    /// that the document names.
    fn is_preflight(&self, seen: &Seen<'_>) -> bool {
        let asked = seen.headers.get(ACCESS_CONTROL_REQUEST_METHOD).and_then(|value| value.to_str().ok());
        let Some(asked) = asked else { return false };
        seen.method == Method::OPTIONS.as_str()
            && seen.body.is_empty()
            && seen.headers.contains_key(ORIGIN)
            && self.api.as_ref().is_none_or(|(api, _)| api.security(asked, seen.path).is_some())
    }

    /// RFC 9110, section 15.5.6.
    fn allowed(&self, path: &str) -> Option<HeaderValue> {
        let (api, _) = self.api.as_ref()?;
        let known: Vec<&str> =
            METHODS.into_iter().filter(|method| api.security(method, path).is_some()).collect();
        HeaderValue::from_str(&known.join(", ")).ok()
    }
}

fn plan(
    config: &Config,
    route: &crate::config::Route,
    apis: &BTreeMap<&str, Arc<Api>>,
) -> Result<Option<Plan>, ConfigError> {
    let settings = &route.schema;
    let at = |what: &str| format!("route.{}.schema.{what}", route.name);
    if settings.api.is_none() && settings.json.is_none() && settings.graphql.is_none() {
        return match settings.responses {
            None => Ok(None),
            Some(_) => Err(ConfigError::setting(at("responses"), "needs a document; add `api`")),
        };
    }
    let mut responses = Responses::Off;
    let mut api = None;
    if let Some(name) = &settings.api {
        let (Some(known), Some(general)) = (apis.get(name.as_str()), config.schema.api.get(name)) else {
            let message = format!("no document is called `{name}`; add `[schema.api.{name}]`");
            return Err(ConfigError::setting(at("api"), message));
        };
        responses = settings.responses.unwrap_or(general.responses);
        api = Some((Arc::clone(known), Strictness { unknown_query: general.strict }));
    }
    let json = settings.json.as_ref().map(|path| documents::schema(config, &at("json"), path)).transpose()?;
    let limits = &config.rate.limits;
    let charges = limits.iter().any(|limit| limit.count == access::limit::Count::Cost && !limit.is_before());
    let graphql = settings.graphql.as_ref().map(|settings| graphql::Gauge::new(settings, charges));
    Ok(Some(Plan { api, json, graphql, responses }))
}

fn check_api(api: &Api, strictness: Strictness, seen: &Seen<'_>, media: &str) -> Vec<Violation> {
    let (mut headers, mut cookies) = (Fields::default(), Fields::default());
    for (name, value) in seen.headers {
        headers.push(name.as_str().as_bytes(), value.as_bytes());
    }
    for value in seen.headers.get_all(COOKIE) {
        waf::body::read_cookies(value.as_bytes(), &mut cookies);
    }
    let request = Request {
        method: seen.method,
        path: seen.path,
        query: seen.query,
        headers: &headers,
        cookies: &cookies,
        content_type: media,
        body: seen.body,
    };
    api.check_request(&request, strictness)
}

fn status_of(violations: &[Violation]) -> StatusCode {
    let is_at = |place: &str| violations.iter().any(|violation| violation.place == place);
    if is_at("path") {
        StatusCode::NOT_FOUND
    } else if is_at("method") {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::BAD_REQUEST
    }
}

/// Empty when there is none, or none that is text.
fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What of an answer's body is compared; none when it cannot be compared, which is told.
async fn response_body(
    exchange: &mut Exchange<'_>,
    answer: &mut Answer,
    media: &str,
    most: usize,
) -> Result<Option<Vec<u8>>, String> {
    if exchange.head.method == Method::HEAD || http_body::Body::is_end_stream(answer.body()) {
        return Ok(Some(Vec::new()));
    }
    if !documents::is_json(media) && !media.starts_with("text/") {
        return Ok(Some(SOME_BODY.to_vec()));
    }
    let (start, is_whole) =
        answer.body_mut().start(most).await.map_err(|error| format!("it broke off: {error}"))?;
    if !is_whole {
        exchange.uninspected = Some("a response body too large for its schema");
        return Ok(None);
    }
    match decode(answer.headers(), &start, most) {
        Ok(plain) => Ok(Some(plain.into_owned())),
        Err(problem) => {
            exchange.note(Schema::NAME, format!("the answer: {problem}"));
            Ok(None)
        }
    }
}

/// Answers that never end, or are parts.
fn is_endless(exchange: &Exchange<'_>, answer: &Answer) -> bool {
    content_type(answer.headers()).starts_with("text/event-stream")
        || exchange.route.settings.streamed
        || is_grpc(answer.headers())
        || matches!(answer.status(), StatusCode::SWITCHING_PROTOCOLS | StatusCode::PARTIAL_CONTENT)
        || exchange.is_stream()
}
