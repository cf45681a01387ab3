//! From a rule set to a plan, from a request to a verdict.
//!
//! [`plan`] says how a rule set is compiled; read that first.
mod absent;
mod actions;
mod alphabet;
mod automaton;
mod built;
mod compile;
mod fold;
mod groups;
mod inputs;
mod literals;
mod machine;
mod mark;
mod names;
mod necessary;
mod needs;
mod notes;
mod number;
mod pairs;
mod plan;
mod pool;
mod program;
mod rare;
mod recalled;
mod request;
mod scan;
mod seen;
mod settled;
mod silent;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod trace;
mod transaction;
mod vars;
mod walk;
mod worth;

use crate::rule::{Config, EngineMode, Persistent, RuleSet, Severity};
use crate::{Fields, Limits};
use std::net::IpAddr;
use std::sync::Arc;

pub use trace::{Trace, TraceStep};
pub use transaction::Transaction;

/// A rule set made ready: immutable, shared by threads, swapped whole on reload.
pub struct Plan {
    rules: plan::Rules,
    groups: Vec<groups::Group>,
    /// Phases with what is known beforehand worked out.
    programs: [Option<program::Program>; 5],
    /// Whether groups are used; without them everything is evaluated, which is slow and obvious.
    grouped: bool,
    names: names::Names,
    config: Config,
    limits: Limits,
    scores: ScoreSlots,
    /// Whether a rule reads `FULL_REQUEST`, a time: they are not worked out otherwise.
    wants_full_request: bool,
    wants_time: bool,
    pool: pool::Pool,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plan").field("rules", &self.rules.rules.len()).finish_non_exhaustive()
    }
}

/// Why a rule set cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// An operator's argument is wrong.
    #[error("{at}: rule {id}: {message}")]
    Operator { at: crate::rule::Place, id: u64, message: String },
}

/// Where the Core Rule Set keeps its scores.
#[derive(Clone, Copy, Debug)]
struct ScoreSlots {
    inbound: names::Slot,
    outbound: names::Slot,
    detection_inbound: names::Slot,
    detection_outbound: names::Slot,
}

impl Plan {
    /// Compiles a rule set. What it configures itself goes before `limits`.
    pub fn compile(rules: &RuleSet, limits: Limits) -> Result<Self, PlanError> {
        let mut names = names::Names::default();
        let config = rules.config.clone();
        let mut limits = limits;
        limits.request_body_bytes_max =
            config.request_body_bytes_max.unwrap_or(limits.request_body_bytes_max);
        limits.response_body_bytes_max =
            config.response_body_bytes_max.unwrap_or(limits.response_body_bytes_max);
        limits.arguments_max = config.arguments_max.unwrap_or(limits.arguments_max);
        limits.depth_max = config.json_depth_max.unwrap_or(limits.depth_max);
        limits.regex_steps_max = config.pcre_match_limit.unwrap_or(limits.regex_steps_max);
        let mut compiled = compile::compile(rules, &mut names, limits.regex_steps_max)?;
        let scores = ScoreSlots {
            inbound: names.slot(b"blocking_inbound_anomaly_score"),
            outbound: names.slot(b"blocking_outbound_anomaly_score"),
            detection_inbound: names.slot(b"detection_inbound_anomaly_score"),
            detection_outbound: names.slot(b"detection_outbound_anomaly_score"),
        };
        compile::name_slots(&mut compiled, &mut names);
        notes::find(&mut compiled, &names);
        let groups = groups::group(&mut compiled);
        let programs = settled::programs(&compiled, &names);
        let uses = &compiled.uses;
        let wants_full_request = uses.contains(&crate::rule::Collection::FullRequest)
            || uses.contains(&crate::rule::Collection::FullRequestLength);
        let wants_time = uses.iter().any(|collection| compile::is_time(*collection));
        Ok(Self {
            rules: compiled,
            groups,
            programs,
            grouped: true,
            names,
            config,
            limits,
            scores,
            wants_full_request,
            wants_time,
            pool: pool::Pool::default(),
        })
    }

    /// Runs one harmless exchange and makes the most common automata, so that the first client does not wait for them. It takes some 100 ms: for a
    /// thread that makes a new rule set ready, before it takes the place of the old one. Rarer automata are built when a value needs them.
    pub fn prepare(&self) {
        let address = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let id = "prepare".to_owned();
        let client = Client { address, port: 1, server_address: address, server_port: 1, id, now_micros: 0 };
        let body = b"{\"name\":\"some words\",\"list\":[1,\"two, three\"]}";
        let mut headers = Fields::default();
        for (name, value) in [
            ("Host", "example.com"),
            ("User-Agent", "Mozilla/5.0"),
            ("Accept", "*/*"),
            ("Cookie", "name=value"),
            ("Content-Type", "application/json"),
            ("Content-Length", "49"),
        ] {
            headers.push(name.as_bytes(), value.as_bytes());
        }
        let mut transaction = Transaction::new(self, &client, &NoPersistence);
        let target = b"/some/path?name=some+words&number=1";
        let request = Request { method: b"POST", target, protocol: b"HTTP/1.1", headers: &headers };
        // What the rules say of it tells nobody anything.
        if transaction.request(&request) == Verdict::Pass && transaction.request_body(body) == Verdict::Pass {
            let mut headers = Fields::default();
            headers.push(b"Content-Type", b"text/html");
            let response = Response { status: 200, protocol: b"HTTP/1.1", headers: &headers };
            if transaction.response(&response) == Verdict::Pass {
                let _verdict = transaction.response_body(b"<html><body>some words</body></html>");
            }
        }
        transaction.finish();
        for group in &self.groups {
            for (number, cluster) in group.clusters.iter().enumerate() {
                if group.feeds.iter().any(|feed| feed.cluster == number && !feed.is_body) {
                    cluster.prepare(&self.rules);
                }
            }
        }
    }

    /// The same plan without any shortcut: what tests compare with, and 100 times slower.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { grouped: false, ..self }
    }

    /// Whether the rules want to see response bodies, and of which media types (`SecResponseBodyAccess`, `SecResponseBodyMimeType`).
    #[must_use]
    pub fn wants_response_body(&self, content_type: &[u8]) -> bool {
        self.config.response_body_access == Some(true) && self.is_inspected_type(content_type)
    }

    /// The most bytes of a request body worth handing over: one more than rules read, so that what is longer is told.
    #[must_use]
    pub fn request_body_bytes_max(&self) -> usize {
        self.limits.request_body_bytes_max.saturating_add(1)
    }

    /// The most bytes of a response body worth handing over, in the same way.
    #[must_use]
    pub fn response_body_bytes_max(&self) -> usize {
        self.limits.response_body_bytes_max.saturating_add(1)
    }

    /// Whether disruptive actions run: `SecRuleEngine On`.
    #[must_use]
    pub fn engine(&self) -> EngineMode {
        // ModSecurity v3 evaluates and never disrupts when nothing is said.
        self.config.engine.unwrap_or(EngineMode::DetectionOnly)
    }

    /// Seconds that a persistent collection lives without a change (`SecCollectionTimeout`).
    #[must_use]
    pub fn collection_seconds(&self) -> u64 {
        // ModSecurity's reference manual, `SecCollectionTimeout`.
        self.config.collection_timeout_seconds.unwrap_or(3600)
    }

    /// How many rules there are, chains counted once.
    #[must_use]
    pub fn rules_count(&self) -> usize {
        self.rules.rules.len()
    }

    fn is_inspected_type(&self, content_type: &[u8]) -> bool {
        let name = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let types = &self.config.response_mime_types;
        types.is_empty() || types.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(name))
    }

    fn separator(&self) -> u8 {
        self.config.argument_separator.unwrap_or(b'&')
    }

    fn context(&self) -> crate::transform::Context<'_> {
        crate::transform::Context { unicode_map: self.config.unicode_map.as_deref() }
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
