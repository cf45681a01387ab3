//! Triggers that a front end read from its own event syntax (SAM `Events`, serverless.yml `events`).
use model::Kind;

use crate::lower::{Mapping, field};

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
