//! The application graph: functions, triggers, roles, data stores and the
//! flows between them, whatever file format described them.
//!
//! Front ends build a [`Project`]; everything else reads it. Names are
//! cloud-neutral; what only one provider has lives in attributes listed in
//! [`schema`]. Every node and value knows its [`Span`]. What could not be
//! resolved is [`Data::Unknown`] with its reason, never a default.
//!
//! Deliberately absent: input and output, a clock, any file format.
mod app;
mod approval;
mod check;
mod code;
mod date;
mod finding;
mod index;
mod kind;
mod node;
mod package;
mod policy;
pub mod schema;
mod secret;
mod skip;
mod source;
mod span;
mod suppression;
mod tri;
mod value;

pub use app::{App, Framework, Problem, ProblemKind, Project};
pub use approval::Approval;
pub use check::{Check, Findings, Undecided};
pub use code::{
    Argument, Aws, Call, Coverage, Flow, FunctionCode, Import, Language, Sink, SinkKind, Trust, Use, UseKind,
};
pub use date::{Date, ParseDateError};
pub use finding::{Confidence, Finding, Fix, NewNode, ParseSeverityError, Patch, Related, Safety, Severity};
pub use kind::{Kind, Provider, Relation};
pub use node::{Edge, Node, NodeId, Skip, SkipOrigin};
pub use package::{Advisory, Exposure, Manifest, Origin, Package, Scope, Setting, SettingKind, Upgrade};
pub use policy::{Condition, Effect, Policy, PolicyOrigin, Principal, Statement};
pub use secret::Secret;
pub use source::{MemorySource, ReadError, Source, beside};
pub use span::{FileId, Place, SourceFile, Span};
pub use suppression::{Stale, StaleReason, Suppressed, Suppression};
pub use tri::Tri;
pub use value::{Data, Entry, Key, Ref, Unknown, Value};
