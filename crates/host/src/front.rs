//! The AWS endpoint on loopback, and what the host does with events.
//!
//! `lambda` is answered here; other services go on to the local cloud. Every call is judged first: the access key says
//! which function calls, and `iam::evaluate` whether its role may. What a call changed starts the functions that wait for it.
//!
//! INVARIANT: a call whose caller, action or resource is not known is refused.
mod asked;
mod deliver;
mod judge;
mod lambda;
mod object;

use crate::clock;
use crate::cloud::Cloud;
use crate::environment::Shared;
use crate::plan::Plan;
use crate::pool::Pool;
use crate::talk::Line;
use crate::wire::{self, Reply};
use asked::Wanted;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Uri};
use hyper::body::Incoming;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use lambda::{Receiver, decode};

/// Bytes of a call.
const CALL_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What the endpoint knows.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) pools: Arc<BTreeMap<String, Arc<Pool>>>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) cloud: Option<Arc<Cloud>>,
    /// The key of the person in front of this machine, who may do anything.
    pub(crate) owner_key: String,
}

impl Front {
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let path = request.uri().path().to_owned();
        if path == "/_buckler/health" {
            let functions: Vec<&str> = self.plan.functions.values().map(|one| one.name.as_str()).collect();
            return wire::json(200, &json!({"status": "running", "functions": functions}));
        }
        if path.starts_with("/_buckler/custom/") {
            // What a custom resource answers.
            drop(wire::read(request.into_body(), 1 << 20).await);
            return wire::reply(200, "text/plain", "");
        }
        if lambda::is_lambda(&path) {
            return match self.may_invoke(&request, &path) {
                Ok(()) => self.lambda(&path, request).await,
                Err(reply) => *reply,
            };
        }
        let Some(cloud) = self.cloud.clone() else {
            return wire::json(
                501,
                &json!({"message": "no local cloud runs here; start the host with `--aws local`"}),
            );
        };
        let (parts, body) = request.into_parts();
        let body = match wire::read(body, CALL_BYTES_MAX).await {
            Ok(body) => body,
            Err(_) => return wire::reply(413, "text/plain", "the call is too large"),
        };
        let body = unchunked(&parts, body);
        let wanted = asked::read(&parts.method, &parts.uri, &parts.headers, &body, &self.shared.settings);
        let caller = match self.judge(&wanted) {
            Ok(caller) => caller,
            Err(refusal) => return refusal.reply(&wanted),
        };
        let reply = self.hand_on(&cloud, parts, body.clone(), &wanted).await;
        let (status, answer) = (reply.status(), reply.body().clone());
        if let Some(function) = caller {
            let (action, resource) = wanted.needs.first().cloned().unwrap_or_default();
            let status = status.as_u16();
            self.shared.talk.say(Line::Call { function, action, resource, allowed: true, status, why: None });
        }
        if status.is_success() {
            self.changed(&wanted, &body, &answer);
        }
        let (parts, body) = reply.into_parts();
        http::Response::from_parts(parts, wire::whole(body))
    }

    /// Hands a call on to the local cloud.
    async fn hand_on(
        &self,
        cloud: &Cloud,
        parts: Parts,
        body: Bytes,
        wanted: &Wanted,
    ) -> http::Response<Bytes> {
        let failed = |why: String| {
            let mut reply = http::Response::new(Bytes::from(why));
            *reply.status_mut() = http::StatusCode::BAD_GATEWAY;
            reply
        };
        let path = match (&wanted.bucket, wanted.service.as_str()) {
            // Addresses with the bucket in the host become such with it in the path.
            (Some(bucket), "s3")
                if !parts.uri.path().trim_start_matches('/').starts_with(bucket.as_str())
                    || hosted(&parts) =>
            {
                format!("/{bucket}{}", parts.uri.path())
            }
            _ => parts.uri.path().to_owned(),
        };
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let Ok(uri) = format!("http://{}{path}{query}", cloud.authority).parse::<Uri>() else {
            return failed("the address cannot be handed on".to_owned());
        };
        let mut request = Request::new(wire::whole(body));
        *request.method_mut() = parts.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = parts.headers;
        let chunked = request
            .headers()
            .get("x-amz-content-sha256")
            .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
        for name in ["host", "connection", "transfer-encoding", "content-length", "expect"] {
            request.headers_mut().remove(name);
        }
        if chunked {
            for name in
                ["x-amz-content-sha256", "content-encoding", "x-amz-decoded-content-length", "x-amz-trailer"]
            {
                request.headers_mut().remove(name);
            }
        }
        if wanted.key.is_none() && wanted.service == "s3" && !request.headers().contains_key("authorization")
        {
            // Without a signature moto does not know the service.
            let value = "AWS4-HMAC-SHA256 Credential=AKIABUCKLERHOST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
            request.headers_mut().insert("authorization", http::HeaderValue::from_static(value));
        }
        match cloud.send(request).await {
            Ok(mut reply) => {
                for name in ["transfer-encoding", "connection", "content-length"] {
                    reply.headers_mut().remove(name);
                }
                reply
            }
            Err(why) => failed(why.to_string()),
        }
    }

    /// A moment for records.
    pub(crate) fn now(&self) -> String {
        clock::iso(clock::now_ms())
    }
}

/// Whether the bucket stands in the host's name.
fn hosted(parts: &Parts) -> bool {
    let host = parts.headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or_default();
    host.contains(".s3.")
        || host.contains(".s3-")
        || host.split(':').next().is_some_and(|name| name.ends_with(".localhost"))
}

/// Takes the signed chunks of `STREAMING-…` payloads apart: sizes, signatures and trailers go.
fn unchunked(parts: &Parts, body: Bytes) -> Bytes {
    let streaming = parts
        .headers
        .get("x-amz-content-sha256")
        .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
    if !streaming {
        return body;
    }
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(rest) = body.get(at..) {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else { break };
        let head = rest.get(..end).unwrap_or_default();
        let digits = head.split(|byte| *byte == b';').next().unwrap_or_default();
        let size =
            std::str::from_utf8(digits).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let Some(size) = size else { return body };
        let Some(data) = rest.get(end + 2..end + 2 + size) else { return body };
        if size == 0 {
            break;
        }
        out.extend_from_slice(data);
        at += end + 2 + size + 2;
    }
    out.into()
}
