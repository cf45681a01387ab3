//! `Pipfile.lock`, `poetry.lock`, `uv.lock`, `pdm.lock`.
use model::{Data, Origin, Package, Scope, Value};

use super::requirements::normal_name;
use super::{Found, Input, decide, json, scope_of, text, toml};

pub(super) fn pipfile_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Lock);
    let root = json(input, &mut found);
    for (section, scope) in [("default", Scope::Runtime), ("develop", Scope::Development)] {
        for entry in root.get(section).map(Value::entries).unwrap_or_default() {
            let mut package = found.package(&normal_name(&entry.key.text), entry.key.at);
            package.scope = scope;
            decide(&mut package, entry.value.get("version"));
            checksum(&mut package, entry.value.get("hashes").and_then(|hashes| hashes.items().first()));
            let git = text(entry.value.get("git"));
            let file = text(entry.value.get("file"));
            if !git.is_empty() {
                package.source = Some(format!("git+{}", git.trim_start_matches("git+")));
            } else if !file.is_empty() {
                package.source = Some(file.to_owned());
            }
            let marker = text(entry.value.get("markers"));
            package.condition = Some(marker.to_owned()).filter(|marker| !marker.is_empty());
            found.packages.push(package);
        }
    }
    found
}

fn checksum(package: &mut Package, hash: Option<&Value>) {
    let hash = text(hash);
    if !hash.is_empty() {
        package.locked = true;
        package.checksum = Some(hash.to_owned());
    }
}

pub(super) fn poetry_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Lock);
    let root = toml(input, &mut found);
    let old_files = root.path("metadata.files").or_else(|| root.path("metadata.hashes"));
    for entry in root.get("package").map(Value::items).unwrap_or_default() {
        let Some(mut package) = begin(entry, &found) else { continue };
        let is_optional = entry.get("optional").is_some_and(|value| value.data == Data::Bool(true));
        let groups = entry.get("groups").map(Value::items).unwrap_or_default();
        let only_others = !groups.is_empty() && !groups.iter().any(|group| group.as_str() == Some("main"));
        let is_development = text(entry.get("category")) == "dev" || only_others;
        package.scope = scope_of(is_development, is_optional);
        let name = text(entry.get("name"));
        let files = entry.get("files").or_else(|| old_files.and_then(|files| files.get(name)));
        checksum(&mut package, first_hash(files));
        let needs = entry.get("dependencies").map(Value::entries).unwrap_or_default();
        package.requires = needs.iter().map(|need| normal_name(&need.key.text)).collect();
        let kind = text(entry.path("source.type"));
        if matches!(kind, "git" | "url" | "file" | "directory") {
            let prefix = if kind == "git" { "git+" } else { "" };
            package.source = Some(format!("{prefix}{}", text(entry.path("source.url"))));
        }
        found.packages.push(package);
    }
    found
}

fn begin(entry: &Value, found: &Found) -> Option<Package> {
    let name = entry.get("name")?;
    let mut package = found.package(&normal_name(name.as_str()?), name.at);
    decide(&mut package, entry.get("version"));
    Some(package)
}

/// The first `hash` of a list of files, or the first of a list of hashes.
fn first_hash(files: Option<&Value>) -> Option<&Value> {
    let first = files?.items().first()?;
    first.get("hash").or(Some(first))
}

pub(super) fn uv_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Lock);
    let root = toml(input, &mut found);
    let entries = root.get("package").map(Value::items).unwrap_or_default();
    let mut runtime = Vec::new();
    let mut development = Vec::new();
    for entry in entries {
        let source = entry.get("source");
        let is_own =
            source.is_some_and(|source| source.get("editable").or_else(|| source.get("virtual")).is_some());
        if is_own {
            runtime.extend(needs(entry.get("dependencies")));
            for group in entry.get("optional-dependencies").map(Value::entries).unwrap_or_default() {
                runtime.extend(needs(Some(&group.value)));
            }
            for group in entry.get("dev-dependencies").map(Value::entries).unwrap_or_default() {
                development.extend(needs(Some(&group.value)));
            }
            continue;
        }
        let Some(mut package) = begin(entry, &found) else { continue };
        package.requires = needs(entry.get("dependencies"));
        let wheel = entry.get("wheels").and_then(|wheels| wheels.items().first());
        let hash = entry.path("sdist.hash").or_else(|| wheel.and_then(|wheel| wheel.get("hash")));
        checksum(&mut package, hash);
        package.source = ["git", "url", "path", "directory"].iter().find_map(|key| {
            let found = source?.get(key)?.as_str()?;
            Some(if *key == "git" { format!("git+{found}") } else { found.to_owned() })
        });
        found.packages.push(package);
    }
    mark(&mut found.packages, &runtime, &development);
    found
}

/// Marks what the application itself names, and what only its development needs.
fn mark(packages: &mut [Package], runtime: &[String], development: &[String]) {
    let is_in = |package: &Package, names: &[String]| {
        names.iter().any(|name| *name == package.name || *name == package.key())
    };
    for package in packages.iter_mut() {
        package.direct = is_in(package, runtime) || is_in(package, development);
    }
    if development.is_empty() {
        return;
    }
    let reached = super::link::closure(packages, |package| is_in(package, runtime));
    for (package, reached) in packages.iter_mut().zip(reached) {
        if !reached {
            package.scope = Scope::Development;
        }
    }
}

/// `{ name = "a", version = "1" }` or `"a>=1"`.
fn needs(list: Option<&Value>) -> Vec<String> {
    let need = |item: &Value| match item.as_str() {
        Some(text) => {
            let end = text.find(|at: char| !at.is_ascii_alphanumeric() && !"-_.".contains(at));
            Some(normal_name(text.get(..end.unwrap_or(text.len()))?))
        }
        None => {
            let name = normal_name(item.get("name")?.as_str()?);
            let version = text(item.get("version"));
            Some(if version.is_empty() { name } else { format!("{name}@{version}") })
        }
    };
    list.map(Value::items).unwrap_or_default().iter().filter_map(need).collect()
}

pub(super) fn pdm_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Lock);
    let root = toml(input, &mut found);
    for entry in root.get("package").map(Value::items).unwrap_or_default() {
        let Some(mut package) = begin(entry, &found) else { continue };
        let groups = entry.get("groups").map(Value::items).unwrap_or_default();
        let only_others = !groups.is_empty() && !groups.iter().any(|group| group.as_str() == Some("default"));
        package.scope = scope_of(only_others, false);
        package.requires = needs(entry.get("dependencies"));
        checksum(&mut package, first_hash(entry.get("files")));
        let git = text(entry.get("git"));
        if !git.is_empty() {
            package.source = Some(format!("git+{git}"));
        }
        found.packages.push(package);
    }
    found
}
