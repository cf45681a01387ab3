//! Events and answers, through a whole inspector.
mod answers;
mod attacks;
mod callers;
mod corpus;
mod harmless;
mod sources;

use super::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use waf::event::Trigger;

pub(super) const NOW_MS: u64 = 1_800_000_000_000;
pub(super) const NOW: u64 = NOW_MS / 1000;

#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Occurrence>>);

impl Report for Heard {
    fn report(&self, occurrence: Occurrence) {
        self.0.lock().unwrap().push(occurrence);
    }
}

impl Heard {
    /// `layer rule action` of everything that was told, and forgets it.
    pub(crate) fn take(&self) -> Vec<String> {
        let all = std::mem::take(&mut *self.0.lock().unwrap());
        all.iter()
            .map(|one| {
                format!("{} {} {:?}", one.layer.name(), one.rule.as_deref().unwrap_or("-"), one.action)
            })
            .collect()
    }
}

pub(super) fn bundle(function: Value, more: Value) -> Bundle {
    let mut bundle = json!({
        "format": 1, "application": "shop", "issued": 0, "expires": u64::MAX, "functions": { "orders": function },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        bundle[name] = value.clone();
    }
    serde_json::from_value(bundle).unwrap()
}

pub(super) fn made(function: Value, more: Value, variables: &[(&str, &str)]) -> (Inspector, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let report: Arc<dyn Report> = heard.clone();
    let inspector =
        Inspector::with(&bundle(function, more), "orders", report, &Surroundings::of(variables)).unwrap();
    (inspector, heard)
}

pub(super) fn plain(function: Value) -> Inspector {
    made(function, json!({}), &[]).0
}

pub(crate) fn invocation(event: &[u8]) -> Invocation {
    let trigger =
        waf::event::read(event, None, &EventLimits::default()).map_or(Trigger::Direct, |event| event.trigger);
    Invocation {
        request_id: "req-1".to_owned(),
        deadline_ms: NOW_MS + 3000,
        function_arn: "arn:aws:lambda:eu-central-1:123456789012:function:orders".to_owned(),
        tenant: None,
        client_context: None,
        cognito_identity: None,
        event: event.into(),
        trigger,
        work: Arc::default(),
    }
}

/// `pass`, `change`, or the layer, status and rule of a refusal.
pub(super) fn verdict(inspector: &Inspector, event: &Value) -> String {
    verdict_of(inspector, event.to_string().as_bytes())
}

pub(super) fn verdict_of(inspector: &Inspector, event: &[u8]) -> String {
    match inspector.event(&invocation(event), NOW_MS) {
        Outcome::Pass => "pass".to_owned(),
        Outcome::Change(_) => "change".to_owned(),
        Outcome::Refuse(refusal, _) => format!(
            "{} {} {}: {}",
            refusal.by.name(),
            refusal.status,
            refusal.rule.unwrap_or_default(),
            refusal.reason
        ),
    }
}

pub(super) fn v2(method: &str, path: &str, query: &str, body: &Value) -> Value {
    let body = if body.is_null() { Value::Null } else { body.to_string().into() };
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "shop.example.org", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
        "requestContext": {"apiId": "api1", "stage": "$default", "domainName": "shop.example.org",
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7", "protocol": "HTTP/1.1", "userAgent": "Mozilla/5.0"}},
        "body": body, "isBase64Encoded": false,
    })
}

pub(super) fn v1(body: &str, headers: Value) -> Value {
    json!({
        "resource": "/order", "path": "/order", "httpMethod": "POST", "headers": headers,
        "multiValueHeaders": null, "queryStringParameters": null, "pathParameters": null,
        "requestContext": {"apiId": "api1", "stage": "dev", "resourcePath": "/order", "httpMethod": "POST", "identity": {"sourceIp": "203.0.113.7"}},
        "body": body, "isBase64Encoded": false,
    })
}

pub(super) fn sqs(bodies: &[&str]) -> Value {
    let record = |(at, body): (usize, &&str)| {
        json!({
            "messageId": format!("id-{at}"), "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO"},
            "messageAttributes": {}, "md5OfBody": "098f6bcd4621d373cade4e832627b4f6", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders", "awsRegion": "eu-central-1",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

pub(super) fn s3(bucket: &str, key: &str) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1", "eventTime": "2026-11-22T10:00:00.000Z",
        "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "10.0.0.12"}, "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "c", "bucket": {"name": bucket, "ownerIdentity": {"principalId": "A3"}, "arn": format!("arn:aws:s3:::{bucket}")},
            "object": {"key": key, "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "0A1B2C3D4E5F678901"}},
    }] })
}

pub(super) fn sns(message: &str) -> Value {
    json!({ "Records": [{ "EventSource": "aws:sns", "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:news:21be56ed-a058-49f5-8c98-aedd2564c486",
        "Sns": {"Type": "Notification", "MessageId": "95df01b4", "TopicArn": "arn:aws:sns:eu-central-1:123456789012:news",
            "Subject": "news", "Message": message, "Timestamp": "2026-01-01T00:00:00.000Z"} }] })
}

pub(super) fn bus(detail: Value) -> Value {
    json!({ "version": "0", "id": "cdc73f9d", "detail-type": "OrderPlaced", "source": "shop.orders", "account": "123456789012",
        "time": "2026-01-01T00:00:00Z", "region": "eu-central-1", "resources": [], "detail": detail })
}

pub(super) fn stream(item: &str) -> Value {
    json!({ "Records": [{ "eventID": "1", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
        "dynamodb": {"Keys": {"id": {"S": "1"}}, "NewImage": {"id": {"S": "1"}, "note": {"S": item}}, "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_IMAGE"},
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000" }] })
}
