//! What a check file needs.
pub(crate) use crate::registry::check;
pub(crate) use model::{
    App, Data, Effect, Findings, Fix, Kind, Node, PolicyOrigin, Principal, Relation, Severity, Statement,
    Tri, Value,
};
