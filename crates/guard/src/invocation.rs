//! One invocation, as every part of the guard sees it.
use crate::Layer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use waf::event::Trigger;

/// What the platform said with `GET /runtime/invocation/next`.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// `Lambda-Runtime-Deadline-Ms`: milliseconds since 1970.
    pub deadline_ms: u64,
    /// `Lambda-Runtime-Invoked-Function-Arn`.
    pub function_arn: String,
    /// `Lambda-Runtime-Aws-Tenant-Id`.
    pub tenant: Option<String>,
    /// `Lambda-Runtime-Client-Context`, `Lambda-Runtime-Cognito-Identity`: as they came.
    pub client_context: Option<String>,
    pub cognito_identity: Option<String>,
    /// The event: JSON as it came.
    pub event: Arc<[u8]>,
    /// By the event's shape, or what the policy says where only one trigger is possible.
    pub trigger: Trigger,
    /// Who counts invocations at work keeps a weak reference.
    pub work: Arc<Work>,
}

/// Whether somebody is still at work on an invocation: nobody is when this is gone, either.
#[derive(Debug, Default)]
pub struct Work {
    is_over: AtomicBool,
}

impl Work {
    /// The answer is there, though it may not have left.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Acquire)
    }
}

/// Why an event does not reach the function, or an answer not its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub by: Layer,
    /// For the owner: says what and why; for no caller.
    pub reason: String,
    /// The rule, hook, schema place or limit that decided.
    pub rule: Option<String>,
    /// What an HTTP caller is told: 400, 401, 403, 413, 422, 429, 502, 504.
    pub status: u16,
    /// An attack, and not merely a mistake: the environment may be recycled.
    pub hostile: bool,
}

/// What is to be done with an event.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It goes to the function as it is.
    Pass,
    /// This goes to the function instead: a batch without the records that were refused. Their identifiers come back as
    /// `batchItemFailures` of the answer ([`crate::inspect::Inspector::answer`]), so that the platform keeps them.
    Change(Arc<[u8]>),
    /// It does not; the platform gets this instead.
    Refuse(Refusal, Answer),
}

/// What goes to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `POST …/response`.
    Response(Vec<u8>),
    /// `POST …/error` with `Lambda-Runtime-Function-Error-Type` and the error object (`errorMessage`, `errorType`).
    Error { kind: String, message: String },
}
