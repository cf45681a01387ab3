//! `yarn.lock`: the first version's own format, and YAML from the second one on.
use std::collections::BTreeMap;

use model::{Origin, Package, Span, Value};

use super::{Found, Input, decide, text};
use crate::doc;

/// A package with the requirements that led to it and those that it has itself.
struct Entry {
    package: Package,
    keys: Vec<String>,
    needs: Vec<String>,
}

pub(super) fn yarn_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("npm", Origin::Lock);
    let is_first = !input.text.contains("__metadata:");
    let mut direct = Vec::new();
    let entries = if is_first { classic(input, &mut found) } else { berry(input, &mut found, &mut direct) };
    let mut by_key: BTreeMap<String, String> = BTreeMap::new();
    for entry in &entries {
        by_key.extend(entry.keys.iter().map(|key| (key.clone(), entry.package.key())));
    }
    let direct: Vec<&String> = direct.iter().filter_map(|key| by_key.get(key)).collect();
    for entry in entries {
        let mut package = entry.package;
        package.requires = entry.needs.iter().filter_map(|need| by_key.get(need).cloned()).collect();
        package.direct = direct.contains(&&package.key());
        found.packages.push(package);
    }
    found
}

/// `name@range` without what berry writes before a range of the registry.
fn name_of(key: &str) -> Option<(&str, &str)> {
    let split = key.get(1..)?.find('@')? + 1;
    let (name, range) = key.split_at_checked(split)?;
    Some((name, range.trim_start_matches('@')))
}

fn classic(input: Input<'_>, found: &mut Found) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut in_needs = false;
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let words = line.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let depth = line.len() - line.trim_start_matches(' ').len();
        let at = Span::new(input.file, here + depth, here + depth + words.len());
        if depth == 0 {
            in_needs = false;
            match header(words, at, found) {
                Some(entry) => entries.push(entry),
                None => found.troubles.push(doc::Trouble::unreadable(at, "this line begins no entry")),
            }
            continue;
        }
        let Some(entry) = entries.last_mut() else { continue };
        let (key, value) = words.split_once(' ').unwrap_or((words, ""));
        let (key, bare) = (key.trim_matches('"'), value.trim().trim_matches('"'));
        if depth > 2 {
            if in_needs {
                entry.needs.push(format!("{key}@{bare}"));
            }
            continue;
        }
        in_needs = matches!(key, "dependencies:" | "optionalDependencies:");
        let from = here + line.find(bare).unwrap_or(0);
        field(entry, key, bare, Span::new(input.file, from, from + bare.len()));
    }
    entries
}

fn header(words: &str, at: Span, found: &Found) -> Option<Entry> {
    let keys: Vec<String> =
        words.strip_suffix(':')?.split(',').map(|key| key.trim().trim_matches('"').to_owned()).collect();
    let (name, range) = name_of(keys.first()?)?;
    let alias = range.strip_prefix("npm:").and_then(name_of).map(|(name, _)| name);
    let mut package = found.package(alias.unwrap_or(name), at);
    package.requirement = Some(range.to_owned());
    if super::npm::is_address(range) {
        package.source = Some(range.to_owned());
    }
    Some(Entry { package, keys, needs: Vec::new() })
}

fn field(entry: &mut Entry, key: &str, value: &str, at: Span) {
    let package = &mut entry.package;
    match key {
        "version" => {
            package.version = Some(value.to_owned());
            package.version_at = Some(at);
            package.pinned = true;
        }
        "integrity" => {
            package.locked = true;
            package.checksum = value.split_whitespace().next().map(str::to_owned);
        }
        // The part behind `#` is the archive's SHA-1.
        "resolved" => {
            package.locked |= value.rsplit_once('#').is_some_and(|(_, hash)| hash.len() == 40);
            if value.starts_with("http:") || value.starts_with("git") {
                package.source = Some(value.to_owned());
            }
        }
        _ => {}
    }
}

fn berry(input: Input<'_>, found: &mut Found, direct: &mut Vec<String>) -> Vec<Entry> {
    let read = doc::yaml(input.text, input.file);
    found.troubles.extend(read.troubles);
    let mut entries = Vec::new();
    for entry in read.root.entries() {
        let resolution = text(entry.value.get("resolution"));
        if entry.key.text == "__metadata" || resolution.is_empty() {
            continue;
        }
        let needs = |section: &str| {
            let needs = entry.value.get(section).map(Value::entries).unwrap_or_default().iter();
            needs.map(|need| format!("{}@{}", need.key.text, text(Some(&need.value)))).collect::<Vec<_>>()
        };
        let is_own = ["@workspace:", "@link:", "@portal:"].iter().any(|own| resolution.contains(own));
        if is_own {
            direct.extend(needs("dependencies"));
            continue;
        }
        let name = name_of(resolution).map_or(resolution, |(name, _)| name);
        let mut package = found.package(name, entry.key.at);
        decide(&mut package, entry.value.get("version"));
        if !resolution.contains("@npm:") && !resolution.contains("@patch:") {
            package.source = name_of(resolution).map(|(_, range)| range.to_owned());
        }
        let checksum = text(entry.value.get("checksum"));
        package.locked = !checksum.is_empty();
        package.checksum = Some(checksum.to_owned()).filter(|checksum| !checksum.is_empty());
        // A requirement may be written with or without `npm:`.
        let keys = entry.key.text.split(',').map(str::trim);
        let keys = keys.flat_map(|key| [key.to_owned(), key.replacen("@npm:", "@", 1)]).collect();
        let mut all = needs("dependencies");
        all.extend(needs("optionalDependencies"));
        entries.push(Entry { package, keys, needs: all });
    }
    entries
}
