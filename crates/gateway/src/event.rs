//! Decisions as events of the Open Cybersecurity Schema Framework.
use crate::exchange::{Answer, Connection, Decision, Exchange};
use crate::server::Shared;

/// A request's decisions.
pub(crate) fn emit(exchange: &Exchange<'_>, answer: &Answer) {
    let _ = (exchange, answer);
}

/// A connection's.
pub(crate) fn emit_connection(shared: &Shared, connection: &Connection, decision: &Decision) {
    let _ = (shared, connection, decision);
}
