//! Recorded traffic: a JSON object a line.
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use waf::event::{Event, EventLimits};

use crate::message::{self, Request, Response};

/// One recorded exchange.
#[derive(Clone, Debug)]
pub struct Record {
    /// The line's own name, or its number.
    pub id: String,
    pub client: Option<IpAddr>,
    pub request: Request,
    pub response: Option<Response>,
    /// An event of a trigger, in place of a request.
    pub event: Option<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Option<String>,
    client: Option<IpAddr>,
    request: Option<String>,
    request_base64: Option<String>,
    response: Option<String>,
    response_base64: Option<String>,
    event: Option<Value>,
}

/// Reads one line; `number` counts from 1.
///
/// # Errors
/// It is no such object; the message says where and what to write.
pub fn read(line: &str, number: usize) -> Result<Record, String> {
    let wrong = |why: String| format!("line {number}: {why}");
    let line: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
    let id = line.id.unwrap_or_else(|| number.to_string());
    if let Some(event) = &line.event {
        if line.request.is_some() || line.request_base64.is_some() {
            return Err(wrong("an event and a request are there; keep one".to_owned()));
        }
        let event = waf::event::read(event.to_string().as_bytes(), None, &EventLimits::default());
        let event = Some(event.map_err(|error| wrong(format!("the event: {error}")))?);
        return Ok(Record { id, client: line.client, request: Request::default(), response: None, event });
    }
    let request = bytes(line.request, line.request_base64.as_deref()).map_err(wrong)?;
    let request = request
        .ok_or_else(|| wrong("neither `request`, `request_base64` nor `event` is there".to_owned()))?;
    let response = bytes(line.response, line.response_base64.as_deref()).map_err(wrong)?;
    let response = match response {
        Some(bytes) => {
            Some(message::response(&bytes).ok_or_else(|| wrong("`response` has no status line".to_owned()))?)
        }
        None => None,
    };
    Ok(Record { id, client: line.client, request: message::request(&request), response, event: None })
}

fn bytes(plain: Option<String>, encoded: Option<&str>) -> Result<Option<Vec<u8>>, String> {
    match (plain, encoded) {
        (Some(_), Some(_)) => Err("the same bytes are there plainly and as base64; keep one".to_owned()),
        (Some(plain), None) => Ok(Some(plain.into_bytes())),
        (None, Some(encoded)) => {
            STANDARD.decode(encoded).map(Some).map_err(|error| format!("no base64: {error}"))
        }
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_line_is_a_request_and_perhaps_a_response() {
        let record = read(r#"{"id":"a","request":"GET / HTTP/1.1\r\n\r\n","response_base64":"SFRUUC8xLjEgMjA0IE5vDQoNCg=="}"#, 1).unwrap();
        assert_eq!((record.id.as_str(), record.response.unwrap().status), ("a", 204));
    }

    #[test]
    fn a_line_may_be_an_event() {
        let line = r#"{"id":"e","event":{"Records":[{"eventSource":"aws:sqs","body":"a' or 1=1"}]}}"#;
        let event = read(line, 1).unwrap().event.unwrap();
        let values: Vec<_> = event.records.iter().flat_map(|record| record.arguments.iter()).collect();
        assert!(values.iter().any(|field| field.value == b"a' or 1=1"), "{values:?}");
        assert!(read(r#"{"event":{},"request":"x"}"#, 1).unwrap_err().ends_with("keep one"));
    }

    #[test]
    fn a_wrong_line_says_where_and_why() {
        for (line, why) in [
            ("{}", "line 7: neither `request`, `request_base64` nor `event` is there"),
            (
                r#"{"request":"x","request_base64":"eA=="}"#,
                "line 7: the same bytes are there plainly and as base64; keep one",
            ),
            (r#"{"request":"x","response":"y"}"#, "line 7: `response` has no status line"),
        ] {
            assert_eq!(read(line, 7).unwrap_err(), why);
        }
    }
}
