//! `pnpm-lock.yaml` of versions 5 to 9.
use std::collections::{BTreeMap, BTreeSet};

use model::{Data, Origin, Package, Scope, Value};

use super::{Found, Input, scope_of, text};
use crate::doc;

pub(super) fn pnpm_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("npm", Origin::Lock);
    let read = doc::yaml(input.text, input.file);
    found.troubles.extend(read.troubles);
    let root = read.root;
    let mut direct = Roots::default();
    let importers = root.get("importers").map(Value::entries).unwrap_or_default();
    importers.iter().for_each(|importer| direct.add(&importer.value));
    direct.add(&root);
    let snapshots = root.get("snapshots");
    let mut needed: BTreeMap<&str, &Value> = BTreeMap::new();
    for snapshot in snapshots.map(Value::entries).unwrap_or_default() {
        needed.entry(bare(&snapshot.key.text)).or_insert(&snapshot.value);
    }
    for entry in root.get("packages").map(Value::entries).unwrap_or_default() {
        let Some((name, version)) = split(&entry.key.text) else { continue };
        let value = &entry.value;
        let name = value.get("name").and_then(Value::as_str).unwrap_or(name);
        let version = value.get("version").and_then(Value::as_str).unwrap_or(version);
        let mut package = found.package(name, entry.key.at);
        identify(&mut package, version, value);
        let key = package.key();
        package.direct = direct.runtime.contains(&key) || direct.development.contains(&key);
        let is_on = |key: &str| value.get(key).is_some_and(|value| value.data == Data::Bool(true));
        package.scope = scope_of(is_on("dev"), is_on("optional"));
        package.install_script = is_on("requiresBuild");
        package.requires = needs(value);
        if let Some(snapshot) = needed.get(bare(&entry.key.text)) {
            package.requires = needs(snapshot);
        }
        found.packages.push(package);
    }
    // From version 9 on nothing says what only development needs: it is what the others do not reach.
    if snapshots.is_some() {
        let reached =
            super::link::closure(&found.packages, |package| direct.runtime.contains(&package.key()));
        for (package, reached) in found.packages.iter_mut().zip(reached) {
            if !reached && !direct.runtime.is_empty() {
                package.scope = Scope::Development;
            }
        }
    }
    found
}

fn identify(package: &mut Package, version: &str, value: &Value) {
    let tarball = text(value.path("resolution.tarball"));
    let repository = text(value.path("resolution.repo"));
    if !repository.is_empty() {
        package.source = Some(format!("git+{repository}"));
    } else if !tarball.is_empty() {
        package.source = Some(tarball.to_owned());
    } else if version.contains('/') {
        package.source = Some(version.to_owned());
    }
    if !version.contains('/') && !version.is_empty() {
        package.version = Some(version.to_owned());
        package.version_at = Some(package.at);
        package.pinned = true;
    }
    let checksum = text(value.path("resolution.integrity"));
    package.locked = !checksum.is_empty();
    package.checksum = Some(checksum.to_owned()).filter(|checksum| !checksum.is_empty());
    package.deprecated = value.get("deprecated").and_then(Value::as_str).map(str::to_owned);
}

#[derive(Default)]
struct Roots {
    runtime: BTreeSet<String>,
    development: BTreeSet<String>,
}

impl Roots {
    fn add(&mut self, importer: &Value) {
        for (section, is_development) in
            [("dependencies", false), ("optionalDependencies", false), ("devDependencies", true)]
        {
            let keys = needs_of(importer, section);
            if is_development { self.development.extend(keys) } else { self.runtime.extend(keys) }
        }
    }
}

/// Without the peers: `a@1.0.0(b@2.0.0)` and `/a/1.0.0_b@2.0.0` are `a@1.0.0`.
fn bare(key: &str) -> &str {
    key.split('(').next().unwrap_or(key).trim_start_matches('/')
}

/// Name and version of a key of `packages`: `/a/1.0.0_peer`, `/a@1.0.0(peer)`, `a@1.0.0`.
fn split(key: &str) -> Option<(&str, &str)> {
    let key = bare(key);
    let at = key.get(1..).and_then(|rest| rest.rfind('@')).map(|at| at + 1);
    let slash = key.rfind('/');
    let is_old = slash.is_some_and(|slash| {
        let after = key.get(slash + 1..).unwrap_or_default();
        after.starts_with(|first: char| first.is_ascii_digit()) && at.is_none_or(|at| at > slash)
    });
    if is_old {
        let (name, version) = key.rsplit_once('/').filter(|(name, _)| !name.contains("://"))?;
        return Some((name, version.split('_').next().unwrap_or(version)));
    }
    // An address may hold an `@` itself: the first one after the name counts.
    let first = key.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
    let split = if key.contains("://") { first } else { at };
    match split.and_then(|split| key.split_at_checked(split)) {
        Some((name, version)) => Some((name, version.trim_start_matches('@'))),
        None => key.rsplit_once('/').map(|(_, name)| (name, key)),
    }
}

fn needs(value: &Value) -> Vec<String> {
    let mut found = needs_of(value, "dependencies");
    found.extend(needs_of(value, "optionalDependencies"));
    found
}

fn needs_of(value: &Value, section: &str) -> Vec<String> {
    let entries = value.get(section).map(Value::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| {
            let version = entry.value.as_str().or_else(|| entry.value.get("version")?.as_str())?;
            // An alias or an old peer: the version is a key itself.
            let is_key =
                version.starts_with('/') || version.get(1..).is_some_and(|rest| bare(rest).contains('@'));
            if is_key && !version.contains("://") {
                let (name, version) = split(version)?;
                return Some(format!("{name}@{version}"));
            }
            let version = bare(version).split('_').next().unwrap_or_default();
            (!version.starts_with("link:")).then(|| format!("{}@{version}", entry.key.text))
        })
        .collect()
}
