//! A third-party package that the application brings along, and the file that says so.
use crate::{FileId, Severity, Span};

/// A file that names packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub file: FileId,
    /// Relative to the scanned folder.
    pub path: String,
    pub ecosystem: &'static str,
    pub origin: Origin,
    /// The application's own name, when the file says so.
    pub name: Option<String>,
    pub version: Option<String>,
    /// For a manifest: the lock file that belongs to it.
    pub lock: Option<String>,
    /// Settings that decide where packages come from.
    pub settings: Vec<Setting>,
}

/// A setting of a [`Manifest`]: what it is, what it says, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub kind: SettingKind,
    pub text: String,
    pub at: Span,
}

/// What a [`Setting`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingKind {
    /// The registry instead of the public one.
    Index,
    /// Another registry beside the first: whichever has the higher version wins.
    ExtraIndex,
    /// A host whose certificate is not verified.
    TrustedHost,
    /// A script that runs when the application's own packages are installed.
    InstallScript,
}

/// What kind of file names a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Asks for it.
    Manifest,
    /// Decides its version.
    Lock,
    /// It lies in the folder itself.
    Installed,
    /// A bill of materials lists it.
    Bill,
}

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
    pub origin: Origin,
    /// What it needs of the same file: `name@version`, or the name alone when no version is said.
    pub requires: Vec<String>,
    /// The modules that it brings, when its files say so: what code imports.
    pub modules: Vec<String>,
    /// `sha512-BASE64` or `sha256:HEX`, when the file says so.
    pub checksum: Option<String>,
    /// Only where this holds: `python_version < "3.8"`.
    pub condition: Option<String>,
    /// The requirement allows exactly one version.
    pub pinned: bool,
    /// The version is one before its release: alpha, beta, candidate, development.
    pub prerelease: bool,
    /// Why the lock file does not say what the manifest asks for.
    pub drift: Option<String>,
    /// The smallest version without any of its advisories.
    pub upgrade: Option<Upgrade>,
}

/// The way out of the advisories of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    pub version: String,
    /// What stands at [`Package::version_at`] afterwards, operators and quotes kept; `None` when the
    /// file is not one that people edit.
    pub text: Option<String>,
    /// The requirement allows it already, or it is the same major version.
    pub compatible: bool,
}

impl Package {
    /// A package of which only the name is known.
    #[must_use]
    pub fn new(ecosystem: &'static str, name: impl Into<String>, at: Span, origin: Origin) -> Self {
        Self {
            ecosystem,
            name: name.into(),
            requirement: None,
            version: None,
            scope: Scope::Runtime,
            direct: origin == Origin::Manifest,
            at,
            version_at: None,
            license: None,
            install_script: false,
            deprecated: None,
            source: None,
            locked: false,
            chain: Vec::new(),
            advisories: Vec::new(),
            exposure: Exposure::Unknown,
            origin,
            requires: Vec::new(),
            modules: Vec::new(),
            checksum: None,
            condition: None,
            pinned: false,
            prerelease: false,
            drift: None,
            upgrade: None,
        }
    }

    /// `name@version`, or the name alone: how [`Package::requires`] calls it.
    #[must_use]
    pub fn key(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{}@{version}", self.name))
    }
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
