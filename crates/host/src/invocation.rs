//! One invocation: what is asked, and what came of it.
use bytes::Bytes;
use tokio::sync::mpsc;

/// Bytes of an answer (and of a synchronous event): 6 MiB and 100 bytes.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024 + 100;
/// Bytes of a streamed answer.
pub(crate) const STREAM_BYTES_MAX: usize = 200 * 1024 * 1024;
/// Bytes of an asynchronous event.
pub(crate) const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// What is asked of a function.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub payload: Bytes,
    /// What started it: `invoke`, `http`, `sqs`, …
    pub source: String,
    /// `$LATEST`, a version or an alias.
    pub qualifier: Option<String>,
    /// JSON, not base64.
    pub client_context: Option<String>,
    pub cognito_identity: Option<String>,
    pub tenant: Option<String>,
    /// `X-Amzn-Trace-Id`; one is made where there is none.
    pub trace: Option<String>,
    /// The caller takes the answer in pieces.
    pub streamed: bool,
    /// Invocations that led to this one; for the end of loops.
    pub depth: u32,
    /// The identifier that it is to have; one is made where there is none.
    pub request_id: Option<String>,
}

/// A piece of a streamed answer.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Bytes),
    /// The function failed midway: type and body (JSON).
    Failed {
        kind: String,
        body: Bytes,
    },
}

/// The answer.
#[derive(Debug)]
pub enum Answer {
    Whole(Bytes),
    Stream { content_type: String, pieces: mpsc::Receiver<Piece> },
}

/// What came of an invocation.
#[derive(Debug)]
pub struct Finished {
    pub request_id: String,
    pub answer: Answer,
    /// The error's type, when the function failed; the answer then is the error as JSON.
    pub error: Option<String>,
    /// The last 4 KiB of what it logged.
    pub log: String,
}

impl Finished {
    /// The answer as a whole; a stream is gathered, up to the limit of whole answers.
    pub async fn whole(self) -> (Bytes, Option<String>) {
        let (mut pieces, mut error) = match self.answer {
            Answer::Whole(bytes) => return (bytes, self.error),
            Answer::Stream { pieces, .. } => (pieces, self.error),
        };
        let mut all = Vec::new();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Bytes(bytes) => all.extend_from_slice(&bytes),
                Piece::Failed { kind, body } => {
                    all = body.to_vec();
                    error = Some(kind);
                    break;
                }
            }
            if all.len() > PAYLOAD_BYTES_MAX {
                let body = too_large(all.len());
                return (body, Some("Function.ResponseSizeTooLarge".to_owned()));
            }
        }
        (all.into(), error)
    }
}

/// Lambda's answer for an answer that is too large.
pub(crate) fn too_large(size: usize) -> Bytes {
    error_body(
        "Function.ResponseSizeTooLarge",
        &format!(
            "Response payload size ({size} bytes) exceeded maximum allowed payload size ({PAYLOAD_BYTES_MAX} bytes)."
        ),
    )
}

/// An error as Lambda writes it.
pub(crate) fn error_body(kind: &str, message: &str) -> Bytes {
    serde_json::json!({"errorType": kind, "errorMessage": message}).to_string().into()
}
