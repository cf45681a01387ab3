//! The Lambda Runtime API (2018-06-01) of one execution environment, with the Extensions and Telemetry APIs beside it.
//!
//! Statuses, bodies and the machine of states are those of AWS's `aws-lambda-runtime-interface-emulator`.
mod extensions;
mod respond;
mod restore;
mod stand;
mod telemetry;

use crate::clock;
use crate::invocation::Piece;
use crate::plan::Function;
use crate::wire::{self, Reply};
use bytes::Bytes;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, mpsc, oneshot, watch};

pub(crate) use extensions::Extensions;
use restore::Credentials;
use stand::Stand;
pub(crate) use telemetry::Telemetry;

/// What the environment is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The runtime has not asked for work yet.
    Starting,
    /// It waits for work.
    Idle,
    Busy,
    /// It said that it cannot start: type and body.
    Broken {
        kind: String,
        body: Bytes,
    },
}

/// An invocation as the runtime sees it.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) id: String,
    pub(crate) payload: Bytes,
    /// Milliseconds since 1970.
    pub(crate) deadline_ms: u64,
    pub(crate) arn: String,
    pub(crate) trace: String,
    pub(crate) client_context: Option<String>,
    pub(crate) cognito_identity: Option<String>,
    pub(crate) tenant: Option<String>,
}

/// What the runtime answered.
#[derive(Debug)]
pub(crate) enum Outcome {
    Whole(Bytes),
    Stream { content_type: String, pieces: mpsc::Receiver<Piece> },
    Error { kind: String, body: Bytes },
    TooLarge(usize),
}

/// Work and who waits for its answer.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) reply: oneshot::Sender<Outcome>,
}

/// The server's state.
#[derive(Debug)]
pub(crate) struct Api {
    function: Arc<Function>,
    account: String,
    stand: Mutex<Stand>,
    phase: watch::Sender<Phase>,
    jobs: AsyncMutex<mpsc::Receiver<Job>>,
    /// Those that wait for work; who gives some takes one of them first.
    pub(crate) pollers: Semaphore,
    pub(crate) extensions: Extensions,
    pub(crate) telemetry: Telemetry,
    pub(crate) credentials: Credentials,
}

/// Bytes of a body that says what is wrong.
const ERROR_BYTES_MAX: usize = 6 * 1024 * 1024;

impl Api {
    /// A server's state, and where work is put in.
    pub(crate) fn new(function: Arc<Function>, account: &str) -> (Arc<Self>, mpsc::Sender<Job>) {
        let (sender, receiver) = mpsc::channel(function.invocations());
        let api = Self {
            function,
            account: account.to_owned(),
            stand: Mutex::new(Stand::Started),
            phase: watch::Sender::new(Phase::Starting),
            jobs: AsyncMutex::new(receiver),
            pollers: Semaphore::new(0),
            extensions: Extensions::default(),
            telemetry: Telemetry::new(),
            credentials: Credentials::new(),
        };
        (Arc::new(api), sender)
    }

    /// What the environment is doing, now and later.
    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// The invocation under way.
    pub(crate) fn current(&self) -> Option<String> {
        self.stand().current()
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        // INVARIANT: no code between lock and unlock can panic.
        self.stand.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Answers one request of the runtime or of an extension.
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Reply {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let method = request.method().clone();
        match (method, parts.as_slice()) {
            (Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => self.next().await,
            (Method::POST, ["2018-06-01", "runtime", "invocation", id, what @ ("response" | "error")]) => {
                let (id, is_error) = ((*id).to_owned(), *what == "error");
                // On a task of its own: a runtime that goes away in the middle takes its connection's with it, and its invocation is
                // answered all the same.
                let answering = tokio::spawn(async move {
                    if is_error { self.error(&id, request).await } else { self.response(&id, request).await }
                });
                answering.await.unwrap_or_else(|_| refuse(500, "InternalServerError", "the host failed"))
            }
            (Method::POST, ["2018-06-01", "runtime", "init", "error"]) => self.init_error(request).await,
            (Method::GET, ["2018-06-01", "runtime", "restore", "next"]) => self.restore(),
            (Method::POST, ["2018-06-01", "runtime", "restore", "error"]) => self.init_error(request).await,
            (Method::GET, ["2021-04-23", "credentials"]) if self.function.snap_start => {
                self.credentials.answer(&request, &self.function)
            }
            (Method::GET, ["2018-06-01", "ping"]) => wire::reply(200, "text/plain", "pong"),
            (method, ["2020-01-01", "extension", rest @ ..]) => self.extension(&method, rest, request).await,
            (Method::PUT, ["2022-07-01", "telemetry"] | ["2020-08-15", "logs"]) => {
                self.subscribe(request).await
            }
            (_, ["2018-06-01", "runtime", ..]) => wire::reply(405, "text/plain", ""),
            _ => wire::reply(404, "text/plain; charset=utf-8", "404 page not found\n"),
        }
    }

    async fn next(&self) -> Reply {
        let asked = self.stand().ask(self.has_several());
        match asked {
            Ok(true) => {}
            // A runtime that asks now is about to be ended: it hears nothing that it would take for an error.
            Ok(false) => return std::future::pending().await,
            Err(from) => return transition(from, "Ready"),
        }
        if self.telemetry.runtime_ready() {
            self.extensions.close();
        }
        self.phase.send_replace(Phase::Idle);
        let waiting = Waiting::new(&self.pollers);
        let job = self.jobs.lock().await.recv().await;
        let Some(job) = job else {
            // The environment is ending: the runtime is not told, its process ends.
            return std::future::pending().await;
        };
        waiting.served();
        let reply = work_reply(&job.work);
        // Managed instances tell their extensions of no invocation, and go on taking more.
        if !self.has_several() {
            self.phase.send_replace(Phase::Busy);
            self.extensions.invoke(&job.work);
        }
        self.stand().begin(job.work.id, job.reply);
        reply
    }

    /// Whether the runtime has several invocations at once.
    pub(crate) fn has_several(&self) -> bool {
        self.function.has_several()
    }

    /// Nobody waits for this invocation any more.
    pub(crate) fn late(&self, id: &str) {
        self.stand().late(id);
    }

    async fn init_error(&self, request: Request<Incoming>) -> Reply {
        let kind = error_kind(&request);
        let body = wire::read(request.into_body(), ERROR_BYTES_MAX).await.unwrap_or_default();
        {
            let mut stand = self.stand();
            if !matches!(*stand, Stand::Started) {
                return transition(stand.name(), "InitError");
            }
            *stand = Stand::InitError;
        }
        self.phase.send_replace(Phase::Broken { kind, body });
        accepted()
    }

    /// Every extension is ready for the first time: the platform tells of each.
    pub(crate) fn extensions_ready(&self) {
        for state in self.extensions.states() {
            self.telemetry.record("platform.extension", state);
        }
    }

    /// Ends what the runtime will never answer.
    pub(crate) fn abandon(&self) {
        *self.stand() = Stand::Ended;
    }
}

/// A request for work that waits.
struct Waiting<'a>(Option<&'a Semaphore>);

impl<'a> Waiting<'a> {
    fn new(pollers: &'a Semaphore) -> Self {
        pollers.add_permits(1);
        Self(Some(pollers))
    }

    /// Who gave the work has taken it away.
    fn served(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // The runtime went away. Where somebody counts on it already, the work waits for another one.
        if let Some(Ok(permit)) = self.0.map(Semaphore::try_acquire) {
            permit.forget();
        }
    }
}

/// The answer to `next`.
fn work_reply(work: &Work) -> Reply {
    let mut reply = wire::reply(200, "application/json", work.payload.clone());
    wire::set(&mut reply, "lambda-runtime-aws-request-id", &work.id);
    wire::set(&mut reply, "lambda-runtime-deadline-ms", &work.deadline_ms.to_string());
    wire::set(&mut reply, "lambda-runtime-invoked-function-arn", &work.arn);
    wire::set(&mut reply, "lambda-runtime-trace-id", &work.trace);
    let optional = [
        ("lambda-runtime-client-context", &work.client_context),
        ("lambda-runtime-cognito-identity", &work.cognito_identity),
        ("lambda-runtime-aws-tenant-id", &work.tenant),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            wire::set(&mut reply, name, value);
        }
    }
    reply
}

/// The error's type, as the runtime names it.
fn error_kind(request: &Request<Incoming>) -> String {
    wire::header(request.headers(), "lambda-runtime-function-error-type")
        .unwrap_or("Runtime.Unknown")
        .to_owned()
}

fn accepted() -> Reply {
    wire::reply(202, "application/json", "{\"status\":\"OK\"}\n")
}

fn refuse(status: u16, kind: &str, message: &str) -> Reply {
    wire::json(status, &json!({"errorMessage": message, "errorType": kind}))
}

fn transition(from: &str, to: &str) -> Reply {
    let message = format!(
        "State transition from {from} to {to} failed for runtime. Error: State transition is not allowed"
    );
    refuse(403, "InvalidStateTransition", &message)
}

fn unknown_request() -> Reply {
    refuse(400, "InvalidRequestID", "Invalid request ID")
}

/// Starts the server on a port of its own.
pub(crate) async fn start(api: &Arc<Api>) -> std::io::Result<(u16, tokio::task::JoinHandle<()>)> {
    let (listener, address) = wire::listen(0).await?;
    let api = Arc::clone(api);
    api.telemetry.set_started(clock::now_ms());
    let serving = wire::serve(listener, move |request| Arc::clone(&api).handle(request));
    Ok((address.port(), tokio::spawn(serving)))
}
