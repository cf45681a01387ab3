//! Templates to application graph.
//!
//! [`read`] finds every application below a folder (CloudFormation, SAM,
//! Serverless Framework, Terraform, CDK output), resolves what can be resolved
//! and lowers it into [`model::Project`]. Broken input is normal: what could be
//! read is in the graph, what was lost is a [`model::Problem`].
//!
//! Each front end turns its format into [`Resource`]s with resolved properties.
//! The tables under `aws` then lower these to nodes, and are the only place that
//! knows how a provider spells an attribute.
//!
//! INVARIANT: cost is linear in the input and bounded by [`Limits`].
mod aws;
mod cdk;
mod cloudformation;
mod discover;
mod doc;
mod edit;
mod lower;
mod options;
mod reader;
mod resource;
mod serverless;
mod skips;
mod terraform;

pub use edit::{
    Changed, Difference, Edit, Editor, Equipment, Hunk, NotWritten, Variable, apply, code_differences,
    compose, differences, edits, hunks, patch_text, touched, unified,
};
pub use lower::describe_patch;
pub use model::{MemorySource, ReadError, Source};
pub use options::{Limits, Options};
pub use reader::read;
