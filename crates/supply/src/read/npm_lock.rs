//! `package-lock.json` of versions 1 to 3, `npm-shrinkwrap.json`, and npm's hidden lock file.
use std::collections::BTreeMap;

use model::{Data, Entry, Origin, Package, Span, Value};

use super::npm::{is_address, license};
use super::{Found, Input, PACKAGES_MAX, decide, json, scope_of, text};
use crate::doc::Trouble;

const FOLDER: &str = "node_modules/";

/// A place of the tree: its path, name and entry.
struct Place<'a> {
    path: String,
    name: String,
    at: Span,
    value: &'a Value,
}

pub(super) fn package_lock(input: Input<'_>) -> Found {
    let is_hidden = input.path.ends_with(".package-lock.json");
    let origin = if is_hidden { Origin::Installed } else { Origin::Lock };
    let mut found = Found::new("npm", origin);
    let root = json(input, &mut found);
    found.name = root.get("name").and_then(Value::as_str).map(str::to_owned);
    found.version = root.get("version").and_then(Value::as_str).map(str::to_owned);
    let places = match root.get("packages") {
        Some(packages) => flat(packages),
        None => nested(&root, &mut found),
    };
    let by_path: BTreeMap<&str, usize> =
        places.iter().enumerate().map(|(position, place)| (place.path.as_str(), position)).collect();
    let mut roots = Vec::new();
    for place in &places {
        if !place.path.contains(FOLDER) {
            roots.extend(wanted(place.value).filter_map(|(name, _)| lookup(&place.path, name, &by_path)));
        }
    }
    roots.sort_unstable();
    for (position, place) in places.iter().enumerate() {
        let is_link = place.value.get("link").is_some_and(is_true);
        if !place.path.contains(FOLDER) || is_link {
            continue;
        }
        let mut package = package(place, &found);
        package.direct = roots.binary_search(&position).is_ok();
        let needs =
            wanted(place.value).filter_map(|(name, _)| places.get(lookup(&place.path, name, &by_path)?));
        package.requires = needs
            .map(|place| {
                let version = text(place.value.get("version"));
                if version.is_empty() { place.name.clone() } else { format!("{}@{version}", place.name) }
            })
            .collect();
        found.packages.push(package);
    }
    found
}

fn is_true(value: &Value) -> bool {
    value.data == Data::Bool(true)
}

/// Versions 2 and 3: one entry for each folder.
fn flat(packages: &Value) -> Vec<Place<'_>> {
    let place = |entry: &'_ Entry| {
        let inner = entry.key.text.rsplit(FOLDER).next().unwrap_or_default();
        (entry.key.text.clone(), inner.to_owned(), entry.key.at)
    };
    let entries = packages.entries().iter();
    entries
        .map(|entry| {
            let (path, folder, at) = place(entry);
            // An alias lies in a folder of another name.
            let name = entry.value.get("name").and_then(Value::as_str).map_or(folder, str::to_owned);
            Place { path, name, at, value: &entry.value }
        })
        .collect()
}

/// Version 1: folders inside each other.
fn nested<'a>(root: &'a Value, found: &mut Found) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    let mut open: Vec<(String, &'a Value)> = vec![(String::new(), root)];
    while let Some((path, value)) = open.pop() {
        for entry in value.get("dependencies").map(Value::entries).unwrap_or_default() {
            if places.len() >= PACKAGES_MAX {
                let message = format!("more than {PACKAGES_MAX} packages: the others were left out");
                found.troubles.push(Trouble::limit(entry.key.at, message));
                return places;
            }
            let inner = if path.is_empty() { String::new() } else { format!("{path}/") };
            let path = format!("{inner}{FOLDER}{}", entry.key.text);
            let version = text(entry.value.get("version"));
            let alias = version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@'));
            let name = alias.map_or(entry.key.text.as_str(), |(name, _)| name).to_owned();
            places.push(Place { path: path.clone(), name, at: entry.key.at, value: &entry.value });
            open.push((path, &entry.value));
        }
    }
    places.sort_by_key(|place| place.at.start);
    places
}

/// What an entry needs: names, and whether only for development.
fn wanted(value: &Value) -> impl Iterator<Item = (&str, bool)> {
    let sections = [
        ("dependencies", false),
        ("optionalDependencies", false),
        ("requires", false),
        ("devDependencies", true),
    ];
    sections.into_iter().flat_map(|(section, dev)| {
        let entries = value.get(section).map(Value::entries).unwrap_or_default();
        entries.iter().map(move |entry| (entry.key.text.as_str(), dev))
    })
}

/// The folder that `require(name)` finds from `path`: its own `node_modules`, then those above.
fn lookup(path: &str, name: &str, by_path: &BTreeMap<&str, usize>) -> Option<usize> {
    let mut folder = path;
    loop {
        let slash = if folder.is_empty() { "" } else { "/" };
        let candidate = format!("{folder}{slash}{FOLDER}{name}");
        if let Some(position) = by_path.get(candidate.as_str()) {
            return Some(*position);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn package(place: &Place<'_>, found: &Found) -> Package {
    let value = place.value;
    let mut package = found.package(&place.name, place.at);
    decide(&mut package, value.get("version"));
    // Version 1 writes an address or an alias where the version stands.
    if let Some(written) = package.version.clone() {
        if is_address(&written) {
            package.version = None;
            package.source = Some(written);
        } else if let Some((_, version)) =
            written.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@'))
        {
            package.version = Some(version.to_owned());
        }
    }
    let resolved = text(value.get("resolved"));
    let is_odd = ["git", "file:", "http:"].iter().any(|start| resolved.starts_with(start));
    // A registry keeps its archives in folders of these names.
    let is_kept = resolved.contains("/-/") || resolved.contains("/download/");
    if is_odd || (resolved.starts_with("https:") && !is_kept) {
        package.source = Some(resolved.to_owned());
    }
    let is_on = |key: &str| value.get(key).is_some_and(is_true);
    package.scope = scope_of(is_on("dev") || is_on("devOptional"), is_on("optional"));
    let checksum = text(value.get("integrity"));
    package.locked = !checksum.is_empty() || is_on("inBundle") || is_on("bundled");
    package.checksum = Some(checksum.to_owned()).filter(|checksum| !checksum.is_empty());
    package.install_script = is_on("hasInstallScript");
    package.deprecated = value.get("deprecated").and_then(Value::as_str).map(str::to_owned);
    package.license = license(value);
    package
}
