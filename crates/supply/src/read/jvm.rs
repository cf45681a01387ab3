//! `pom.xml` and Gradle's lock files.
use std::collections::BTreeMap;

use model::{Origin, ProblemKind, Scope, Span};

use super::{Found, Input, require, scope_of};
use crate::doc::{Element, Trouble, xml};

/// Properties inside properties.
const NESTING_MAX: usize = 8;

pub(super) fn pom(input: Input<'_>) -> Found {
    let mut found = Found::new("Maven", Origin::Manifest);
    let (root, troubles) = xml(input.text, input.file);
    found.troubles.extend(troubles);
    let Some(project) = root.child("project") else { return found };
    let parent = project.child("parent");
    found.name = project.text_of("artifactId").map(str::to_owned);
    found.version = project.text_of("version").map(str::to_owned);
    let properties = properties(project, parent);
    let managed = managed(project, &properties);
    let mut from_parent = Vec::new();
    let dependencies = project.child("dependencies").map(|list| list.children.as_slice()).unwrap_or_default();
    for dependency in dependencies {
        let (Some(group), Some(artifact)) = (dependency.child("groupId"), dependency.child("artifactId"))
        else {
            continue;
        };
        let name =
            format!("{}:{}", resolved(&group.text, &properties), resolved(&artifact.text, &properties));
        let mut package = found.package(&name, artifact.at);
        let scope = dependency.text_of("scope").unwrap_or_default();
        package.scope = scope_of(scope == "test", dependency.text_of("optional") == Some("true"));
        let own = dependency.child("version").map(|version| (version.text.clone(), version.at));
        match own.or_else(|| managed.get(&name).cloned()) {
            Some((written, at)) => {
                let version = resolved(&written, &properties);
                if version.contains("${") {
                    from_parent.push(artifact.at);
                } else {
                    require(&mut package, &version, at);
                    // A property stands elsewhere: its use is no place to write a version.
                    if version != written {
                        package.version_at = None;
                    }
                }
            }
            None => from_parent.push(artifact.at),
        }
        found.packages.push(package);
    }
    tell_parent(&from_parent, parent, &mut found);
    found
}

fn tell_parent(from_parent: &[Span], parent: Option<&Element>, found: &mut Found) {
    let Some(first) = from_parent.first() else { return };
    let whose = match parent.and_then(|parent| parent.text_of("artifactId")) {
        Some(name) => format!("its parent `{name}` or an imported bill of materials says them"),
        None => "nothing in this file says them".to_owned(),
    };
    let count = from_parent.len();
    found.troubles.push(Trouble {
        kind: ProblemKind::Unresolved,
        at: *first,
        message: format!("the versions of {count} dependencies are not known: {whose}"),
        help: "scan a bill of materials (`mvn cyclonedx:makeBom`) or write the versions here".to_owned(),
    });
}

fn properties(project: &Element, parent: Option<&Element>) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for property in project.child("properties").map(|list| list.children.as_slice()).unwrap_or_default() {
        known.insert(property.name.clone(), property.text.trim().to_owned());
    }
    for (key, name) in [("version", "version"), ("groupId", "groupId")] {
        let own = project.text_of(name).or_else(|| parent.and_then(|parent| parent.text_of(name)));
        if let Some(own) = own {
            known.insert(format!("project.{key}"), own.to_owned());
        }
        if let Some(above) = parent.and_then(|parent| parent.text_of(name)) {
            known.insert(format!("project.parent.{key}"), above.to_owned());
        }
    }
    known
}

/// `dependencyManagement`: the version for who asks without one.
fn managed(project: &Element, properties: &BTreeMap<String, String>) -> BTreeMap<String, (String, Span)> {
    let list = project.child("dependencyManagement").and_then(|list| list.child("dependencies"));
    let mut known = BTreeMap::new();
    for dependency in list.map(|list| list.children.as_slice()).unwrap_or_default() {
        let name = |part: &str| resolved(dependency.text_of(part).unwrap_or_default(), properties);
        if let Some(version) = dependency.child("version") {
            let key = format!("{}:{}", name("groupId"), name("artifactId"));
            known.insert(key, (version.text.clone(), version.at));
        }
    }
    known
}

/// The text with `${name}` replaced; what is not known stays as it is written.
fn resolved(text: &str, properties: &BTreeMap<String, String>) -> String {
    let mut current = text.trim().to_owned();
    for _ in 0..NESTING_MAX {
        let Some(start) = current.find("${") else { break };
        let Some(length) = current.get(start..).and_then(|rest| rest.find('}')) else { break };
        let name = current.get(start + 2..start + length).unwrap_or_default();
        let Some(value) = properties.get(name).filter(|value| value.len() < 256) else { break };
        let (head, tail) = (current.get(..start), current.get(start + length + 1..));
        current = format!("{}{value}{}", head.unwrap_or_default(), tail.unwrap_or_default());
    }
    current
}

/// `group:artifact:version=configuration,…`.
pub(super) fn gradle_lock(input: Input<'_>) -> Found {
    let mut found = Found::new("Maven", Origin::Lock);
    let mut start = 0;
    for line in input.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let words = line.trim();
        let (module, configurations) = words.split_once('=').unwrap_or((words, ""));
        if words.is_empty() || words.starts_with('#') || module == "empty" {
            continue;
        }
        let Some((name, version)) = module.rsplit_once(':') else {
            let at = Span::new(input.file, here, here + words.len());
            found.troubles.push(Trouble::unreadable(at, "this line names no module"));
            continue;
        };
        let mut package = found.package(name, Span::new(input.file, here, here + name.len()));
        package.version = Some(version.to_owned());
        package.version_at = Some(Span::new(input.file, here + name.len() + 1, here + module.len()));
        package.pinned = true;
        let is_test = |name: &str| name.to_ascii_lowercase().contains("test");
        let only_tests = !configurations.is_empty() && configurations.split(',').all(is_test);
        package.scope = if only_tests { Scope::Development } else { Scope::Runtime };
        found.packages.push(package);
    }
    found
}
