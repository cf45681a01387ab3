//! The policy bundle: what each function of an application may receive, do, reach and answer.
//!
//! It is compiled from the application graph, the facts of the code and `buckler.toml`, signed once, and enforced by
//! the guard. It is readable JSON, so that a person can review and a tool can compare it.
//!
//! INVARIANT: what is not understood is refused: an unknown field, format or control is an error, never skipped.
pub mod build;
mod bundle;
mod control;
pub mod diff;
mod function;
pub mod learn;
pub mod package;
pub mod show;
pub mod signed;

pub use bundle::{Bundle, FORMAT, Rules};
pub use control::{Control, Demand};
pub use function::{
    Access, Egress, Environment, Files, Function, HostRule, HttpRoute, Isolation, Limits, Mode, Programs,
    Redaction, Response, Sandbox, Schema, SchemaOrigin, Treatment, Trigger,
};
pub use signed::{PublicKey, ReadError, SigningKey, read_signed};

/// Most levels of a bundle and of what it is learned from; schemas nest deeper than most data.
pub(crate) const JSON_LEVELS_MAX: usize = 64;
