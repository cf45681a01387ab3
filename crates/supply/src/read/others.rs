//! `Gemfile.lock`, Composer's files, and .NET's project and lock files.
use model::{Origin, Package, Scope, Span, Value};

use super::{Found, Input, decide, json, require, text};
use crate::doc;

pub(super) fn gemfile_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("RubyGems", Origin::Lock);
    let mut section = String::new();
    let mut remote = String::new();
    let mut direct: Vec<String> = Vec::new();
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let words = line.trim();
        let depth = line.len() - line.trim_start_matches(' ').len();
        if depth == 0 {
            words.clone_into(&mut section);
            remote.clear();
            continue;
        }
        let name = words.split([' ', '!']).next().unwrap_or_default();
        match (section.as_str(), depth) {
            ("DEPENDENCIES", _) => direct.push(name.to_owned()),
            ("GEM" | "GIT" | "PATH", 2) => {
                if let Some(url) = words.strip_prefix("remote:") {
                    url.trim().clone_into(&mut remote);
                }
            }
            ("GEM" | "GIT" | "PATH", 4) => {
                let at = Span::new(input.file, here + depth, here + depth + name.len());
                let mut package = found.package(name, at);
                gem_version(&mut package, words, here + depth, input);
                package.source = match section.as_str() {
                    "GIT" => Some(format!("git+{remote}")),
                    "PATH" => Some(format!("path:{remote}")),
                    _ if remote.starts_with("http:") => Some(remote.clone()),
                    _ => None,
                };
                found.packages.push(package);
            }
            ("GEM" | "GIT" | "PATH", 6) => {
                if let Some(package) = found.packages.last_mut() {
                    package.requires.push(name.to_owned());
                }
            }
            _ => {}
        }
    }
    for package in &mut found.packages {
        package.direct = direct.contains(&package.name);
    }
    found
}

/// `name (1.2.3-x86_64-linux)`: a platform follows the version.
fn gem_version(package: &mut Package, words: &str, start: usize, input: Input<'_>) {
    let Some((before, inner)) = words.split_once('(') else { return };
    let inner = inner.trim_end_matches(')');
    let version = inner.split('-').next().unwrap_or(inner);
    let from = start + before.len() + 1;
    package.version = Some(version.to_owned());
    package.version_at = Some(Span::new(input.file, from, from + version.len()));
    package.pinned = true;
}

pub(super) fn composer_json(input: Input<'_>) -> Found {
    let mut found = Found::new("Packagist", Origin::Manifest);
    let root = json(input, &mut found);
    found.name = root.get("name").and_then(Value::as_str).map(str::to_owned);
    for (section, scope) in [("require", Scope::Runtime), ("require-dev", Scope::Development)] {
        for entry in root.get(section).map(Value::entries).unwrap_or_default() {
            // `php` and `ext-json` are the platform's.
            if !entry.key.text.contains('/') {
                continue;
            }
            let mut package = found.package(&entry.key.text.to_ascii_lowercase(), entry.key.at);
            package.scope = scope;
            require(&mut package, text(Some(&entry.value)), entry.value.at);
            found.packages.push(package);
        }
    }
    found
}

pub(super) fn composer_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("Packagist", Origin::Lock);
    let root = json(input, &mut found);
    for (section, scope) in [("packages", Scope::Runtime), ("packages-dev", Scope::Development)] {
        for entry in root.get(section).map(Value::items).unwrap_or_default() {
            let Some(name) = entry.get("name") else { continue };
            let mut package = found.package(&text(Some(name)).to_ascii_lowercase(), name.at);
            package.scope = scope;
            decide(&mut package, entry.get("version"));
            let needs = entry.get("require").map(Value::entries).unwrap_or_default().iter();
            package.requires = needs.map(|need| need.key.text.to_ascii_lowercase()).collect();
            package.license = super::npm::license(entry);
            let hash = text(entry.path("dist.shasum"));
            let reference = text(entry.path("dist.reference"));
            package.locked = !hash.is_empty() || !reference.is_empty();
            if let Some(abandoned) = entry.get("abandoned") {
                let instead = abandoned.as_str().map(|name| format!("abandoned; use `{name}`"));
                package.deprecated = Some(instead.unwrap_or_else(|| "abandoned".to_owned()));
            }
            found.packages.push(package);
        }
    }
    found
}

pub(super) fn nuget_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("NuGet", Origin::Lock);
    let root = json(input, &mut found);
    let mut seen = std::collections::BTreeSet::new();
    for framework in root.get("dependencies").map(Value::entries).unwrap_or_default() {
        for entry in framework.value.entries() {
            let value = &entry.value;
            let version = text(value.get("resolved"));
            if version.is_empty() || !seen.insert((entry.key.text.clone(), version.to_owned())) {
                continue;
            }
            let mut package = found.package(&entry.key.text, entry.key.at);
            decide(&mut package, value.get("resolved"));
            package.direct = text(value.get("type")) == "Direct";
            let hash = text(value.get("contentHash"));
            package.locked = !hash.is_empty();
            package.checksum = package.locked.then(|| format!("sha512-{hash}"));
            let needs = value.get("dependencies").map(Value::entries).unwrap_or_default();
            package.requires = needs.iter().map(|need| need.key.text.clone()).collect();
            found.packages.push(package);
        }
    }
    found
}

/// `<PackageReference Include="A" Version="1.0" />`.
pub(super) fn dotnet_project(input: Input<'_>) -> Found {
    let mut found = Found::new("NuGet", Origin::Manifest);
    let (root, troubles) = doc::xml(input.text, input.file);
    found.troubles.extend(troubles);
    let groups = root.children.iter().flat_map(|project| project.all("ItemGroup"));
    for reference in groups.flat_map(|group| group.all("PackageReference")) {
        let Some(name) = reference.attribute("Include") else { continue };
        let mut package = found.package(name, reference.at);
        let tag = input.text.get(reference.at.start as usize..reference.at.end as usize).unwrap_or_default();
        let written = reference.attribute("Version").map(str::to_owned);
        if let Some(written) = written.or_else(|| reference.text_of("Version").map(str::to_owned)) {
            let from = tag.find(&format!("\"{written}\"")).map(|from| reference.at.start as usize + from + 1);
            let at = from.map(|from| Span::new(input.file, from, from + written.len()));
            let child = reference.child("Version").map(|child| child.at);
            require(&mut package, &written, at.or(child).unwrap_or(reference.at));
            // Without an interval NuGet takes the lowest version that it is given.
            if !written.contains(['*', '[', '(', '$']) {
                package.version = Some(written);
                package.pinned = true;
            }
        }
        if reference.attribute("PrivateAssets").is_some_and(|assets| assets.eq_ignore_ascii_case("all")) {
            package.scope = Scope::Development;
        }
        found.packages.push(package);
    }
    found
}
