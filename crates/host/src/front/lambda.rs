//! The part of Lambda's API that runs functions: `Invoke`, `InvokeWithResponseStream`, and looking functions up.
use super::Front;
use crate::invocation::{Answer, Asked, EVENT_BYTES_MAX, Finished, PAYLOAD_BYTES_MAX, Piece};
use crate::plan::{Function, split_name};
use crate::pool::{Pool, Throttled};
use crate::wire::{self, Reply, Unread};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use serde_json::{Value, json};
use std::sync::Arc;

/// Versions of the API in paths.
const VERSIONS: &[&str] = &["/2015-03-31/functions", "/2014-11-13/functions", "/2021-11-15/functions"];

pub(super) fn is_lambda(path: &str) -> bool {
    VERSIONS.iter().any(|version| path.starts_with(version))
}

/// An error as Lambda's API gives it.
fn refuse(status: u16, kind: &str, message: &str) -> Reply {
    let mut reply = wire::json(status, &json!({"Type": "User", "Message": message, "message": message}));
    wire::set(&mut reply, "x-amzn-errortype", kind);
    reply
}

impl Front {
    pub(super) async fn lambda(self: &Arc<Self>, path: &str, request: Request<Incoming>) -> Reply {
        let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
        match (request.method().clone(), parts.as_slice()) {
            (Method::GET, ["functions"]) => {
                let list: Vec<Value> = self.plan.functions.values().map(|one| configuration(one)).collect();
                wire::json(200, &json!({"Functions": list}))
            }
            (Method::GET, ["functions", name]) => match self.find(name) {
                Ok(pool) => wire::json(
                    200,
                    &json!({"Configuration": configuration(&pool.function),
                    "Code": {"Location": pool.function.folder.display().to_string()}}),
                ),
                Err(reply) => *reply,
            },
            (Method::GET, ["functions", name, "configuration"]) => match self.find(name) {
                Ok(pool) => wire::json(200, &configuration(&pool.function)),
                Err(reply) => *reply,
            },
            (Method::POST, ["functions", name, "invocations"]) => self.invoke(name, request, false).await,
            (Method::POST, ["functions", name, "response-streaming-invocations"]) => {
                self.invoke(name, request, true).await
            }
            (Method::POST, ["functions", name, "invoke-async"]) => self.invoke_later(name, request).await,
            _ => refuse(
                501,
                "NotImplementedException",
                "the function host runs functions; it does not manage them",
            ),
        }
    }

    pub(super) fn find(&self, name: &str) -> Result<Arc<Pool>, Box<Reply>> {
        let name = decode(name);
        let function = self.plan.find(&name).and_then(|function| self.pools.get(&function.node));
        function.map(Arc::clone).ok_or_else(|| {
            let arn = if name.starts_with("arn:") {
                name.clone()
            } else {
                let settings = &self.shared.settings;
                format!("arn:aws:lambda:{}:{}:function:{name}", settings.region, settings.account)
            };
            Box::new(refuse(404, "ResourceNotFoundException", &format!("Function not found: {arn}")))
        })
    }

    async fn invoke(self: &Arc<Self>, name: &str, request: Request<Incoming>, streamed: bool) -> Reply {
        let pool = match self.find(name) {
            Ok(pool) => pool,
            Err(reply) => return *reply,
        };
        let headers = request.headers().clone();
        let kind = wire::header(&headers, "x-amz-invocation-type").unwrap_or("RequestResponse").to_owned();
        let limit = if kind == "Event" { EVENT_BYTES_MAX } else { PAYLOAD_BYTES_MAX };
        let mut asked = self.asked(name, &request, &headers);
        let payload = match wire::read(request.into_body(), limit).await {
            Ok(payload) => payload,
            Err(why) => return unread(why, limit),
        };
        asked.payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        asked.streamed = streamed;
        if serde_json::from_slice::<serde::de::IgnoredAny>(&asked.payload).is_err() {
            let message = "Could not parse request body into json: the payload is not JSON";
            return refuse(400, "InvalidRequestContentException", message);
        }
        match kind.as_str() {
            "DryRun" => return wire::reply(204, "application/json", ""),
            "Event" => {
                self.later(&pool, asked);
                return wire::reply(202, "application/json", "");
            }
            "RequestResponse" => {}
            other => {
                let message = format!("`{other}` is no invocation type");
                return refuse(400, "InvalidParameterValueException", &message);
            }
        }
        let wants_log = wire::header(&headers, "x-amz-log-type") == Some("Tail");
        match pool.invoke(asked).await {
            Ok(finished) if streamed => stream(finished),
            Ok(finished) => buffered(finished, wants_log).await,
            Err(why) => throttled(why),
        }
    }

    fn asked(&self, name: &str, request: &Request<Incoming>, headers: &HeaderMap) -> Asked {
        let query = request.uri().query().unwrap_or_default();
        let from_query = query.split('&').find_map(|pair| pair.strip_prefix("Qualifier="));
        let name = decode(name);
        let qualifier = from_query.map(decode).or_else(|| split_name(&name).1.map(str::to_owned));
        let context = wire::header(headers, "x-amz-client-context")
            .and_then(|text| BASE64_STANDARD.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let trace = wire::header(headers, "x-amzn-trace-id").map(str::to_owned);
        let depth = trace.as_deref().and_then(lineage).map_or(0, |depth| depth + 1);
        Asked {
            source: "invoke".to_owned(),
            qualifier,
            client_context: context,
            tenant: wire::header(headers, "x-amz-tenant-id").map(str::to_owned),
            trace,
            depth,
            ..Asked::default()
        }
    }

    async fn invoke_later(self: &Arc<Self>, name: &str, request: Request<Incoming>) -> Reply {
        let pool = match self.find(name) {
            Ok(pool) => pool,
            Err(reply) => return *reply,
        };
        let payload = match wire::read(request.into_body(), EVENT_BYTES_MAX).await {
            Ok(payload) => payload,
            Err(why) => return unread(why, EVENT_BYTES_MAX),
        };
        self.later(&pool, Asked { payload, source: "invoke".to_owned(), ..Asked::default() });
        wire::reply(202, "application/json", "")
    }
}

fn unread(why: Unread, limit: usize) -> Reply {
    match why {
        Unread::TooLarge => {
            let message =
                format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
            refuse(413, "RequestTooLargeException", &message)
        }
        Unread::Broken => refuse(400, "InvalidRequestContentException", "the request ended early"),
    }
}

fn throttled(why: Throttled) -> Reply {
    let body = match why {
        Throttled::Reserved => {
            json!({"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User",
            "message": "Rate Exceeded."})
        }
        Throttled::Ending => json!({"Type": "Service", "message": "the host ends"}),
    };
    let mut reply = wire::json(if why == Throttled::Reserved { 429 } else { 503 }, &body);
    let kind = if why == Throttled::Reserved { "TooManyRequestsException" } else { "ServiceException" };
    wire::set(&mut reply, "x-amzn-errortype", kind);
    reply
}

async fn buffered(finished: Finished, wants_log: bool) -> Reply {
    let request_id = finished.request_id.clone();
    let log = finished.log.clone();
    let (body, error) = finished.whole().await;
    let mut reply = wire::reply(200, "application/json", body);
    wire::set(&mut reply, "x-amzn-requestid", &request_id);
    wire::set(&mut reply, "x-amz-executed-version", "$LATEST");
    if error.is_some() {
        wire::set(&mut reply, "x-amz-function-error", "Unhandled");
    }
    if wants_log {
        wire::set(&mut reply, "x-amz-log-result", &BASE64_STANDARD.encode(log));
    }
    reply
}

/// The answer as an event stream (`application/vnd.amazon.eventstream`).
fn stream(finished: Finished) -> Reply {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Frame<Bytes>, std::io::Error>>(16);
    let request_id = finished.request_id.clone();
    let mut content_type = "application/octet-stream".to_owned();
    if let Answer::Stream { content_type: given, .. } = &finished.answer {
        content_type.clone_from(given);
    }
    tokio::spawn(async move {
        let mut complete = json!({});
        let put = async |bytes: Bytes| {
            sender.send(Ok(Frame::data(event("PayloadChunk", "application/octet-stream", &bytes)))).await
        };
        match finished.answer {
            Answer::Whole(bytes) => {
                drop(put(bytes).await);
                if let Some(kind) = finished.error {
                    complete = json!({"ErrorCode": kind, "ErrorDetails": kind});
                }
            }
            Answer::Stream { mut pieces, .. } => {
                while let Some(piece) = pieces.recv().await {
                    let is_taken = match piece {
                        Piece::Bytes(bytes) => put(bytes).await.is_ok(),
                        Piece::Failed { kind, body } => {
                            let details = String::from_utf8_lossy(&body).into_owned();
                            complete = json!({"ErrorCode": kind, "ErrorDetails": details});
                            true
                        }
                    };
                    if !is_taken {
                        return;
                    }
                }
            }
        }
        let last = event("InvokeComplete", "application/json", complete.to_string().as_bytes());
        drop(sender.send(Ok(Frame::data(last))).await);
    });
    let body = StreamBody::new(Receiver(receiver)).boxed_unsync();
    let mut reply = Response::new(body);
    wire::set(&mut reply, "content-type", "application/vnd.amazon.eventstream");
    wire::set(&mut reply, "x-amzn-requestid", &request_id);
    wire::set(&mut reply, "x-amz-executed-version", "$LATEST");
    wire::set(&mut reply, "x-amzn-remapped-content-type", &content_type);
    reply
}

/// A channel as a stream of frames.
#[derive(Debug)]
pub(crate) struct Receiver(pub(crate) tokio::sync::mpsc::Receiver<Result<Frame<Bytes>, std::io::Error>>);

impl futures_util::Stream for Receiver {
    type Item = Result<Frame<Bytes>, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// One message of the event stream encoding: lengths, checksums, headers, payload.
fn event(kind: &str, content_type: &str, payload: &[u8]) -> Bytes {
    let mut headers = BytesMut::new();
    for (name, value) in [(":event-type", kind), (":content-type", content_type), (":message-type", "event")]
    {
        headers.put_u8(u8::try_from(name.len()).unwrap_or(0));
        headers.put_slice(name.as_bytes());
        headers.put_u8(7);
        headers.put_u16(u16::try_from(value.len()).unwrap_or(0));
        headers.put_slice(value.as_bytes());
    }
    let mut message = BytesMut::new();
    let total = 16 + headers.len() + payload.len();
    message.put_u32(u32::try_from(total).unwrap_or(0));
    message.put_u32(u32::try_from(headers.len()).unwrap_or(0));
    message.put_u32(crc32(&message));
    message.put_slice(&headers);
    message.put_slice(payload);
    message.put_u32(crc32(&message));
    message.freeze()
}

/// The checksum of the event stream encoding (IEEE 802.3).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn configuration(function: &Function) -> Value {
    json!({
        "FunctionName": function.name, "FunctionArn": function.arn, "Runtime": function.runtime,
        "Role": function.role, "Handler": function.handler, "Timeout": function.timeout_ms / 1000,
        "MemorySize": function.memory_mb, "Version": "$LATEST", "State": "Active",
        "Environment": {"Variables": function.environment},
    })
}

/// How many invocations led to a trace.
fn lineage(trace: &str) -> Option<u32> {
    let part = trace.split(';').find_map(|part| part.trim().strip_prefix("Lineage="))?;
    part.split(':').next()?.parse().ok()
}

/// Percent-decoding.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_ethernet() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn percent_signs_that_mean_nothing_stay() {
        assert_eq!(decode("a%3Ab%zz%4"), "a:b%zz%4");
    }
}
