//! What a check file needs.
pub(crate) use crate::registry::check;
pub(crate) use model::{
    App, Data, Effect, Findings, Fix, Kind, Node, Principal, Relation, Severity, Statement, Tri, Value,
};
