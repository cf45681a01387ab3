//! From a rule set to a plan, from a request to a verdict.
use crate::body::Processor;
use crate::rule::{Persistent, RuleSet, Severity};
use crate::{Fields, Limits};
use std::net::IpAddr;
use std::sync::Arc;

/// A rule set made ready: immutable, shared by threads, swapped whole on reload.
#[derive(Debug)]
pub struct Plan {}

/// Why a rule set cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// An operator's argument is wrong.
    #[error("{at}: rule {id}: {message}")]
    Operator { at: crate::rule::Place, id: u64, message: String },
}

impl Plan {
    /// Compiles a rule set.
    pub fn compile(rules: &RuleSet, limits: Limits) -> Result<Self, PlanError> {
        let _ = (rules, limits);
        Ok(Self {})
    }

    /// Whether the rules want to see response bodies, and of which media types (`SecResponseBodyAccess`, `SecResponseBodyMimeType`).
    #[must_use]
    pub fn wants_response_body(&self, content_type: &[u8]) -> bool {
        let _ = content_type;
        false
    }

    /// The most bytes of a request body worth handing over.
    #[must_use]
    pub fn request_body_bytes_max(&self) -> usize {
        0
    }
}

/// Both ends of the connection, and the moment.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    pub port: u16,
    pub server_address: IpAddr,
    pub server_port: u16,
    /// `UNIQUE_ID`
    pub id: String,
    /// Microseconds since 1970-01-01, for `TIME*` and expiry.
    pub now_micros: u64,
}

/// The head of a request, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a [u8],
    /// The request target, undecoded (`REQUEST_URI_RAW`).
    pub target: &'a [u8],
    /// `HTTP/1.1`, `HTTP/2.0`
    pub protocol: &'a [u8],
    pub headers: &'a Fields,
}

/// The head of a response.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    pub status: u16,
    pub protocol: &'a [u8],
    pub headers: &'a Fields,
}

/// What is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    /// Stop here; in detection mode the engine says `Pass` and keeps this in [`Transaction::would_disrupt`].
    Disrupt(Disruption),
}

/// How a transaction is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disruption {
    pub rule: u64,
    pub status: u16,
    /// `redirect:`
    pub location: Option<String>,
    /// `drop`: close the connection without an answer.
    pub drop: bool,
}

/// One rule that matched and logs.
#[derive(Clone, Debug)]
pub struct Match {
    pub rule: u64,
    pub phase: crate::rule::Phase,
    pub message: String,
    /// `logdata`, expanded.
    pub data: String,
    pub severity: Option<Severity>,
    pub tags: Arc<[String]>,
    /// The variable that matched (`ARGS:q`), and at most 200 bytes of its value, control characters escaped.
    pub variable: String,
    pub value: String,
    /// Whether the rule logs (`nolog` rules are kept for `explain` only).
    pub logged: bool,
}

/// The anomaly scores of the Core Rule Set; 0 with other rule sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// What counts for blocking: `blocking_inbound_anomaly_score`.
    pub inbound: u32,
    pub outbound: u32,
    /// `detection_inbound_anomaly_score`: with the levels that only detect.
    pub detection_inbound: u32,
    pub detection_outbound: u32,
}

/// Collections that outlive a transaction (`initcol`). The caller keeps them, in `store::State` for instance.
pub trait Persistence: Send + Sync {
    /// The members of a collection: name and value; none when it is new or expired.
    fn load(&self, collection: Persistent, key: &[u8], now_micros: u64) -> Fields;
    /// The changes of one transaction, after its last phase.
    fn save(&self, collection: Persistent, key: &[u8], changes: &[Change], now_micros: u64);
}

/// One change to a persistent collection. Sums are told as sums, so that concurrent transactions add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub kind: ChangeKind,
    /// `expirevar`, seconds from now.
    pub expires_in_seconds: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Set(Vec<u8>),
    Add(i64),
    Remove,
    /// Only the expiry changes.
    Keep,
}

/// Persistent collections begin empty with every transaction.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPersistence;

impl Persistence for NoPersistence {
    fn load(&self, _: Persistent, _: &[u8], _: u64) -> Fields {
        Fields::default()
    }

    fn save(&self, _: Persistent, _: &[u8], _: &[Change], _: u64) {}
}

/// One request and its response, or one event, on its way through a plan.
///
/// Call the phases in order: [`request`](Self::request), [`request_body`](Self::request_body) (also when there is none),
/// [`response`](Self::response), [`response_body`](Self::response_body), [`finish`](Self::finish). A phase may be left out at the end, never in the middle.
/// Scratch memory comes from a pool in the plan and goes back when the transaction is dropped.
pub struct Transaction<'p> {
    plan: &'p Plan,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Transaction").field("plan", self.plan).finish_non_exhaustive()
    }
}

impl<'p> Transaction<'p> {
    /// Begins.
    #[must_use]
    pub fn new(plan: &'p Plan, client: &Client, persistence: &'p dyn Persistence) -> Self {
        let _ = (client, persistence);
        Self { plan }
    }

    /// Phase 1.
    pub fn request(&mut self, request: &Request<'_>) -> Verdict {
        let _ = request;
        Verdict::Pass
    }

    /// Adds arguments that came another way: path parameters, fields of an event (`ARGS`, not `ARGS_GET` or `ARGS_POST`).
    pub fn arguments(&mut self, arguments: &Fields) {
        let _ = arguments;
    }

    /// Which processor the headers and the rules chose (`ctl:requestBodyProcessor`), known after phase 1.
    #[must_use]
    pub fn processor(&self) -> Option<Processor> {
        None
    }

    /// Phase 2. The body is what the client sent, decompressed.
    pub fn request_body(&mut self, body: &[u8]) -> Verdict {
        let _ = body;
        Verdict::Pass
    }

    /// Phase 3.
    pub fn response(&mut self, response: &Response<'_>) -> Verdict {
        let _ = response;
        Verdict::Pass
    }

    /// Phase 4.
    pub fn response_body(&mut self, body: &[u8]) -> Verdict {
        let _ = body;
        Verdict::Pass
    }

    /// Phase 5, also after a disruption; saves persistent collections.
    pub fn finish(&mut self) {}

    /// Rules that matched so far, in order.
    #[must_use]
    pub fn matches(&self) -> &[Match] {
        &[]
    }

    #[must_use]
    pub fn scores(&self) -> Scores {
        Scores::default()
    }

    /// What blocking mode would have done, in detection mode.
    #[must_use]
    pub fn would_disrupt(&self) -> Option<&Disruption> {
        None
    }
}
