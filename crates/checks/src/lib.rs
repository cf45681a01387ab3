//! The checks: one file each, a pure function over the graph.
//!
//! A check's doc comment is its page, and the `fires` and `quiet` blocks of the
//! page run as tests. [`all`] is the registry; pages, SARIF rules and the
//! compliance matrix derive from it.
//!
//! Deliberately absent: file formats, the network, a clock.
mod api;
mod code;
mod data;
mod dependencies;
mod events;
mod facts;
mod functions;
mod identity;
mod list;
mod logging;
mod network;
mod platform;
mod prelude;
mod registry;
mod repair;
mod secrets;
mod supply;
mod suppress;

pub use registry::{all, find, run};
pub use suppress::{Ignore, Judged, suppress};

#[cfg(test)]
mod tests;
