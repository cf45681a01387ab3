//! A third-party package that the application brings along.
use crate::{Severity, Span};

/// One version of a package, as one manifest or lock file names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// OSV's name of the ecosystem: `npm`, `PyPI`, `crates.io`, `Go`, `Maven`, `RubyGems`, `NuGet`.
    pub ecosystem: &'static str,
    /// Normalised as the ecosystem does: `pyyaml`.
    pub name: String,
    /// What the manifest asks for: `^4.17.0`, `>=2`.
    pub requirement: Option<String>,
    /// The exact version, when the file says so.
    pub version: Option<String>,
    pub scope: Scope,
    /// Named by the manifest itself, not only by another package.
    pub direct: bool,
    /// Where the name stands.
    pub at: Span,
    /// Where the version or requirement stands.
    pub version_at: Option<Span>,
    /// SPDX expression, when the file says so.
    pub license: Option<String>,
    /// Runs a program of its own when it is installed.
    pub install_script: bool,
    /// The author's notice not to use it any more.
    pub deprecated: Option<String>,
    /// Fetched from elsewhere than the registry: git, URL, path.
    pub source: Option<String>,
    /// Whether the lock file holds a checksum.
    pub locked: bool,
    /// From a direct dependency to this package, both included; names.
    pub chain: Vec<String>,
    pub advisories: Vec<Advisory>,
    pub exposure: Exposure,
}

/// When a package is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Runtime,
    Optional,
    Development,
}

/// A known weakness of this version.
#[derive(Debug, Clone, PartialEq)]
pub struct Advisory {
    /// The id of its database: `GHSA-…`, `PYSEC-…`, `RUSTSEC-…`.
    pub id: String,
    /// The same elsewhere, CVE first.
    pub aliases: Vec<String>,
    pub summary: String,
    pub severity: Severity,
    /// CVSS base score, 0 to 10, when the advisory has a vector.
    pub score: Option<f64>,
    /// The smallest newer version without it.
    pub fixed: Option<String>,
    /// What VEX says: `not_affected` and its justification take it from the findings.
    pub vex: Option<String>,
    /// Malware or withdrawn by its author, not a mistake in it.
    pub malicious: bool,
}

/// Whether code that runs loads the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// Nobody knows: the code that it belongs to was not analysed.
    Unknown,
    /// No handler loads it.
    NotImported,
    /// These functions load it, directly or through another package.
    Imported {
        /// Function and the trigger that an outsider reaches it by, when there is one.
        functions: Vec<(String, Option<String>)>,
        at: Span,
    },
}
