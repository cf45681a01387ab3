//! `CycloneDX` 1.6 as JSON.
use std::collections::BTreeMap;

use model::{Advisory, Project, Scope};
use serde_json::{Value, json};

use super::graph::{Component, components, hash, without_version};
use super::{About, uuid};

/// Identifiers of the SPDX list that packages name most; others are written as a name.
const LICENSES: &[&str] = &[
    "0BSD",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "Artistic-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "ISC",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// The bill of materials of a project. With `vulnerabilities`, what is known of the packages and whether
/// it applies (VEX).
#[must_use]
pub fn cyclonedx(project: &Project, about: &About<'_>, vulnerabilities: bool) -> String {
    let components = components(project);
    let root = "application";
    let mut bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": about.time(),
            "tools": { "components": [{ "type": "application", "name": "buckler", "version": about.tool_version }] },
            "component": { "type": "application", "bom-ref": root, "name": about.name },
        },
        "components": components.values().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies(root, &components),
    });
    let unknown = without_version(project);
    if unknown > 0 {
        let text = format!("{unknown} packages are asked for without a version and are left out");
        set(&mut bom, "compositions", json!([{ "aggregate": "incomplete", "assemblies": [root] }]));
        let properties = json!([{ "name": "buckler:left-out", "value": text }]);
        bom.pointer_mut("/metadata")
            .and_then(Value::as_object_mut)
            .map(|map| map.insert("properties".into(), properties));
    }
    if vulnerabilities {
        set(&mut bom, "vulnerabilities", weaknesses(&components));
    }
    let serial = format!("urn:uuid:{}", uuid(&bom.to_string()));
    set(&mut bom, "serialNumber", json!(serial));
    format!("{bom:#}\n")
}

fn set(value: &mut Value, key: &str, new: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), new);
    }
}

fn component(component: &Component<'_>) -> Value {
    let package = component.package;
    let (group, name) = match package.ecosystem {
        "Maven" => package.name.split_once(':').map_or((None, package.name.as_str()), |(a, b)| (Some(a), b)),
        "npm" if package.name.starts_with('@') => {
            package.name.split_once('/').map_or((None, package.name.as_str()), |(a, b)| (Some(a), b))
        }
        _ => (None, package.name.as_str()),
    };
    let scope = match component.scope {
        Scope::Runtime => "required",
        Scope::Optional => "optional",
        Scope::Development => "excluded",
    };
    let mut value = json!({
        "type": "library",
        "bom-ref": component.purl,
        "name": name,
        "version": package.version,
        "scope": scope,
        "purl": component.purl,
        "evidence": {
            "occurrences": component.paths.iter().map(|path| json!({ "location": path })).collect::<Vec<_>>(),
        },
    });
    if let Some(group) = group {
        set(&mut value, "group", json!(group));
    }
    if let Some((algorithm, hex)) = component.checksum.and_then(hash) {
        let algorithm = algorithm.replacen("SHA", "SHA-", 1);
        set(&mut value, "hashes", json!([{ "alg": algorithm, "content": hex }]));
    }
    if let Some(license) = component.license {
        set(&mut value, "licenses", licenses(license));
    }
    value
}

fn licenses(license: &str) -> Value {
    let is_expression = [" OR ", " AND ", " WITH "].iter().any(|word| license.contains(word));
    if is_expression {
        json!([{ "expression": license }])
    } else if LICENSES.contains(&license) {
        json!([{ "license": { "id": license } }])
    } else {
        json!([{ "license": { "name": license } }])
    }
}

fn dependencies(root: &str, components: &BTreeMap<String, Component<'_>>) -> Value {
    let direct: Vec<&String> = components.values().filter(|one| one.direct).map(|one| &one.purl).collect();
    let mut list = vec![json!({ "ref": root, "dependsOn": direct })];
    list.extend(components.values().map(|one| json!({ "ref": one.purl, "dependsOn": one.needs })));
    Value::Array(list)
}

/// Whether an advisory applies to a component; `None` when nobody knows.
pub(super) fn analysis(advisory: &Advisory, component: &Component<'_>) -> Option<(&'static str, String)> {
    if let Some(vex) = &advisory.vex {
        return Some(("not_affected", vex.clone()));
    }
    component.unreachable.then(|| ("not_affected", "vulnerable_code_not_in_execute_path".to_owned()))
}

/// Id, other names, why it does not apply.
type Key = (String, Vec<String>, Option<String>);

fn weaknesses(components: &BTreeMap<String, Component<'_>>) -> Value {
    let mut entries: BTreeMap<Key, (Value, Vec<Value>)> = BTreeMap::new();
    for component in components.values() {
        for advisory in &component.advisories {
            let analysis = analysis(advisory, component).map(|(_, why)| why);
            let key = (advisory.id.clone(), advisory.aliases.clone(), analysis.clone());
            let entry =
                entries.entry(key).or_insert_with(|| (weakness(advisory, analysis.as_deref()), Vec::new()));
            entry.1.push(json!({ "ref": component.purl }));
        }
    }
    let list = entries.into_values().map(|(mut value, affects)| {
        set(&mut value, "affects", Value::Array(affects));
        value
    });
    Value::Array(list.collect())
}

fn weakness(advisory: &Advisory, why: Option<&str>) -> Value {
    let mut rating = json!({ "severity": advisory.severity.as_str() });
    if let Some(score) = advisory.score {
        set(&mut rating, "score", json!(score));
    }
    let source = json!({ "name": "OSV", "url": format!("https://osv.dev/vulnerability/{}", advisory.id) });
    let references = advisory.aliases.iter().map(|alias| {
        let url = format!("https://osv.dev/vulnerability/{alias}");
        json!({ "id": alias, "source": { "name": "OSV", "url": url } })
    });
    let mut value = json!({
        "id": advisory.id,
        "source": source,
        "references": references.collect::<Vec<_>>(),
        "ratings": [rating],
        "description": advisory.summary,
    });
    if let Some(fixed) = &advisory.fixed {
        set(&mut value, "recommendation", json!(format!("upgrade to {fixed}")));
    }
    if let Some(why) = why {
        // CycloneDX has words of its own for the same reasons.
        let justification = match why {
            "vulnerable_code_not_in_execute_path" => "code_not_reachable",
            "component_not_present" | "vulnerable_code_not_present" => "code_not_present",
            "vulnerable_code_cannot_be_controlled_by_adversary" => "requires_environment",
            "inline_mitigations_already_exist" => "protected_by_mitigating_control",
            _ => "",
        };
        let mut analysis = json!({ "state": "not_affected", "detail": why });
        if !justification.is_empty() {
            set(&mut analysis, "justification", json!(justification));
        }
        set(&mut value, "analysis", analysis);
    }
    value
}
