//! Answers of the runtime: whole, streamed with trailers, and errors.
use super::stand::Taken;
use super::{Api, ERROR_BYTES_MAX, Outcome, accepted, error_kind, refuse, transition, unknown_request};
use crate::invocation::{PAYLOAD_BYTES_MAX, Piece, STREAM_BYTES_MAX};
use crate::wire::{self, Reply, Unread};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::{mpsc, oneshot};

/// Bytes past the limit that are still read, so that the runtime hears why it is refused.
const DRAINED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pieces of a stream that wait for a slow caller.
const PIECES_MAX: usize = 16;

impl Api {
    pub(super) async fn response(&self, id: &str, request: Request<Incoming>) -> Reply {
        let mode =
            wire::header(request.headers(), "lambda-runtime-function-response-mode").map(str::to_owned);
        let reply = match self.take(id, "InvocationResponse") {
            Ok(reply) => reply,
            Err(refusal) => return refusal,
        };
        let answer = match mode.as_deref() {
            None | Some("") => self.whole(reply, request).await,
            Some("streaming") => stream(reply, request).await,
            Some(_) => {
                let kind = "Runtime.InvalidResponseModeHeader".to_owned();
                deliver(reply, Outcome::Error { kind, body: Bytes::new() });
                refuse(400, "InvalidFunctionResponseMode", "Invalid function response mode")
            }
        };
        self.answered(id);
        answer
    }

    pub(super) async fn error(&self, id: &str, request: Request<Incoming>) -> Reply {
        let reply = match self.take(id, "InvocationErrorResponse") {
            Ok(reply) => reply,
            Err(refusal) => return refusal,
        };
        let kind = error_kind(&request);
        let with_cause = wire::header(request.headers(), "content-type")
            == Some("application/vnd.aws.lambda.error.cause+json");
        let body = wire::read(request.into_body(), ERROR_BYTES_MAX).await.unwrap_or_default();
        let body = if with_cause { without_cause(&body) } else { body };
        deliver(reply, Outcome::Error { kind, body });
        self.answered(id);
        accepted()
    }

    /// The one who waits, when the runtime may answer now.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer itself, and rare")]
    fn take(&self, id: &str, to: &str) -> Result<oneshot::Sender<Outcome>, Reply> {
        match self.stand().take(id) {
            Taken::Yours(reply) => Ok(reply),
            Taken::Unknown => Err(unknown_request()),
            Taken::Late => Err(refuse(410, "InvokeTimeout", "Invoke timeout")),
            Taken::From(from) => Err(transition(from, to)),
        }
    }

    fn answered(&self, id: &str) {
        self.stand().answered(id);
    }

    async fn whole(&self, reply: oneshot::Sender<Outcome>, request: Request<Incoming>) -> Reply {
        let mut body = request.into_body();
        let mut all = Vec::new();
        let mut size = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                let kind = "Runtime.TruncatedResponse".to_owned();
                deliver(reply, Outcome::Error { kind, body: Bytes::new() });
                return refuse(400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
            };
            let Ok(data) = frame.into_data() else { continue };
            size += data.len();
            if size <= PAYLOAD_BYTES_MAX {
                all.extend_from_slice(&data);
            } else if size > DRAINED_BYTES_MAX {
                break;
            }
        }
        if size > PAYLOAD_BYTES_MAX {
            deliver(reply, Outcome::TooLarge(size));
            let message = format!("Exceeded maximum allowed payload size ({PAYLOAD_BYTES_MAX} bytes).");
            return refuse(413, "RequestEntityTooLarge", &message);
        }
        deliver(reply, Outcome::Whole(all.into()));
        accepted()
    }
}

/// A caller who went away is no error of the runtime.
fn deliver(reply: oneshot::Sender<Outcome>, outcome: Outcome) {
    drop(reply.send(outcome));
}

async fn stream(reply: oneshot::Sender<Outcome>, request: Request<Incoming>) -> Reply {
    let content_type =
        wire::header(request.headers(), "content-type").unwrap_or("application/octet-stream").to_owned();
    let (sender, pieces) = mpsc::channel(PIECES_MAX);
    deliver(reply, Outcome::Stream { content_type, pieces });
    let mut body = request.into_body();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            fail(&sender, "Runtime.TruncatedResponse", Bytes::new()).await;
            return refuse(400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
        };
        match frame.into_data() {
            Ok(data) => {
                size += data.len();
                if size > STREAM_BYTES_MAX {
                    fail(&sender, "Function.ResponseSizeTooLarge", crate::invocation::too_large(size)).await;
                    let message =
                        format!("Exceeded maximum allowed payload size ({STREAM_BYTES_MAX} bytes).");
                    return refuse(413, "RequestEntityTooLarge", &message);
                }
                // The caller went away: the rest is read and dropped.
                drop(sender.send(Piece::Bytes(data)).await);
            }
            Err(frame) => {
                if let Some((kind, body)) = frame.trailers_ref().and_then(trailer_error) {
                    fail(&sender, &kind, body).await;
                }
            }
        }
    }
    accepted()
}

async fn fail(sender: &mpsc::Sender<Piece>, kind: &str, body: Bytes) {
    drop(sender.send(Piece::Failed { kind: kind.to_owned(), body }).await);
}

/// The error that a stream ended with.
fn trailer_error(trailers: &HeaderMap) -> Option<(String, Bytes)> {
    let kind = wire::header(trailers, "lambda-runtime-function-error-type")?.to_owned();
    let body = wire::header(trailers, "lambda-runtime-function-error-body").unwrap_or_default();
    let body = BASE64_STANDARD.decode(body).unwrap_or_else(|_| body.as_bytes().to_vec());
    Some((kind, body.into()))
}

/// What the invoker sees of an error that carries X-Ray's cause beside it.
fn without_cause(body: &Bytes) -> Bytes {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return Bytes::from_static(b"\"Invalid error body\"");
    };
    let mut shown = serde_json::Map::new();
    for name in ["errorMessage", "errorType", "stackTrace"] {
        if let Some(part) = value.get(name) {
            shown.insert(name.to_owned(), part.clone());
        }
    }
    serde_json::Value::Object(shown).to_string().into()
}

impl From<Unread> for Reply {
    fn from(why: Unread) -> Self {
        match why {
            Unread::TooLarge => refuse(413, "RequestEntityTooLarge", "the body is too large"),
            Unread::Broken => refuse(400, "TruncatedHTTPRequest", "HTTP request detected as truncated"),
        }
    }
}
