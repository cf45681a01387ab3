//! What starts functions: triggers that a front end read from its own event syntax (SAM `Events`,
//! serverless.yml `events`), and those that follow from other resources.
mod derived;
mod routes;
mod sites;
#[cfg(test)]
mod tests;

use model::{Kind, NodeId, Value};

use crate::lower::{Lowering, Mapping, field};
use crate::resource::Resource;

/// The provider type of such a resource. Its properties are called as [`model::schema`] calls the
/// attributes of [`Kind::Trigger`].
pub(crate) const TRIGGER: &str = "buckler::Trigger";

pub(super) const MAPPINGS: &[Mapping] = &[Mapping::new(
    &[TRIGGER],
    Kind::Trigger,
    &[
        field("event", "event"),
        field("function", "function"),
        field("source", "source"),
        field("api", "api"),
        field("exposure", "exposure"),
        field("auth", "auth"),
        field("method", "method"),
        field("path", "path"),
        field("enabled", "enabled"),
        field("batch_size", "batch_size"),
        field("batch_window_seconds", "batch_window_seconds"),
        field("filter", "filter"),
        field("on_failure", "on_failure"),
        field("retries", "retries"),
        field("record_age_seconds", "record_age_seconds"),
        field("bisect", "bisect"),
        field("partial_failures", "partial_failures"),
        field("concurrency", "concurrency"),
        field("parallelization", "parallelization"),
        field("schedule", "schedule"),
        field("pattern", "pattern"),
        field("authentication", "authentication"),
        field("starting_position", "starting_position"),
        field("cors_origins", "cors_origins"),
        field("throttle", "throttle"),
        field("input_schema", "input_schema"),
        field("key", "key"),
    ],
)
.owner("function")];

/// Triggers that follow from the graph: notifications, subscriptions, rules, routes, permissions.
pub(super) fn finish(lowering: &mut Lowering<'_>) {
    let found = derived::find(lowering);
    derived::add(lowering, found);
    let granted = derived::from_permissions(lowering);
    derived::add(lowering, granted);
}

/// An event source mapping: which kind of source it polls.
pub(super) fn event_source(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let event = event_of(lowering, resource);
    let at = resource.name_at;
    if let Some(event) = event {
        lowering.set(id, "event", Value::text(at, event));
    }
    lowering.set(id, "exposure", Value::text(at, "internal"));
}

fn event_of(lowering: &Lowering<'_>, resource: &Resource) -> Option<&'static str> {
    let properties = &resource.properties;
    let marks = [
        ("SelfManagedEventSource", "kafka"),
        ("self_managed_event_source", "kafka"),
        ("AmazonManagedKafkaEventSourceConfig", "kafka"),
        ("amazon_managed_kafka_event_source_config", "kafka"),
        ("DocumentDBEventSourceConfig", "document-stream"),
        ("document_db_event_source_config", "document-stream"),
        ("Queues", "broker"),
        ("queues", "broker"),
    ];
    if let Some((_, event)) = marks.iter().find(|(name, _)| properties.get(name).is_some()) {
        return Some(event);
    }
    let source = properties.get("EventSourceArn").or_else(|| properties.get("event_source_arn"))?;
    let kind = lowering.target(source).and_then(|id| lowering.node(id)).map(|node| node.kind);
    match kind {
        Some(Kind::Queue) => return Some("queue"),
        Some(Kind::Stream) => return Some("stream"),
        Some(Kind::Table) => return Some("table-stream"),
        Some(Kind::DatabaseCluster) => return Some("document-stream"),
        _ => {}
    }
    let text = source.display();
    let services = [
        (":sqs:", "queue"),
        (":kinesis:", "stream"),
        (":dynamodb:", "table-stream"),
        (":kafka:", "kafka"),
        (":mq:", "broker"),
        (":rds:", "document-stream"),
    ];
    services.iter().find(|(service, _)| text.contains(service)).map(|(_, event)| *event)
}
