//! Advisories: what is known to be weak in which versions.
//!
//! Databases of others (OSV, RustSec, PyPA, GitHub, the Node.js security working group) become one
//! shape: for each package a list of [`Record`]s, whose versions are intervals and single versions.
pub mod archive;
mod compile;
mod database;
mod node;
mod osv;
mod rustsec;
mod score;

use serde::{Deserialize, Serialize};

use crate::version::{Interval, Scheme, Version};

pub use compile::Compiler;
pub use database::{Database, DatabaseError, Meta, OfEcosystem, SourceInfo};

/// One advisory for one package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Record {
    pub id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// `low` to `critical`, when the database says so without a vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// CVSS base score, 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub malicious: bool,
    /// No weakness: `unmaintained`, `unsound`, `notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informational: Option<String>,
}

/// Whether a record is about a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Affected,
    NotAffected,
    /// The version, or a bound of the record, is none that the ecosystem can order.
    Unknown,
}

impl Record {
    /// Whether this version is affected: it is listed, or lies in an interval.
    #[must_use]
    pub fn judges(&self, scheme: Scheme, text: &str, version: Option<&Version>) -> Verdict {
        if self.versions.iter().any(|listed| listed == text) {
            return Verdict::Affected;
        }
        let Some(version) = version else {
            return if self.affected.is_empty() { Verdict::NotAffected } else { Verdict::Unknown };
        };
        if self.versions.iter().any(|listed| scheme.parse(listed).as_ref() == Some(version)) {
            return Verdict::Affected;
        }
        let mut verdict = Verdict::NotAffected;
        for interval in &self.affected {
            match interval.contains(scheme, version) {
                Some(true) => return Verdict::Affected,
                Some(false) => {}
                None => verdict = Verdict::Unknown,
            }
        }
        verdict
    }
}

/// What one file of a database says.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Ecosystem, name of the package, record.
    pub records: Vec<(String, String, Record)>,
    /// The day of its last change, `YYYY-MM-DD`.
    pub modified: Option<String>,
    pub withdrawn: bool,
    /// Ranges of commits: no lock file says which commit a version is.
    pub git_ranges: usize,
}

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;
