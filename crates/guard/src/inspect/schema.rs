//! Events and answers against the schemas of the policy.
use super::problem::Problem;
use crate::Layer;
use access::encode;
use policy::SchemaOrigin;
use waf::Fields;
use waf::event::{HttpRequest, Parsed, Tree, Trigger, parse};
use waf::schema::{Api, BODY_LIMITS, Request, Strictness, Validator};

/// Differences that are told.
const TOLD_MAX: usize = 3;

/// A schema, ready.
#[derive(Debug)]
pub(super) struct Checker {
    openapi: Option<Api>,
    json: Option<Validator>,
    /// Learned, and nobody locked it: differences are told, not refused.
    pub(super) is_told_only: bool,
}

/// Compiles a schema of a policy.
pub(super) fn read(schema: &policy::Schema) -> Result<Checker, String> {
    let told = |problems: Vec<waf::schema::Problem>| {
        let each = problems.iter().map(|one| format!("{}: {}", one.place, one.message));
        each.collect::<Vec<_>>().join("; ")
    };
    let openapi = schema.openapi.as_ref().map(Api::read).transpose().map_err(told)?;
    let json = schema.json.as_ref().map(Validator::read).transpose().map_err(told)?;
    let is_told_only = schema.origin == SchemaOrigin::Learned && schema.locked_by.is_none();
    Ok(Checker { openapi, json, is_told_only })
}

impl Checker {
    /// Whether it speaks of JSON, which must be parsed for it.
    pub(super) fn wants_json(&self) -> bool {
        self.json.is_some()
    }

    /// A request against the OpenAPI document.
    pub(super) fn request(&self, http: &HttpRequest, paths: &[&str]) -> Result<(), Problem> {
        let Some(api) = &self.openapi else { return Ok(()) };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let target = text(&http.target);
        let (raw, query) = target.split_once('?').unwrap_or((&target, ""));
        let path = paths.iter().find(|path| api.route(path).is_some()).copied().unwrap_or(raw);
        let content_type = http.headers.first(b"content-type").map(text).unwrap_or_default();
        let mut cookies = Fields::default();
        for field in http.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(b"cookie")) {
            waf::body::read_cookies(field.value, &mut cookies);
        }
        let method = text(&http.method);
        let request = Request {
            method: &method,
            path,
            query,
            headers: &http.headers,
            cookies: &cookies,
            content_type: &content_type,
            body: &http.body,
        };
        let found = api.check_request(&request, Strictness::default());
        let Some(first) = found.first() else { return Ok(()) };
        let all: Vec<String> =
            found.iter().take(TOLD_MAX).map(|one| format!("{}: {}", one.place, one.message)).collect();
        let status = match first.place.as_str() {
            "path" => 404,
            "method" => 405,
            _ => 400,
        };
        let reason = format!("the request is not as the API's description says: {}", all.join("; "));
        Err(Problem::new(Layer::Schema, status, reason).rule(first.place.clone()))
    }

    /// An answer to a request against the OpenAPI document; a route that the document does not name says nothing of it.
    pub(super) fn response(
        &self,
        http: &HttpRequest,
        status: u16,
        content: (&str, &[u8]),
    ) -> Result<(), Problem> {
        let Some(api) = &self.openapi else { return Ok(()) };
        let (method, target) = (String::from_utf8_lossy(&http.method), String::from_utf8_lossy(&http.target));
        let path = target.split('?').next().unwrap_or_default();
        if api.route(path).is_none() {
            return Ok(());
        }
        let found = api.check_response(&method, path, status, content);
        let Some(first) = found.first() else { return Ok(()) };
        let reason =
            format!("the answer is not as the API's description says: {}: {}", first.place, first.message);
        Err(Problem::new(Layer::Response, 502, super::problem::shown(&reason)).rule(first.place.clone()))
    }

    pub(super) fn wants_openapi(&self) -> bool {
        self.openapi.is_some()
    }

    /// A payload against the JSON Schema.
    pub(super) fn payload(&self, value: Tree<'_, '_>, layer: Layer) -> Result<(), Problem> {
        let Some(validator) = &self.json else { return Ok(()) };
        let violations = validator.violations(value);
        let Some(first) = violations.first() else { return Ok(()) };
        let all: Vec<String> = violations
            .iter()
            .take(TOLD_MAX)
            .map(|one| format!("{}: {}", place(&one.place), one.message))
            .collect();
        let what = if layer == Layer::Response { "answer" } else { "event" };
        let status = if layer == Layer::Response { 502 } else { 400 };
        let reason =
            super::problem::shown(&format!("the {what} is not as its schema says: {}", all.join("; ")));
        Err(Problem::new(layer, status, reason).rule(place(&first.place)))
    }

    /// What the function reads of one record of an event, which is no request, against the JSON Schema.
    pub(super) fn record(&self, event: Tree<'_, '_>, trigger: Trigger, at: usize) -> Result<(), Problem> {
        let check = |value: Tree<'_, '_>| self.payload(value, Layer::Schema);
        let record = || event.at("Records").and_then(|records| records.items().nth(at));
        let text =
            |path: &str| record().map(|record| record.at(path).and_then(Tree::text).unwrap_or_default());
        match trigger {
            Trigger::DynamoDb | Trigger::S3 | Trigger::Ses => record().map_or(Ok(()), check),
            Trigger::Sqs => text("body").map_or(Ok(()), |body| as_read(body.as_bytes(), check)),
            Trigger::Sns => text("Sns.Message").map_or(Ok(()), |message| as_read(message.as_bytes(), check)),
            Trigger::Kinesis => text("kinesis.data")
                .map_or(Ok(()), |data| of_body(&encode::from_base64(data).unwrap_or_default(), check)),
            _ if at > 0 => Ok(()),
            Trigger::EventBridge => event.at("detail").map_or_else(|| of_body(b"", check), check),
            _ => check(event),
        }
    }
}

/// A place within a value: the whole has a name, too.
fn place(pointer: &str) -> String {
    if pointer.is_empty() { "/".to_owned() } else { super::problem::shown(pointer) }
}

/// Bytes as the function parses them: JSON, or a text.
fn as_read<R>(bytes: &[u8], check: impl FnOnce(Tree<'_, '_>) -> R) -> R {
    match parse(bytes, &BODY_LIMITS) {
        Ok(parsed) => check(parsed.tree()),
        Err(_) => check(Parsed::of_text(&String::from_utf8_lossy(bytes), &BODY_LIMITS).tree()),
    }
}

/// A body as the function parses it.
pub(super) fn of_body<R>(bytes: &[u8], check: impl FnOnce(Tree<'_, '_>) -> R) -> R {
    as_read(if bytes.is_empty() { b"null" } else { bytes }, check)
}
