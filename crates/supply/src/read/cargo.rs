//! `Cargo.toml` and `Cargo.lock`.
use std::collections::BTreeMap;

use model::{Data, Entry, Origin, Scope, Value};

use super::{Found, Input, decide, inside, require, scope_of, text, toml};

const ECOSYSTEM: &str = "crates.io";

pub(super) fn cargo_toml(input: Input<'_>) -> Found {
    let mut found = Found::new(ECOSYSTEM, Origin::Manifest);
    let root = toml(input, &mut found);
    found.name = root.path("package.name").and_then(Value::as_str).map(str::to_owned);
    found.version = root.path("package.version").and_then(Value::as_str).map(str::to_owned);
    sections(&root, &mut found);
    for target in root.get("target").map(Value::entries).unwrap_or_default() {
        let from = found.packages.len();
        sections(&target.value, &mut found);
        for package in found.packages.iter_mut().skip(from) {
            package.condition = Some(target.key.text.clone());
        }
    }
    section(root.path("workspace.dependencies"), Scope::Runtime, &mut found);
    found
}

fn sections(root: &Value, found: &mut Found) {
    section(root.get("dependencies"), Scope::Runtime, found);
    section(root.get("dev-dependencies"), Scope::Development, found);
    section(root.get("build-dependencies"), Scope::Development, found);
}

fn section(table: Option<&Value>, scope: Scope, found: &mut Found) {
    for entry in table.map(Value::entries).unwrap_or_default() {
        dependency(entry, scope, found);
    }
}

fn dependency(entry: &Entry, scope: Scope, found: &mut Found) {
    let value = &entry.value;
    let is_on = |key: &str| value.get(key).is_some_and(|value| value.data == Data::Bool(true));
    if is_on("workspace") {
        return;
    }
    let name = value.get("package").and_then(Value::as_str).unwrap_or(&entry.key.text);
    let mut package = found.package(name, entry.key.at);
    package.scope = if scope == Scope::Runtime { scope_of(false, is_on("optional")) } else { scope };
    let wanted = if value.as_str().is_some() { Some(value) } else { value.get("version") };
    if let Some(wanted) = wanted
        && let Some(written) = wanted.as_str()
    {
        require(&mut package, written, inside(wanted, 0, written.len()));
    }
    let git = text(value.get("git"));
    let path = text(value.get("path"));
    if !git.is_empty() {
        package.source = Some(format!("git+{git}"));
        package.version_at = value.get("git").map(|git| git.at);
    } else if !path.is_empty() {
        package.source = Some(format!("path:{path}"));
    }
    found.packages.push(package);
}

pub(super) fn cargo_lock(input: Input<'_>) -> Found {
    let mut found = Found::new(ECOSYSTEM, Origin::Lock);
    let root = toml(input, &mut found);
    let entries = root.get("package").map(Value::items).unwrap_or_default();
    // A name alone is enough where only one version is locked.
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        versions.entry(text(entry.get("name"))).or_default().push(text(entry.get("version")));
    }
    let need = |written: &Value| {
        let mut words = written.as_str()?.split(' ');
        let name = words.next()?;
        let only = || versions.get(name).and_then(|versions| versions.first().copied());
        let version = words.next().or_else(only)?;
        Some(format!("{name}@{version}"))
    };
    let needs = |entry: &Value| -> Vec<String> {
        let needs = entry.get("dependencies").map(Value::items).unwrap_or_default();
        needs.iter().filter_map(need).collect()
    };
    let mut direct = Vec::new();
    for entry in entries {
        let Some(name) = entry.get("name") else { continue };
        let source = text(entry.get("source"));
        if source.is_empty() {
            direct.extend(needs(entry));
            continue;
        }
        let mut package = found.package(text(Some(name)), name.at);
        decide(&mut package, entry.get("version"));
        package.requires = needs(entry);
        let old = format!("metadata.checksum {} {} ({source})", package.name, text(entry.get("version")));
        let checksum =
            entry.get("checksum").or_else(|| root.get("metadata")?.get(old.strip_prefix("metadata.")?));
        package.checksum = checksum.and_then(Value::as_str).map(|hash| format!("sha256:{hash}"));
        package.locked = package.checksum.is_some();
        if !source.starts_with("registry+") && !source.starts_with("sparse+") {
            package.source = Some(source.to_owned());
        }
        found.packages.push(package);
    }
    for package in &mut found.packages {
        package.direct = direct.contains(&package.key());
    }
    found
}
