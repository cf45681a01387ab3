//! Manifests, lock files and bills of materials: text in, packages and problems out.
//!
//! No reader runs anything, asks a registry or guesses: a version that a file does not say stays
//! unknown, and what could not be read is a problem.
mod cargo;
mod go;
mod installed;
mod jvm;
mod link;
mod npm;
mod npm_lock;
mod others;
mod pnpm;
mod pyproject;
mod python_locks;
mod requirements;
mod setup;
mod walk;
mod yarn;

use model::{Data, FileId, Manifest, Origin, Package, Scope, Setting, SettingKind, Span, Value};

use crate::doc::{self, Trouble};
use crate::version::{Requirement, Scheme};

pub(crate) use requirements::normal_name;
pub use walk::read;

/// Bytes of one manifest or lock file.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// Packages of one file: more are told and left out.
pub(crate) const PACKAGES_MAX: usize = 200_000;

/// One file to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub text: &'a str,
    pub file: FileId,
    pub path: &'a str,
}

/// What one file says.
#[derive(Debug)]
pub(crate) struct Found {
    pub ecosystem: &'static str,
    pub origin: Origin,
    pub name: Option<String>,
    pub version: Option<String>,
    pub packages: Vec<Package>,
    pub settings: Vec<Setting>,
    /// Files that this one takes in (`-r`), and files that pin what it asks for (`-c`).
    pub includes: Vec<Include>,
    pub troubles: Vec<Trouble>,
}

/// A file that a requirements file names.
#[derive(Debug)]
pub(crate) struct Include {
    pub path: String,
    pub at: Span,
    /// Only pins what others ask for.
    pub constrains: bool,
}

impl Found {
    pub(crate) fn new(ecosystem: &'static str, origin: Origin) -> Self {
        Self {
            ecosystem,
            origin,
            name: None,
            version: None,
            packages: Vec::new(),
            settings: Vec::new(),
            includes: Vec::new(),
            troubles: Vec::new(),
        }
    }

    pub(crate) fn package(&self, name: &str, at: Span) -> Package {
        Package::new(self.ecosystem, name, at, self.origin)
    }

    pub(crate) fn setting(&mut self, kind: SettingKind, text: &str, at: Span) {
        self.settings.push(Setting { kind, text: text.to_owned(), at });
    }

    fn manifest(&self, input: Input<'_>) -> Manifest {
        Manifest {
            file: input.file,
            path: input.path.to_owned(),
            ecosystem: self.ecosystem,
            origin: self.origin,
            name: self.name.clone(),
            version: self.version.clone(),
            lock: None,
            settings: self.settings.clone(),
        }
    }
}

type Reader = fn(Input<'_>) -> Found;

/// The reader for a path; `None` when the file names no packages.
fn reader(path: &str) -> Option<Reader> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let exact: Option<Reader> = match name {
        "package.json" => Some(npm::package_json),
        "package-lock.json" | "npm-shrinkwrap.json" | ".package-lock.json" => Some(npm_lock::package_lock),
        "yarn.lock" => Some(yarn::yarn_lock),
        "pnpm-lock.yaml" => Some(pnpm::pnpm_lock),
        "pyproject.toml" => Some(pyproject::pyproject),
        "Pipfile" => Some(pyproject::pipfile),
        "Pipfile.lock" => Some(python_locks::pipfile_lock),
        "poetry.lock" => Some(python_locks::poetry_lock),
        "uv.lock" => Some(python_locks::uv_lock),
        "pdm.lock" => Some(python_locks::pdm_lock),
        "setup.cfg" => Some(setup::setup_cfg),
        "setup.py" => Some(setup::setup_py),
        "Cargo.toml" => Some(cargo::cargo_toml),
        "Cargo.lock" => Some(cargo::cargo_lock),
        "go.mod" => Some(go::go_mod),
        "go.sum" => Some(go::go_sum),
        "pom.xml" => Some(jvm::pom),
        "gradle.lockfile" | "buildscript-gradle.lockfile" => Some(jvm::gradle_lock),
        "Gemfile.lock" | "gems.locked" => Some(others::gemfile_lock),
        "composer.json" => Some(others::composer_json),
        "composer.lock" => Some(others::composer_lock),
        "packages.lock.json" => Some(others::nuget_lock),
        _ => None,
    };
    exact.or_else(|| by_shape(path, name))
}

fn by_shape(path: &str, name: &str) -> Option<Reader> {
    let lower = name.to_ascii_lowercase();
    let ends = |ending: &str| lower.ends_with(ending);
    if ends(".csproj") || ends(".fsproj") || ends(".vbproj") {
        return Some(others::dotnet_project);
    }
    let in_folder = path.contains("requirements/") && ends(".txt");
    let is_text = ends(".txt") || ends(".in") || ends(".pip");
    if in_folder || (is_text && lower.contains("requirements")) {
        return Some(requirements::requirements);
    }
    if name == "METADATA" && path.contains(".dist-info/") {
        return Some(installed::dist_info);
    }
    if name == "PKG-INFO" && path.contains(".egg-info") {
        return Some(installed::dist_info);
    }
    let is_bill = ends(".cdx.json") || ends(".spdx.json") || lower == "bom.json" || lower == "sbom.json";
    is_bill.then_some(crate::sbom::read_bill as Reader)
}

/// The text of a value, empty when it is none.
pub(crate) fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// Where a part of a value's text stands; the whole value when escapes moved it.
pub(crate) fn inside(value: &Value, from: usize, to: usize) -> Span {
    let length = value.as_str().map_or(0, str::len);
    if value.at.len() != length {
        return value.at;
    }
    let start = value.at.start as usize;
    Span::new(value.at.file, start + from, start + to)
}

/// Gives a package its requirement, and its version when only one is allowed.
pub(crate) fn require(package: &mut Package, requirement: &str, at: Span) {
    package.requirement = Some(requirement.to_owned());
    package.version_at = Some(at);
    let Some(scheme) = Scheme::of(package.ecosystem) else { return };
    let parsed = Requirement::parse(scheme, requirement);
    if let Some(only) = parsed.as_ref().and_then(Requirement::only).filter(|_| !requirement.is_empty()) {
        package.version = Some(only.to_owned());
        package.pinned = true;
    }
}

/// Gives a package the version that its lock file decided.
pub(crate) fn decide(package: &mut Package, version: Option<&Value>) {
    if let Some(version) = version
        && let Data::Text(text) = &version.data
        && !text.is_empty()
    {
        package.version = Some(text.trim_start_matches("==").to_owned());
        package.version_at = Some(version.at);
        package.pinned = true;
    }
}

pub(crate) fn scope_of(is_development: bool, is_optional: bool) -> Scope {
    match (is_development, is_optional) {
        (true, _) => Scope::Development,
        (_, true) => Scope::Optional,
        _ => Scope::Runtime,
    }
}

/// Reads a JSON file and keeps what went wrong.
pub(crate) fn json(input: Input<'_>, found: &mut Found) -> Value {
    let read = doc::json(input.text, input.file);
    found.troubles.extend(read.troubles);
    expect_map(&read.root, found);
    read.root
}

/// Reads a TOML file and keeps what went wrong.
pub(crate) fn toml(input: Input<'_>, found: &mut Found) -> Value {
    let read = doc::toml(input.text, input.file);
    found.troubles.extend(read.troubles);
    read.root
}

fn expect_map(root: &Value, found: &mut Found) {
    let is_map = matches!(root.data, Data::Map(_));
    if !is_map && found.troubles.is_empty() {
        found.troubles.push(Trouble::unreadable(root.at, "the file holds no object"));
    }
}

#[cfg(test)]
mod tests;
