//! What a check file needs.
pub(crate) use crate::registry::check;
#[allow(unused_imports, reason = "a check takes what it needs of these")]
pub(crate) use model::{
    App, Data, Effect, Findings, Fix, Kind, Node, Policy, PolicyOrigin, Principal, Relation, Severity,
    Statement, Tri, Value,
};
