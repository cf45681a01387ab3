//! A secret that stands in a file: never its value.
use crate::{Confidence, Span};

/// What a detector of secrets found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Which detector: `aws-access-key-id`, `private-key`, `password`.
    pub detector: &'static str,
    /// In a sentence: "an AWS access key id".
    pub what: &'static str,
    /// The file it stands in, relative to the scanned folder.
    pub path: String,
    pub at: Span,
    /// At most the format's public prefix and the length: `ghp_…(40)`. Never enough to use it.
    pub preview: String,
    /// Keyed hash of the value: the same secret in two places has the same one. Empty when the key was made
    /// for one run.
    pub hash: String,
    pub confidence: Confidence,
    /// In a test, an example or a document.
    pub in_test: bool,
    /// A value that is written to be an example, as documents print them.
    pub is_example: bool,
    /// Data about a person rather than a secret.
    pub is_personal: bool,
    /// The commit that brought it, when it was found in the history of git only.
    pub commit: Option<String>,
}
