//! SPDX 2.3 as JSON.
use std::collections::BTreeMap;

use model::{Project, Scope};
use serde_json::{Value, json};

use super::graph::{Component, components, hash};
use super::{About, uuid};

/// The bill of materials of a project.
#[must_use]
pub fn spdx(project: &Project, about: &About<'_>) -> String {
    let components = components(project);
    let ids: BTreeMap<&str, String> = components
        .keys()
        .enumerate()
        .map(|(position, purl)| (purl.as_str(), format!("SPDXRef-Package-{}", position + 1)))
        .collect();
    let root = "SPDXRef-Application";
    let mut packages = vec![json!({
        "SPDXID": root,
        "name": about.name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "primaryPackagePurpose": "APPLICATION",
    })];
    let mut relationships = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", root)];
    for (purl, component) in &components {
        let Some(id) = ids.get(purl.as_str()) else { continue };
        packages.push(package(id, component));
        if component.direct {
            relationships.push(match component.scope {
                Scope::Development => relation(id, "DEV_DEPENDENCY_OF", root),
                Scope::Optional => relation(id, "OPTIONAL_DEPENDENCY_OF", root),
                Scope::Runtime => relation(root, "DEPENDS_ON", id),
            });
        }
        let needs = component.needs.iter().filter_map(|need| ids.get(need.as_str()));
        relationships.extend(needs.map(|need| relation(id, "DEPENDS_ON", need)));
    }
    let content = Value::Array(packages.clone()).to_string();
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": about.name,
        "documentNamespace": format!("urn:uuid:{}", uuid(&format!("{}{content}", about.time()))),
        "creationInfo": {
            "created": about.time(),
            "creators": [format!("Tool: buckler-{}", about.tool_version)],
        },
        "packages": packages,
        "relationships": relationships,
    });
    format!("{document:#}\n")
}

fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn package(id: &str, component: &Component<'_>) -> Value {
    let license = component.license.filter(|license| is_expression(license)).unwrap_or("NOASSERTION");
    let mut value = json!({
        "SPDXID": id,
        "name": component.package.name,
        "versionInfo": component.package.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": component.purl,
        }],
    });
    if let (Some(map), Some((algorithm, hex))) = (value.as_object_mut(), component.checksum.and_then(hash)) {
        map.insert("checksums".to_owned(), json!([{ "algorithm": algorithm, "checksumValue": hex }]));
    }
    value
}

/// Words that look like an SPDX expression: one with spaces but no operator is a name in prose.
fn is_expression(license: &str) -> bool {
    let inner = license.trim_matches(['(', ')']);
    let words: Vec<&str> = inner.split_whitespace().collect();
    let is_id = |word: &&str| {
        let word = word.trim_matches(['(', ')']);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte))
    };
    let operators = words.iter().skip(1).step_by(2).all(|word| matches!(*word, "OR" | "AND" | "WITH"));
    words.len() % 2 == 1
        && operators
        && words.iter().all(is_id)
        && !matches!(inner, "UNLICENSED" | "UNKNOWN" | "BSD" | "GPL")
}
