//! What a check file needs.
pub(crate) use crate::registry::check;
pub(crate) use model::{
    App, Data, Effect, Findings, Fix, Kind, NewNode, Node, Principal, Relation, Severity, Statement, Tri,
    Value,
};
