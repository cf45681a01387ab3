//! Lambda's Runtime API (2018-06-01), from both sides: server for the runtime, client of the platform.
//!
//! What the runtime may ask is what a runtime asks: the next event, answers and errors of invocations that are in flight, errors
//! of its start, and the two calls of a restored snapshot. Everything else does not exist here, the Extensions API above all.
//!
//! INVARIANT: an answer reaches the platform once, and only for an invocation that the platform gave.
pub(crate) mod again;
pub(crate) mod answers;
pub(crate) mod extension;
pub(crate) mod flights;
pub(crate) mod head;
pub(crate) mod platform;
pub(crate) mod proxy;
mod restored;
pub(crate) mod stream;
mod telemetry;
pub(crate) mod wire;
