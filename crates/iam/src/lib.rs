//! Permissions: what a function needs, what it has, and what somebody could make of it.
//!
//! [`catalogue`] holds the facts of the cloud: actions, resources, SDK operations, managed policies.
//! [`Pattern`] is the text of a policy, with wildcards, variables and what is known only when deployed.
//! [`paths`] finds the ways from some permissions to more.
//! [`privileges`] compares what the code, the triggers and the graph of each function need with what
//! its role allows.
//!
//! Pure: no files, no network, no clock, and no panic, whatever a policy says.
pub mod arn;
pub mod catalogue;
pub mod compare;
pub mod document;
pub mod evaluate;
mod identity;
mod minimise;
pub mod paths;
mod pattern;
mod privileges;
pub mod reach;
pub mod render;
pub mod review;
#[cfg(test)]
mod testing;
pub mod trail;
pub mod trust;

pub use identity::{Identity, identities, identity_of};
pub use minimise::minimise;
pub use paths::{escalations, escalations_with};
pub use pattern::{Lookup, Pattern, Piece, action_matches, escape, variable_parts};
pub use privileges::{
    Grant, GrantSource, Judgement, Need, Origin, Privileges, Reason, Unresolved, privileges,
};
