//! SecLang: from files to a [`RuleSet`](crate::rule::RuleSet), and back to text.
//!
//! The language is ModSecurity 3's. What cannot be read is told with its place and what to write instead, all of it
//! and not only the first; a rule with something wrong in it is left out, and the problem is fatal. Order does not matter to
//! removals, updates and default actions: they hold for the whole rule set, as in ModSecurity 3.
mod action;
mod control;
mod limits;
mod lines;
mod load;
mod operator;
mod print;
mod problem;
mod resolve;
mod settings;
mod target;
mod update;

use crate::rule::{Place, RuleSet};

pub use limits::{
    BYTES_MAX, CHAIN_MAX, FILE_BYTES_MAX, FILES_MAX, INCLUDE_DEPTH_MAX, LINE_BYTES_MAX, PROBLEMS_MAX,
    PROBLEMS_OF_DIRECTIVE_MAX, RULES_MAX,
};

pub use print::{PRINTED_MAIN, print};

/// Where rule files and the data files beside them come from; the caller does the reading.
pub trait Files {
    /// The bytes of a file. `from` is the file that names it: a relative path starts in its folder ([`resolve`]).
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String>;
    /// The files that a pattern of `Include` names (`rules/*.conf`), sorted by name, each so that [`read`](Self::read) finds it with no
    /// `from`.
    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String>;
}

/// Where a path leads that a rule file names: its folder and the path, unless the path is absolute.
#[must_use]
pub fn resolve(path: &str, from: Option<&str>) -> String {
    let folder = from.and_then(|from| from.rfind('/').and_then(|at| from.get(..=at)));
    match folder {
        Some(folder) if !path.starts_with('/') => format!("{folder}{path}"),
        _ => path.to_owned(),
    }
}

/// Files in memory: name and bytes. A pattern of `Include` may hold `*` in its last part.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    pub files: std::collections::BTreeMap<String, Vec<u8>>,
}

impl MemoryFiles {
    /// Files from pairs of name and content.
    pub fn new<N: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (N, B)>) -> Self {
        Self { files: files.into_iter().map(|(name, bytes)| (name.into(), bytes.into())).collect() }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
        self.files.get(&resolve(path, from)).cloned().ok_or_else(|| "it is not there".to_owned())
    }

    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
        let full = resolve(pattern, from);
        Ok(self.files.keys().filter(|name| is_like(name, &full)).cloned().collect())
    }
}

/// Whether a name fits a pattern: `*` stands for any letters but `/`, `?` for one.
#[must_use]
pub fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.as_bytes(), pattern.as_bytes());
    let (mut at, mut with) = (0, 0);
    let mut star = None;
    while let Some(&letter) = name.get(at) {
        match pattern.get(with) {
            Some(b'*') => {
                star = Some((at, with));
                with += 1;
                continue;
            }
            Some(&wanted) if wanted == letter || (wanted == b'?' && letter != b'/') => {
                at += 1;
                with += 1;
                continue;
            }
            _ => {}
        }
        // The last `*` takes one letter more.
        match star {
            Some((from, star_at)) if name.get(from) != Some(&b'/') => {
                star = Some((from + 1, star_at));
                at = from + 1;
                with = star_at + 1;
            }
            _ => return false,
        }
    }
    pattern.get(with..).is_none_or(|rest| rest.iter().all(|&letter| letter == b'*'))
}

/// What is wrong with a rule file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    let mut loader = load::Loader::new(files);
    loader.entry(path);
    loader.finish()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::corpus;
