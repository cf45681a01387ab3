//! What a client is told when a message does not fit: places and what is expected there, never a value (RFC 9457).
use crate::body::Body;
use crate::exchange::Answer;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::json;
use waf::schema::Violation;

/// Characters of one place or message; a client's own names stand in both.
const TEXT_CHARS_MAX: usize = 160;
/// Characters of all that a log line tells.
const REASON_CHARS_MAX: usize = 600;

/// A difference.
pub(in crate::layers) fn violation(place: impl Into<String>, message: impl Into<String>) -> Violation {
    Violation { place: place.into(), message: message.into() }
}

/// The answer to a message that does not fit.
pub(in crate::layers) fn answer(
    status: StatusCode,
    id: &str,
    detail: &str,
    violations: &[Violation],
) -> Answer {
    let list: Vec<_> = violations
        .iter()
        .map(|one| json!({ "place": short(&one.place), "message": short(&one.message) }))
        .collect();
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Refused"),
        "status": status.as_u16(),
        "detail": detail,
        "instance": format!("urn:request:{id}"),
        "violations": list,
    });
    let mut answer = Answer::new(Body::full(body.to_string()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The same for a log line.
pub(in crate::layers) fn reason(violations: &[Violation]) -> String {
    let mut text = String::new();
    for one in violations {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&format!("{}: {}", short(&one.place), short(&one.message)));
        if text.len() > REASON_CHARS_MAX {
            text.push_str("; …");
            break;
        }
    }
    text
}

fn short(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(TEXT_CHARS_MAX).collect()
}
