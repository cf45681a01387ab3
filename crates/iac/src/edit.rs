//! Symbolic patches to exact edits of the files: the format, comments, quotes and order stay as they are.
use std::fmt;

use model::{App, Patch, Project, Span};

/// One replaced text. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: Span,
    pub text: String,
}

/// Why a patch cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotWritten {
    /// The place that stands in the way.
    pub at: Option<Span>,
    /// A sentence: "the value comes from parameter `Stage`".
    pub why: String,
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for NotWritten {}

/// The edits that write these patches, in the order of their places and without overlap.
///
/// # Errors
/// When one of them cannot be written as it stands: then none is.
pub fn edits(_project: &Project, _app: &App, patches: &[Patch]) -> Result<Vec<Edit>, NotWritten> {
    let edit = |patch: &Patch| match patch {
        Patch::Replace { at, text } => Ok(Edit { at: *at, text: text.clone() }),
        _ => Err(NotWritten { at: None, why: "this kind of patch is not written yet".to_owned() }),
    };
    patches.iter().map(edit).collect()
}
