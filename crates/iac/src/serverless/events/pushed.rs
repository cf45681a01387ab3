//! Events that other services send: schedules, buckets, topics, buses, user pools and the like.
use model::{Data, Value};

use super::Event;
use crate::serverless::build::{Properties, alphanumeric, arn_of, list, reference};
use crate::serverless::template::{Origin, Template};

/// `schedule: rate(1 hour)`, also several rates at once: a trigger for each.
pub(super) fn schedules(event: &Event<'_>) -> Vec<Properties> {
    let rates: Vec<&Value> = match event.setting_or_value("rate") {
        Some(rate) => rate.one_or_many().iter().collect(),
        None => vec![event.value],
    };
    let one = |rate: &Value| {
        let mut properties = event.internal("schedule");
        properties.put("schedule", Some(rate.clone()));
        properties.copy(
            event.value,
            &[
                ("enabled", "enabled"),
                ("on_failure", "deadLetterQueueArn"),
                ("retries", "retryPolicy.maximumRetryAttempts"),
                ("record_age_seconds", "retryPolicy.maximumEventAge"),
            ],
        );
        properties
    };
    rates.into_iter().map(one).collect()
}

/// `s3: bucket`, `s3: { bucket, event, rules, existing }`. One that does not exist is made.
pub(super) fn bucket(event: &Event<'_>, template: &mut Template) -> Properties {
    let mut properties = event.internal("object-store");
    let bucket = event.setting_or_value("bucket");
    properties.copy(event.value, &[("filter", "rules"), ("pattern", "event")]);
    let existing = event.setting("existing").is_some_and(|existing| !existing.truth().is_false());
    match bucket.and_then(Value::as_str).filter(|_| !existing) {
        Some(name) => {
            let id = format!("S3Bucket{}", alphanumeric(name));
            make_bucket(event, template, &id, name);
            properties.put("source", Some(reference(event.value.at, &id)));
        }
        None => properties.put("source", bucket.cloned()),
    }
    properties
}

/// `provider.s3.NAME` may hold its properties, in lower camel case.
fn make_bucket(event: &Event<'_>, template: &mut Template, id: &str, name: &str) {
    let described = event.service.setting("s3").and_then(|buckets| buckets.get(name));
    let mut made = Properties::default();
    for entry in described.map_or(&[][..], Value::entries) {
        let mut letters = entry.key.text.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let property: String = match entry.key.text.as_str() {
            "name" => "BucketName".to_owned(),
            _ => first.into_iter().chain(letters).collect(),
        };
        made.put(&property, Some(entry.value.clone()));
    }
    if !made.has("BucketName") {
        made.text("BucketName", event.value.at, name);
    }
    template.add(id, "AWS::S3::Bucket", Origin::implied_by(event.value.at), made);
}

/// `sns: topic`, `sns: arn:…`, `sns: { arn, topicName, filterPolicy, redrivePolicy }`.
pub(super) fn topic(event: &Event<'_>, template: &mut Template) -> Properties {
    let mut properties = event.internal("topic");
    let at = event.value.at;
    properties.copy(
        event.value,
        &[("filter", "filterPolicy"), ("on_failure", "redrivePolicy.deadLetterTargetArn")],
    );
    if let Some(queue) = event.setting("redrivePolicy.deadLetterTargetRef").and_then(Value::as_str) {
        properties.put("on_failure", Some(arn_of(at, queue)));
    }
    let arn = event.setting("arn").or_else(|| {
        Some(event.value).filter(|value| match value.as_str() {
            Some(text) => text.starts_with("arn:"),
            None => crate::serverless::build::is_intrinsic(value),
        })
    });
    let name = event.setting_or_value("topicName").and_then(Value::as_str);
    match (arn, name) {
        (Some(arn), _) => properties.put("source", Some(arn.clone())),
        (None, Some(name)) => {
            let id = format!("SNSTopic{}", alphanumeric(name));
            let mut made = Properties::default();
            made.text("TopicName", at, name);
            made.copy(event.value, &[("DisplayName", "displayName"), ("KmsMasterKeyId", "kmsMasterKeyId")]);
            template.add(&id, "AWS::SNS::Topic", Origin::implied_by(at), made);
            properties.put("source", Some(reference(at, &id)));
        }
        (None, None) => properties.put("source", Some(event.value.clone())),
    }
    properties
}

/// `eventBridge: { eventBus, pattern, schedule, deadLetterQueueArn, retryPolicy }`.
pub(super) fn event_bridge(event: &Event<'_>, template: &mut Template) -> Properties {
    let kind = if event.setting("schedule").is_some() { "schedule" } else { "event-bus" };
    let mut properties = event.internal(kind);
    properties.copy(
        event.value,
        &[
            ("schedule", "schedule"),
            ("pattern", "pattern"),
            ("enabled", "enabled"),
            ("on_failure", "deadLetterQueueArn"),
            ("retries", "retryPolicy.maximumRetryAttempts"),
            ("record_age_seconds", "retryPolicy.maximumEventAge"),
        ],
    );
    let bus = event.setting("eventBus");
    match bus.and_then(Value::as_str) {
        Some(name) if name != "default" && !name.starts_with("arn:") => {
            let id = format!("{}EventBridgeEventBus", alphanumeric(name));
            let mut made = Properties::default();
            made.text("Name", event.value.at, name);
            let at = bus.map_or(event.value.at, |bus| bus.at);
            template.add(&id, "AWS::Events::EventBus", Origin::implied_by(at), made);
            properties.put("source", Some(reference(at, &id)));
        }
        _ => properties.put("source", bus.cloned()),
    }
    properties
}

/// `cognitoUserPool: { pool, trigger, existing }`.
pub(super) fn user_pool(event: &Event<'_>, template: &mut Template) -> Properties {
    let mut properties = event.internal("identity-pool");
    properties.copy(event.value, &[("path", "trigger")]);
    let existing = event.setting("existing").is_some_and(|existing| !existing.truth().is_false());
    match event.setting("pool") {
        Some(pool) if existing => properties.put("source", Some(pool.clone())),
        Some(pool) => {
            let id = format!("CognitoUserPool{}", alphanumeric(&pool.display()));
            let mut made = Properties::default();
            made.put("UserPoolName", Some(pool.clone()));
            template.add(&id, "AWS::Cognito::UserPool", Origin::implied_by(pool.at), made);
            properties.put("source", Some(reference(pool.at, &id)));
        }
        None => {}
    }
    properties
}

/// The rest: what each needs is one or two settings.
pub(super) fn other(event: &Event<'_>) -> Option<Properties> {
    let mut properties = match event.key.text.as_str() {
        "alexaSkill" | "alexaSmartHome" => return Some(voice(event)),
        "iot" => {
            let mut properties = event.internal("iot");
            properties.put("pattern", event.setting_or_value("sql").cloned());
            properties
        }
        "iotFleetProvisioning" => event.internal("iot"),
        "cloudwatchEvent" => {
            let mut properties = event.internal("event-bus");
            properties.copy(event.value, &[("pattern", "event")]);
            properties
        }
        "cloudwatchLog" => {
            let mut properties = event.internal("logs");
            properties.put("source", event.setting_or_value("logGroup").cloned());
            properties.copy(event.value, &[("filter", "filter")]);
            properties
        }
        "cloudFront" => {
            let mut properties = event.internal("cdn");
            properties.text("exposure", event.key.at, "public");
            properties.copy(event.value, &[("path", "pathPattern"), ("source", "origin")]);
            properties
        }
        _ => return None,
    };
    properties.copy(event.value, &[("enabled", "enabled")]);
    Some(properties)
}

/// Without a skill's id, any skill may invoke the function.
fn voice(event: &Event<'_>) -> Properties {
    let mut properties = event.internal("voice");
    let skill = event.setting_or_value("appId");
    match skill {
        Some(skill) => {
            properties.text("exposure", skill.at, "authenticated");
            properties.put("filter", Some(list(skill.at, vec![skill.clone()])));
        }
        None => properties.text("exposure", event.key.at, "public"),
    }
    properties.copy(event.value, &[("enabled", "enabled")]);
    if matches!(event.value.data, Data::Bool(false)) {
        properties.flag("enabled", event.value.at, false);
    }
    properties
}
