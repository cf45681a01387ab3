//! The response that a function's answer becomes.
use crate::front::Receiver;
use crate::invocation::Piece;
use crate::plan::{Way, WayKind};
use crate::wire::{self, Reply};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::Value;
use tokio::sync::mpsc;

/// Bytes of the JSON in front of a streamed body.
const PRELUDE_BYTES_MAX: usize = 64 * 1024;
/// What ends it.
const PRELUDE_END: [u8; 8] = [0; 8];

/// The response; `None`: the answer has not the form that the way in wants.
pub(super) fn build(way: &Way, body: &Bytes) -> Option<Reply> {
    let strict = matches!(way.kind, WayKind::Rest | WayKind::LoadBalancer);
    let value: Option<Value> = serde_json::from_slice(body).ok();
    match value {
        Some(Value::Object(answer)) if strict || answer.contains_key("statusCode") => {
            let answer = Value::Object(answer);
            proxied(&answer, strict)
        }
        _ if strict => None,
        // Version 2.0 infers a response from anything else.
        Some(Value::String(text)) => Some(wire::reply(200, "application/json", text)),
        Some(_) | None => Some(wire::reply(200, "application/json", body.clone())),
    }
}

fn proxied(answer: &Value, strict: bool) -> Option<Reply> {
    let known = [
        "statusCode",
        "headers",
        "multiValueHeaders",
        "body",
        "isBase64Encoded",
        "cookies",
        "statusDescription",
    ];
    if strict && answer.as_object()?.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let status = match answer.get("statusCode") {
        Some(Value::Number(number)) => u16::try_from(number.as_u64()?).ok()?,
        Some(Value::String(text)) => text.parse().ok()?,
        None if strict => 200,
        _ => return None,
    };
    let body = match answer.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64_STANDARD.decode(text).ok()?.into()
        }
        Some(Value::String(text)) => Bytes::from(text.clone()),
        Some(_) if strict => return None,
        Some(other) => Bytes::from(other.to_string()),
    };
    let mut reply = Response::new(wire::whole(body));
    *reply.status_mut() = StatusCode::from_u16(status).ok()?;
    head(&mut reply, answer);
    Some(reply)
}

/// Headers and cookies of an answer.
fn head(reply: &mut Reply, answer: &Value) {
    let mut add = |name: &str, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&text))
            && !["connection", "transfer-encoding", "content-length"].contains(&name.as_str())
        {
            reply.headers_mut().append(name, value);
        }
    };
    for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
        add(name, value);
    }
    for (name, values) in answer.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten() {
        values.as_array().into_iter().flatten().for_each(|value| add(name, value));
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        add("set-cookie", cookie);
    }
    if !reply.headers().contains_key("content-type") {
        wire::set(reply, "content-type", "application/json");
    }
}

/// A streamed answer: the JSON in front, when its type says so, is status and headers.
pub(super) async fn stream(content_type: &str, mut pieces: mpsc::Receiver<Piece>) -> Reply {
    let (sender, receiver) = mpsc::channel(16);
    let body = StreamBody::new(Receiver(receiver)).boxed_unsync();
    let mut reply = Response::new(body);
    let mut rest = Bytes::new();
    if content_type == "application/vnd.awslambda.http-integration-response" {
        let mut front = BytesMut::new();
        let end = loop {
            if let Some(at) = front.windows(PRELUDE_END.len()).position(|window| window == PRELUDE_END) {
                break Some(at);
            }
            match pieces.recv().await {
                Some(Piece::Bytes(bytes)) if front.len() + bytes.len() <= PRELUDE_BYTES_MAX + bytes.len() => {
                    front.extend_from_slice(&bytes);
                }
                _ => break None,
            }
        };
        let Some(end) = end else { return wire::reply(502, "text/plain", "Internal Server Error") };
        let front = front.freeze();
        let prelude: Value =
            serde_json::from_slice(front.get(..end).unwrap_or_default()).unwrap_or(Value::Null);
        rest = front.slice((end + PRELUDE_END.len()).min(front.len())..);
        let status = prelude.get("statusCode").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
        *reply.status_mut() = status.and_then(|n| StatusCode::from_u16(n).ok()).unwrap_or(StatusCode::OK);
        head(&mut reply, &prelude);
    } else {
        wire::set(&mut reply, "content-type", content_type);
    }
    tokio::spawn(async move {
        if !rest.is_empty() && sender.send(Ok(Frame::data(rest))).await.is_err() {
            return;
        }
        while let Some(piece) = pieces.recv().await {
            let frame = match piece {
                Piece::Bytes(bytes) => Ok(Frame::data(bytes)),
                // The response is cut off: that is all that a client can see of it.
                Piece::Failed { kind, .. } => Err(std::io::Error::other(kind)),
            };
            if sender.send(frame).await.is_err() {
                return;
            }
        }
    });
    reply
}
