//! Events that Lambda fetches from queues, streams and brokers.
use model::Value;

use super::Event;
use crate::serverless::build::{Properties, list, set};

/// The attribute of a trigger, and where the event says it.
const SETTINGS: &[(&str, &str)] = &[
    ("batch_size", "batchSize"),
    ("batch_window_seconds", "maximumBatchingWindow"),
    ("batch_window_seconds", "batchWindow"),
    ("enabled", "enabled"),
    ("starting_position", "startingPosition"),
    ("retries", "maximumRetryAttempts"),
    ("record_age_seconds", "maximumRecordAgeInSeconds"),
    ("bisect", "bisectBatchOnFunctionError"),
    ("parallelization", "parallelizationFactor"),
    ("concurrency", "maximumConcurrency"),
    ("filter", "filterPatterns"),
    ("key", "kmsKeyArn"),
];

pub(super) fn trigger(event: &Event<'_>) -> Properties {
    let mut properties = event.internal(kind(event));
    properties.copy(event.value, SETTINGS);
    properties.put("source", event.setting_or_value("arn").cloned());
    if let Some(failed) = event.setting("destinations.onFailure") {
        properties.put("on_failure", Some(set(failed, "arn").unwrap_or(failed).clone()));
    }
    if let Some(response) = event.setting("functionResponseType") {
        properties.flag("partial_failures", response.at, true);
    }
    properties.put("authentication", authentication(event.value));
    properties
}

fn kind(event: &Event<'_>) -> &'static str {
    match event.key.text.as_str() {
        "sqs" => "queue",
        "msk" | "kafka" => "kafka",
        "documentdb" => "document-stream",
        "stream" => {
            let said = event.setting("type").and_then(Value::as_str);
            let arn = event.setting_or_value("arn").map(Value::display).unwrap_or_default();
            let is_table = said == Some("dynamodb") || arn.contains(":dynamodb:");
            if is_table { "table-stream" } else { "stream" }
        }
        _ => "broker",
    }
}

/// How the trigger signs in, in any of the ways that brokers and Kafka have.
fn authentication(settings: &Value) -> Option<Value> {
    const WAYS: &[&str] = &[
        "accessConfigurations",
        "saslScram512",
        "saslScram512Auth",
        "basicAuthArn",
        "auth",
        "clientCertificateTlsAuth",
    ];
    let found: Vec<Value> = WAYS.iter().filter_map(|way| set(settings, way)).cloned().collect();
    let first = found.first()?.at;
    Some(list(first, found))
}
