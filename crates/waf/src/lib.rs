//! Inspection of requests, responses and events: bytes in, verdict out.
//!
//! A rule set in SecLang (the OWASP Core Rule Set, or the one of ours) is read
//! once into a [`rule::RuleSet`] and compiled into an immutable [`Plan`] that
//! threads share. A [`Transaction`] runs one request, response or event of a
//! trigger through it.
//!
//! Pure and bounded: no sockets, no clock, no files, no allocation that input
//! can grow past [`Limits`]. Gateway, guard, scanner and benchmark run this very code.
//!
//! INVARIANT: cost is linear in the input, whatever it says.
pub mod body;
mod engine;
pub mod event;
mod fields;
pub mod graphql;
mod limits;
pub mod message;
pub mod operator;
pub mod own;
pub mod rule;
pub mod schema;
pub mod seclang;
pub mod transform;
pub mod upload;

pub use engine::{
    Change, ChangeKind, Client, Disruption, Match, NoPersistence, Persistence, Plan, PlanError, Request,
    Response, Scores, Trace, TraceStep, Transaction, Verdict,
};
pub use fields::{Field, Fields};
pub use limits::Limits;
