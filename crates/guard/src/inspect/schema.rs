//! Events and answers against the schemas of the policy.
use super::problem::Problem;
use crate::Layer;
use access::encode;
use jsonschema::{Draft, PatternOptions, Validator};
use policy::SchemaOrigin;
use serde_json::Value;
use waf::Fields;
use waf::event::{EventLimits, HttpRequest, Tree, Trigger};
use waf::schema::{Api, Quick, Request, Strictness};

/// Steps that a pattern with look-around may take on one value.
const PATTERN_STEPS_MAX: usize = 50_000;
/// Differences that are told.
const TOLD_MAX: usize = 3;

/// A schema, ready.
#[derive(Debug)]
pub(super) struct Checker {
    openapi: Option<Api>,
    json: Option<Validator>,
    /// What decides about most values before the library has to.
    quick: Option<Quick>,
    /// Learned, and nobody locked it: differences are told, not refused.
    pub(super) is_told_only: bool,
}

/// Compiles a schema of a policy.
pub(super) fn read(schema: &policy::Schema) -> Result<Checker, String> {
    let openapi = match &schema.openapi {
        Some(document) => Some(Api::read(document).map_err(|problems| {
            problems
                .iter()
                .map(|one| format!("{}: {}", one.place, one.message))
                .collect::<Vec<_>>()
                .join("; ")
        })?),
        None => None,
    };
    let options =
        || jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).offline();
    let json = match &schema.json {
        Some(json) => {
            let linear = options().with_pattern_options(PatternOptions::regex()).build(json);
            let bounded = || {
                options()
                    .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS_MAX))
                    .build(json)
            };
            Some(linear.or_else(|_| bounded()).map_err(|error| error.to_string())?)
        }
        None => None,
    };
    let is_told_only = schema.origin == SchemaOrigin::Learned && schema.locked_by.is_none();
    let quick = schema.json.as_ref().and_then(Quick::read);
    Ok(Checker { openapi, json, quick, is_told_only })
}

impl Checker {
    /// Whether it speaks of JSON, which must be parsed for it.
    pub(super) fn wants_json(&self) -> bool {
        self.json.is_some()
    }

    /// Whether all that the function reads of an event surely is as the JSON Schema says. `body` is the parsed body of a request.
    pub(super) fn is_surely_valid(
        &self,
        event: Tree<'_, '_>,
        body: Option<Tree<'_, '_>>,
        trigger: Trigger,
    ) -> bool {
        let Some(quick) = &self.quick else { return false };
        match body {
            Some(body) => quick.is_surely_valid(body),
            None if trigger.is_http() && trigger != Trigger::AppSync => false,
            None => each_is(event, trigger, &|tree| quick.is_surely_valid(tree)),
        }
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
    pub(super) fn payload(&self, value: &Value, layer: Layer) -> Result<(), Problem> {
        let Some(validator) = &self.json else { return Ok(()) };
        if validator.is_valid(value) {
            return Ok(());
        }
        let all: Vec<String> = validator
            .iter_errors(value)
            .take(TOLD_MAX)
            .map(|error| format!("{}: {}", place(&error.instance_path().to_string()), error.masked()))
            .collect();
        let at = validator.iter_errors(value).next().map(|error| error.instance_path().to_string());
        let what = if layer == Layer::Response { "answer" } else { "event" };
        let status = if layer == Layer::Response { 502 } else { 400 };
        let reason =
            super::problem::shown(&format!("the {what} is not as its schema says: {}", all.join("; ")));
        Err(Problem::new(layer, status, reason).rule(place(&at.unwrap_or_default())))
    }
}

/// A place within a value: the whole has a name, too.
fn place(pointer: &str) -> String {
    if pointer.is_empty() { "/".to_owned() } else { super::problem::shown(pointer) }
}

/// Whether something holds for each payload, as [`payloads`] has them; also where one cannot be seen as a tree: never.
fn each_is(event: Tree<'_, '_>, trigger: Trigger, holds: &dyn Fn(Tree<'_, '_>) -> bool) -> bool {
    let records = |check: &dyn Fn(Tree<'_, '_>) -> bool| {
        event.at("Records").is_some_and(|records| records.items().all(check))
    };
    let limits = EventLimits::default();
    let text = |record: Tree<'_, '_>, path: &str| {
        let text = record.at(path).and_then(Tree::text).unwrap_or_default();
        waf::event::parse(text.as_bytes(), &limits).is_ok_and(|parsed| holds(parsed.tree()))
    };
    match trigger {
        Trigger::DynamoDb | Trigger::S3 | Trigger::Ses => records(holds),
        Trigger::EventBridge => event.at("detail").is_some_and(holds),
        Trigger::Sqs => records(&|record| text(record, "body")),
        Trigger::Sns => records(&|record| text(record, "Sns.Message")),
        Trigger::Kinesis => false,
        _ => holds(event),
    }
}

/// What the function reads of an event that is no request: one payload for each record.
pub(super) fn payloads(mut event: Value, trigger: Trigger) -> Vec<Value> {
    match trigger {
        Trigger::DynamoDb | Trigger::S3 | Trigger::Ses => {
            return match event.get_mut("Records").map(Value::take) {
                Some(Value::Array(records)) => records,
                _ => Vec::new(),
            };
        }
        Trigger::EventBridge => return vec![event.get_mut("detail").map(Value::take).unwrap_or_default()],
        Trigger::Sqs | Trigger::Sns | Trigger::Kinesis => {}
        _ => return vec![event],
    }
    let records =
        |name: &str| event.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |record: &Value, pointer: &str| {
        record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    match trigger {
        Trigger::Sqs => records("Records").iter().map(|record| parsed(&text(record, "/body"))).collect(),
        Trigger::Sns => {
            records("Records").iter().map(|record| parsed(&text(record, "/Sns/Message"))).collect()
        }
        Trigger::Kinesis => {
            let data =
                |record: &Value| encode::from_base64(&text(record, "/kinesis/data")).unwrap_or_default();
            records("Records").iter().map(|record| of_body(&data(record))).collect()
        }
        _ => Vec::new(),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// A body as the function parses it.
pub(super) fn of_body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
