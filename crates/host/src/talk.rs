//! What the host tells while it runs: one line each, for people or as JSON.
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// About the host itself.
    Note { message: String },
    /// A line that the function (or its runtime) wrote.
    Log { function: String, request_id: Option<String>, text: String },
    /// An environment started.
    Cold { function: String, environment: String, init_ms: u64, problem: Option<String> },
    /// An environment ended, and why.
    Ended { function: String, environment: String, why: String },
    /// An invocation came to its end: the milliseconds of its parts.
    Done {
        function: String,
        request_id: String,
        /// What started it: `http`, `invoke`, `sqs`, …
        source: String,
        queue_ms: u64,
        init_ms: Option<u64>,
        run_ms: u64,
        memory_mb: u64,
        bytes: usize,
        error: Option<String>,
    },
    /// The guard told something (an OCSF event).
    Guard { function: String, event: Value },
    /// A call of an AWS service by a function.
    Call {
        function: String,
        action: String,
        resource: String,
        allowed: bool,
        status: u16,
        why: Option<String>,
    },
    /// A request over HTTP.
    Request {
        method: String,
        path: String,
        function: Option<String>,
        status: u16,
        ms: u64,
        /// The request's identifier, which its invocation has, too.
        request_id: String,
    },
    /// The gateway in front of an API or function URL decided something (an OCSF event).
    Gateway {
        /// The node of the API or function URL.
        origin: String,
        event: Value,
    },
    /// Something came from an event source, or could not be delivered.
    Event { source: String, function: String, message: String },
}

impl Line {
    /// As JSON with a field `type`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Note { message } => json!({"type": "note", "message": message}),
            Self::Log { function, request_id, text } => {
                json!({"type": "log", "function": function, "requestId": request_id, "text": text})
            }
            Self::Cold { function, environment, init_ms, problem } => {
                json!({"type": "cold", "function": function, "environment": environment, "initMs": init_ms,
                    "problem": problem})
            }
            Self::Ended { function, environment, why } => {
                json!({"type": "ended", "function": function, "environment": environment, "why": why})
            }
            Self::Done {
                function,
                request_id,
                source,
                queue_ms,
                init_ms,
                run_ms,
                memory_mb,
                bytes,
                error,
            } => {
                json!({"type": "invocation", "function": function, "requestId": request_id, "source": source,
                    "timeline": {"queueMs": queue_ms, "initMs": init_ms, "runMs": run_ms},
                    "memoryMb": memory_mb, "bytes": bytes, "error": error})
            }
            Self::Guard { function, event } => json!({"type": "guard", "function": function, "event": event}),
            Self::Call { function, action, resource, allowed, status, why } => {
                json!({"type": "call", "function": function, "action": action, "resource": resource,
                    "allowed": allowed, "status": status, "why": why})
            }
            Self::Request { method, path, function, status, ms, request_id } => {
                json!({"type": "request", "method": method, "path": path, "function": function, "status": status,
                    "ms": ms, "requestId": request_id})
            }
            Self::Gateway { origin, event } => {
                let told = Decided::of(event);
                json!({"type": "gateway", "origin": origin, "requestId": told.request_id(), "layer": told.layer,
                    "action": told.action(), "reason": told.reason, "status": told.status, "event": event})
            }
            Self::Event { source, function, message } => {
                json!({"type": "event", "source": source, "function": function, "message": message})
            }
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note { message } => write!(out, "{message}"),
            Self::Log { function, text, .. } => write!(out, "{function} | {text}"),
            Self::Cold { function, init_ms, problem: None, .. } => {
                write!(out, "{function} | environment ready after {init_ms} ms")
            }
            Self::Cold { function, problem: Some(problem), .. } => {
                write!(out, "{function} | environment did not start: {problem}")
            }
            Self::Ended { function, why, .. } => write!(out, "{function} | environment ended: {why}"),
            Self::Done { function, source, queue_ms, init_ms, run_ms, memory_mb, error, .. } => {
                write!(out, "{function} | {source}: ")?;
                if let Some(init) = init_ms {
                    write!(out, "init {init} ms, ")?;
                }
                write!(out, "queue {queue_ms} ms, run {run_ms} ms, {memory_mb} MB")?;
                error.as_ref().map_or(Ok(()), |error| write!(out, ", failed: {error}"))
            }
            Self::Guard { function, event } => {
                let part = |name: &str| event.pointer(&format!("/unmapped/{name}")).and_then(Value::as_str);
                let message = event.get("message").and_then(Value::as_str).unwrap_or("event");
                write!(out, "{function} | guard")?;
                for name in ["layer", "action", "rule"] {
                    part(name).map_or(Ok(()), |text| write!(out, " {text}"))?;
                }
                write!(out, ": {message}")
            }
            Self::Call { function, action, resource, allowed, status, why } => {
                let word = if *allowed { "calls" } else { "may not call" };
                write!(out, "{function} | {word} {action} on {resource} ({status})")?;
                why.as_ref().map_or(Ok(()), |why| write!(out, ": {why}"))
            }
            Self::Gateway { origin, event } => {
                let told = Decided::of(event);
                let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("-");
                let (method, path) = (text("/http_request/http_method"), text("/http_request/url/path"));
                write!(out, "{origin} | gateway {} by {}: {}", told.action(), told.layer, told.reason)?;
                told.status.map_or(Ok(()), |status| write!(out, " ({method} {path} -> {status})"))
            }
            Self::Request { method, path, function, status, ms, .. } => {
                write!(out, "{method} {path} -> {} {status} in {ms} ms", function.as_deref().unwrap_or("-"))
            }
            Self::Event { source, function, message } => write!(out, "{function} | {source}: {message}"),
        }
    }
}

/// What a gateway's event says in short.
struct Decided<'a> {
    layer: &'a str,
    reason: &'a str,
    refused: bool,
    status: Option<u64>,
    id: Option<&'a str>,
}

impl<'a> Decided<'a> {
    fn of(event: &'a Value) -> Self {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        // Of several decisions the last one is that which refused.
        let detail = text("/status_detail").unwrap_or_default();
        let last = detail.rsplit("; ").find_map(|one| one.split_once(": ")).unwrap_or(("", detail));
        let (layer, reason) = match (text("/finding_info/analytic/name"), text("/finding_info/title")) {
            (Some(layer), title) => (layer, title.unwrap_or_default()),
            (None, _) => last,
        };
        Self {
            layer,
            reason,
            // OCSF 1.3: 2 is "Blocked".
            refused: event.pointer("/disposition_id").and_then(Value::as_u64) == Some(2),
            status: event.pointer("/http_response/code").and_then(Value::as_u64),
            id: text("/metadata/uid"),
        }
    }

    fn action(&self) -> &'static str {
        if self.refused { "blocked" } else { "told" }
    }

    /// As the host calls the request.
    fn request_id(&self) -> Option<String> {
        self.id.map(crate::web::request_id)
    }
}

/// Where lines go.
#[derive(Clone)]
pub struct Talk(Arc<dyn Fn(Line) + Send + Sync>);

impl Talk {
    /// Lines go to this function, which must not block for long.
    pub fn new(to: impl Fn(Line) + Send + Sync + 'static) -> Self {
        Self(Arc::new(to))
    }

    pub(crate) fn say(&self, line: Line) {
        (self.0)(line);
    }

    /// Tells something about the host itself.
    pub fn note(&self, message: impl Into<String>) {
        self.say(Line::Note { message: message.into() });
    }
}

impl fmt::Debug for Talk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Talk")
    }
}
