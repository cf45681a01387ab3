//! What the runtime is told, in the platform's own words.
use super::head::line;
use super::wire::{Wire, WireError};
use serde_json::json;

/// Bytes of an answer that is not streamed: 6 MiB and 100 bytes.
pub(crate) const BUFFERED_BYTES_MAX: u64 = 6 * 1024 * 1024 + 100;
/// Bytes of a streamed answer: 200 MB.
pub(crate) const STREAMED_BYTES_MAX: u64 = 200 * 1024 * 1024;
/// Bytes of an event that the guard takes from the platform, which gives 6 MiB at most today.
pub(crate) const EVENT_BYTES_MAX: u64 = 16 << 20;

/// One of the platform's answers to a runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

fn error(status: u16, kind: &str, message: &str) -> Reply {
    let body = json!({"errorMessage": message, "errorType": kind}).to_string() + "\n";
    Reply { status, kind: "application/json", body }
}

impl Reply {
    pub(crate) fn accepted() -> Self {
        Self { status: 202, kind: "application/json", body: "{\"status\":\"OK\"}\n".to_owned() }
    }

    pub(crate) fn unknown_id() -> Self {
        error(400, "InvalidRequestID", "Invalid request ID")
    }

    pub(crate) fn answered_before() -> Self {
        let message = "State transition from RuntimeResponseSent to RuntimeInvocationResponse failed for runtime. \
                       Error: State transition is not allowed";
        error(403, "InvalidStateTransition", message)
    }

    /// Where several invocations are in flight, and one of them is answered after its time.
    pub(crate) fn too_late() -> Self {
        error(410, "InvokeTimeout", "Invoke timeout")
    }

    pub(crate) fn response_mode() -> Self {
        error(400, "InvalidFunctionResponseMode", "Invalid function response mode")
    }

    pub(crate) fn truncated() -> Self {
        error(400, "TruncatedHTTPRequest", "HTTP request detected as truncated")
    }

    pub(crate) fn too_large() -> Self {
        let message = format!("Exceeded maximum allowed payload size ({BUFFERED_BYTES_MAX} bytes).");
        error(413, "RequestEntityTooLarge", &message)
    }

    pub(crate) fn malformed(why: &WireError) -> Self {
        let status = if matches!(why, WireError::HeadTooLarge) { 431 } else { 400 };
        Self { status, kind: "text/plain; charset=utf-8", body: format!("{} Bad Request", status) }
    }

    pub(crate) fn not_found() -> Self {
        Self { status: 404, kind: "text/plain; charset=utf-8", body: "404 page not found\n".to_owned() }
    }

    pub(crate) fn wrong_method() -> Self {
        Self { status: 405, kind: "text/plain; charset=utf-8", body: String::new() }
    }

    pub(crate) fn pong() -> Self {
        Self { status: 200, kind: "text/plain; charset=utf-8", body: "pong".to_owned() }
    }

    pub(crate) fn unavailable() -> Self {
        error(500, "InternalServerError", "Internal Server Error")
    }

    /// Writes it to the runtime.
    pub(crate) fn send(&self, wire: &mut Wire, keeps: bool) -> Result<(), WireError> {
        let mut head = Vec::with_capacity(160);
        head.extend_from_slice(format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).as_bytes());
        line(&mut head, "Content-Type", self.kind.as_bytes());
        line(&mut head, "Content-Length", self.body.len().to_string().as_bytes());
        if !keeps {
            line(&mut head, "Connection", b"close");
        }
        head.extend_from_slice(b"\r\n");
        wire.send(&head, self.body.as_bytes())
    }
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        413 => "Request Entity Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Internal Server Error",
    }
}

/// The error object of an invocation, as Lambda writes it.
pub(crate) fn error_object(kind: &str, message: &str) -> Vec<u8> {
    json!({"errorType": kind, "errorMessage": message}).to_string().into_bytes()
}

/// What Lambda says of an answer that is too long.
pub(crate) fn oversize_message(bytes: u64) -> String {
    format!(
        "Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({BUFFERED_BYTES_MAX} bytes)."
    )
}
