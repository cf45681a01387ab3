//! Findings and graphs as text: for a terminal, a pull request, a browser and
//! for other programs.
//!
//! Every function here takes data and returns a `String`. A [`Scan`] is what
//! the six scan formats show; [`fingerprint`] and [`Baseline`] tell findings
//! apart from one scan to the next.
//!
//! Names, messages and snippets come from files that nobody here wrote: each
//! format makes them harmless, and none shows what looks like a secret.
//!
//! Deliberately absent: input and output, a clock, the choice of what counts.
mod baseline;
mod catalogue;
mod controls;
mod coverage;
mod data;
mod graph;
mod group;
mod html;
mod identity;
mod json;
mod junit;
mod markdown;
mod mask;
mod page;
mod pages;
mod paint;
mod privileges;
mod repair;
mod sarif;
mod scan;
mod snippet;
mod text;
mod trail;
mod view;
mod visible;

pub use baseline::{Baseline, ReadBaselineError};
pub use catalogue::checks_json;
pub use graph::{graph_dot, graph_json, graph_mermaid};
pub use html::html;
pub use identity::{fingerprint, fingerprints, sort};
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use pages::{check_page, checks_index, explain};
pub use privileges::{
    Change, Difference, FunctionPermissions, Permissions, Reaches, Usage, UsageOf, privileges_html,
    privileges_iam, privileges_json, privileges_markdown, privileges_text,
};
pub use sarif::sarif;
pub use scan::{Colour, Detail, Look, Scan};
pub use text::text;
