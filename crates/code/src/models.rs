//! What code of others does: ends of flows, what makes a value harmless, what a call gives back.
//!
//! Facts stand in text tables, a line each, for each language; [`rules`] finds those of a call by its
//! qualified name.
pub(crate) mod aws;
mod read;
mod table;

pub(crate) use table::{Argument, Condition, Effect, Returns, Rule, rules};
