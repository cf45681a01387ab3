//! `Events` of functions and state machines: one [`TRIGGER`] each.
use std::collections::BTreeMap;

use model::{Data, Entry, ProblemKind, Span, Value};

use super::super::resolve::Scope;
use super::{access, entry, reference};
use crate::aws::TRIGGER;
use crate::resource::Resource;

/// One event type: what the model calls it, and where its properties go.
struct EventType {
    /// As SAM calls it.
    name: &'static str,
    event: &'static str,
    /// The property with the source of its events.
    source: &'static str,
    fields: &'static [&'static [(&'static str, &'static str)]],
}

const fn event(
    name: &'static str,
    event: &'static str,
    source: &'static str,
    fields: &'static [&'static [(&'static str, &'static str)]],
) -> EventType {
    EventType { name, event, source, fields }
}

/// What event source mappings have in common: attribute, property.
const POLLED: &[(&str, &str)] = &[
    ("enabled", "Enabled"),
    ("batch_size", "BatchSize"),
    ("batch_window_seconds", "MaximumBatchingWindowInSeconds"),
    ("filter", "FilterCriteria.Filters"),
    ("on_failure", "DestinationConfig.OnFailure.Destination"),
    ("key", "KmsKeyArn"),
];
const STREAMED: &[(&str, &str)] = &[
    ("retries", "MaximumRetryAttempts"),
    ("record_age_seconds", "MaximumRecordAgeInSeconds"),
    ("bisect", "BisectBatchOnFunctionError"),
    ("parallelization", "ParallelizationFactor"),
    ("starting_position", "StartingPosition"),
];
const SIGNED_IN: &[(&str, &str)] = &[
    ("authentication", "SourceAccessConfigurations"),
    ("starting_position", "StartingPosition"),
    ("retries", "MaximumRetryAttempts"),
    ("record_age_seconds", "MaximumRecordAgeInSeconds"),
    ("bisect", "BisectBatchOnFunctionError"),
];
const QUEUED: &[(&str, &str)] = &[("concurrency", "ScalingConfig.MaximumConcurrency")];
const RULED: &[(&str, &str)] = &[
    ("pattern", "Pattern"),
    ("pattern", "EventPattern"),
    ("schedule", "Schedule"),
    ("schedule", "ScheduleExpression"),
    ("enabled", "Enabled"),
    ("on_failure", "DeadLetterConfig.Arn"),
    ("retries", "RetryPolicy.MaximumRetryAttempts"),
    ("record_age_seconds", "RetryPolicy.MaximumEventAgeInSeconds"),
    ("key", "KmsKeyArn"),
];
const OBJECTS: &[(&str, &str)] = &[("filter", "Filter"), ("pattern", "Events")];
const TOPICS: &[(&str, &str)] = &[
    ("filter", "FilterPolicy"),
    ("on_failure", "RedrivePolicy.deadLetterTargetArn"),
    ("batch_size", "SqsSubscription.BatchSize"),
    ("enabled", "SqsSubscription.Enabled"),
];
const NAMED: &[(&str, &str)] = &[("filter", "FilterPattern"), ("pattern", "Sql"), ("pattern", "Trigger")];

const EVENTS: &[EventType] = &[
    event("Api", "rest-api", "", &[&[("input_schema", "RequestModel.Model")]]),
    event("HttpApi", "http-api", "", &[&[("throttle", "RouteSettings")]]),
    event("WebSocketApi", "websocket", "", &[]),
    event("S3", "object-store", "Bucket", &[OBJECTS]),
    event("SNS", "topic", "Topic", &[TOPICS]),
    event("SQS", "queue", "Queue", &[POLLED, QUEUED]),
    event("Kinesis", "stream", "Stream", &[POLLED, STREAMED]),
    event("DynamoDB", "table-stream", "Stream", &[POLLED, STREAMED]),
    event("DocumentDB", "document-stream", "Cluster", &[POLLED, SIGNED_IN]),
    event("MSK", "kafka", "Stream", &[POLLED, SIGNED_IN]),
    event("SelfManagedKafka", "kafka", "KafkaBootstrapServers", &[POLLED, SIGNED_IN]),
    event("MQ", "broker", "Broker", &[POLLED, SIGNED_IN]),
    event("Schedule", "schedule", "", &[RULED]),
    event("ScheduleV2", "schedule", "", &[RULED]),
    event("CloudWatchEvent", "event-bus", "EventBusName", &[RULED]),
    event("EventBridgeRule", "event-bus", "EventBusName", &[RULED]),
    event("CloudWatchLogs", "logs", "LogGroupName", &[NAMED]),
    event("Cognito", "identity-pool", "UserPool", &[NAMED]),
    event("IoTRule", "iot", "", &[NAMED]),
    event("AlexaSkill", "voice", "", &[]),
];

/// The types whose `Events` start them.
const STARTED: &[&str] = &["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];

/// The triggers of one function or state machine.
pub(super) fn triggers(
    scope: &mut Scope<'_, '_>,
    started: &Resource,
    all: &BTreeMap<&str, &Resource>,
) -> Vec<Resource> {
    if !STARTED.contains(&started.provider_type.as_str()) {
        return Vec::new();
    }
    let events = started.properties.get("Events");
    if let Some(events) = events.filter(|events| !matches!(events.data, Data::Map(_) | Data::Null)) {
        let message = format!("the events of `{}` are not known", started.name);
        let help = "its triggers are not in the model; give the parameters values, or repair `Events`";
        scope.tell(ProblemKind::Unresolved, events.at, message, help);
    }
    let events = events.map_or(&[][..], Value::entries);
    events.iter().filter_map(|written| trigger(scope, started, written, all)).collect()
}

fn trigger(
    scope: &mut Scope<'_, '_>,
    started: &Resource,
    written: &Entry,
    all: &BTreeMap<&str, &Resource>,
) -> Option<Resource> {
    let kind = written.value.path("Type").map(Value::display).unwrap_or_default();
    let Some(known) = EVENTS.iter().find(|known| known.name == kind) else {
        let message =
            format!("event `{}` of `{}` has the unknown type `{kind}`", written.key.text, started.name);
        scope.tell(
            ProblemKind::Unsupported,
            written.key.at,
            message,
            "it is not in the model; correct the type",
        );
        return None;
    };
    let at = written.key.at.to(written.value.at);
    let empty = Value::new(written.value.at, Data::Map(Vec::new()));
    let properties = written.value.get("Properties").unwrap_or(&empty);
    let mut entries = vec![
        entry("event", Value::text(written.key.at, known.event)),
        entry("function", reference(&started.name, written.key.at)),
    ];
    let value = |name: &str| properties.path(name).filter(|value| !value.is_null());
    for (attribute, property) in known.fields.iter().copied().flatten() {
        if let Some(value) = value(property)
            && !entries.iter().any(|entry| entry.key.text == *attribute)
        {
            entries.push(entry(attribute, value.clone()));
        }
    }
    if let Some(source) = value(known.source).filter(|_| !known.source.is_empty()) {
        entries.push(entry("source", source.clone()));
    }
    if let Some(types) = value("FunctionResponseTypes") {
        let reports = types.one_or_many().iter().any(|kind| kind.as_str() == Some("ReportBatchItemFailures"));
        entries.push(entry("partial_failures", Value::new(types.at, Data::Bool(reports))));
    }
    if let Some(state) = value("State") {
        let enabled = state.as_str().map(|state| Data::Bool(!state.starts_with("DISABLED")));
        entries.push(entry("enabled", Value::new(state.at, enabled.unwrap_or_else(|| state.data.clone()))));
    }
    match known.name {
        "Api" | "HttpApi" | "WebSocketApi" => {
            entries.extend(http(scope, known, properties, all, written.key.at))
        }
        // Any skill may call when none is named.
        "AlexaSkill" if value("SkillId").is_none() => {
            entries.push(entry("exposure", Value::text(written.key.at, "public")));
        }
        "AlexaSkill" => entries.push(entry("exposure", Value::text(written.key.at, "authenticated"))),
        _ => entries.push(entry("exposure", Value::text(written.key.at, "internal"))),
    }
    let name = format!("{}{}", started.name, written.key.text);
    let mut made = Resource::new(name, TRIGGER, Value::new(written.value.at, Data::Map(entries)));
    made.span = at;
    made.name_at = written.key.at;
    Some(made)
}

/// What only a route of an API has: its API, method, path, and who may call it.
fn http(
    scope: &Scope<'_, '_>,
    known: &EventType,
    properties: &Value,
    all: &BTreeMap<&str, &Resource>,
    at: Span,
) -> Vec<Entry> {
    let (named, implicit) = match known.name {
        "Api" => ("RestApiId", IMPLICIT_REST),
        _ => ("ApiId", IMPLICIT_HTTP),
    };
    let api = match properties.get(named) {
        // SAM takes the bare logical id as well.
        Some(Value { at, data: Data::Text(name) }) => reference(&format!("{}{name}", scope.prefix), *at),
        Some(api) => api.clone(),
        None => reference(&format!("{}{implicit}", scope.prefix), at),
    };
    let target = api.first_reference().map(|reference| reference.target.as_str());
    let resource = target.and_then(|target| all.get(target)).copied();
    let method = properties.get("Method").map(|method| match method.as_str() {
        Some(text) if text.eq_ignore_ascii_case("x-amazon-apigateway-any-method") => text_at(method, "ANY"),
        Some(text) => text_at(method, &text.to_ascii_uppercase()),
        None => method.clone(),
    });
    let method = method.unwrap_or_else(|| Value::text(at, "ANY"));
    let path = properties.get("Path").or_else(|| properties.get("RouteKey")).cloned();
    let path = path.unwrap_or_else(|| Value::text(at, "$default"));
    let route = access::Route { api: resource, event: properties, method: &method, path: &path, at };
    let access = route.access();
    let mut entries = vec![entry("api", api), entry("method", method), entry("path", path)];
    entries.push(entry("exposure", access.exposure));
    entries.extend(access.auth.map(|auth| entry("auth", auth)));
    entries.extend(resource.and_then(access::cors_origins).map(|origins| entry("cors_origins", origins)));
    entries
}

fn text_at(like: &Value, text: &str) -> Value {
    Value::text(like.at, text)
}

const IMPLICIT_REST: &str = "ServerlessRestApi";
const IMPLICIT_HTTP: &str = "ServerlessHttpApi";

/// The APIs that SAM makes for events that name none, with what `Globals` says of APIs.
pub(super) fn implicit_apis(scope: &mut Scope<'_, '_>, resources: &[Resource]) -> Vec<Resource> {
    let apis = [
        ("Api", "RestApiId", IMPLICIT_REST, "AWS::Serverless::Api", "Prod"),
        ("HttpApi", "ApiId", IMPLICIT_HTTP, "AWS::Serverless::HttpApi", "$default"),
    ];
    let mut made = Vec::new();
    for (event_type, named, name, provider_type, stage) in apis {
        let name = format!("{}{name}", scope.prefix);
        let asks = |entry: &&Entry| {
            let is_type = entry.value.get("Type").and_then(Value::as_str) == Some(event_type);
            is_type && entry.value.path("Properties").and_then(|properties| properties.get(named)).is_none()
        };
        let started = resources.iter().filter(|resource| {
            STARTED.contains(&resource.provider_type.as_str()) && super::is_own(scope, resource)
        });
        let events =
            started.flat_map(|resource| resource.properties.get("Events").map_or(&[][..], Value::entries));
        let Some(at) = events.filter(asks).map(|entry| entry.key.at).next() else { continue };
        if resources.iter().any(|resource| resource.name == name) {
            continue;
        }
        let template = scope.template;
        let globals = template.get("Globals").and_then(|globals| globals.get(event_type));
        let globals = globals.and_then(|globals| scope.resolve(globals));
        let mut entries = globals.map_or_else(Vec::new, |globals| globals.entries().to_vec());
        if !entries.iter().any(|entry| entry.key.text == "StageName") {
            entries.push(entry("StageName", Value::text(at, stage)));
        }
        let mut api = Resource::new(name, provider_type, Value::new(at, Data::Map(entries)));
        api.implicit = true;
        made.push(api);
    }
    made
}
