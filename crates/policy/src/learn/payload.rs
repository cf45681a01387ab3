//! What a function reads of a recorded event, by its shape; the same that the guard compares with a schema.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The shape of an event, and its payloads.
pub(super) fn of(event: &Value) -> (&'static str, Vec<Value>) {
    let records = event.get("Records").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let source =
        records.first().and_then(|first| first.get("eventSource").or_else(|| first.get("EventSource")));
    let each = |read: &dyn Fn(&Value) -> Value| records.iter().map(read).collect::<Vec<Value>>();
    match source.and_then(Value::as_str) {
        Some("aws:sqs") => ("queue", each(&|record| parsed(record.get("body")))),
        Some("aws:sns") => ("topic", each(&|record| parsed(record.pointer("/Sns/Message")))),
        Some("aws:kinesis") => {
            let data = |record: &Value| {
                let text = record.pointer("/kinesis/data").and_then(Value::as_str).unwrap_or_default();
                let bytes = STANDARD.decode(text).unwrap_or_default();
                parsed(Some(&Value::String(String::from_utf8_lossy(&bytes).into_owned())))
            };
            ("stream", each(&data))
        }
        Some("aws:dynamodb") => ("table-stream", records.to_vec()),
        Some("aws:s3") => ("object-store", records.to_vec()),
        Some("aws:ses") => ("email", records.to_vec()),
        _ if event.get("detail-type").is_some() => {
            ("event-bus", vec![event.get("detail").cloned().unwrap_or_default()])
        }
        _ if is_http(event) => {
            let is_base64 = event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
            let body = event.get("body");
            let plain = body
                .and_then(Value::as_str)
                .filter(|_| is_base64)
                .and_then(|text| STANDARD.decode(text).ok());
            match plain {
                Some(bytes) => {
                    ("http", vec![parsed(Some(&Value::String(String::from_utf8_lossy(&bytes).into_owned())))])
                }
                None => ("http", vec![parsed(body)]),
            }
        }
        _ => ("direct", vec![event.clone()]),
    }
}

fn is_http(event: &Value) -> bool {
    event.pointer("/requestContext/http/method").is_some()
        || (event.get("httpMethod").is_some() && event.get("path").is_some())
}

/// What a caller gets: the body of an HTTP answer that went well, else the whole.
pub(super) fn answer(answer: &Value) -> Option<Value> {
    match answer.get("statusCode").map(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok())) {
        None => Some(answer.clone()),
        Some(Some(status)) if status < 400 => Some(parsed(answer.get("body"))),
        Some(_) => None,
    }
}

/// JSON inside of a text; an empty text is nothing.
fn parsed(value: Option<&Value>) -> Value {
    match value {
        Some(Value::String(text)) if text.is_empty() => Value::Null,
        Some(Value::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(other) => other.clone(),
        None => Value::Null,
    }
}
