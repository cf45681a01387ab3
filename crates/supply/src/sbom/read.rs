//! `CycloneDX` 1.4 to 1.6 and SPDX 2.3, both as JSON.
use std::collections::BTreeMap;

use model::{Origin, Package, Value};

use super::from_purl;
use crate::read::{Found, Input, json, text};

/// Containers of components inside each other.
const DEPTH_MAX: usize = 32;

pub(crate) fn read_bill(input: Input<'_>) -> Found {
    let mut found = Found::new("", Origin::Bill);
    let root = json(input, &mut found);
    if text(root.get("bomFormat")) == "CycloneDX" {
        cyclonedx(&root, &mut found);
    } else if text(root.get("spdxVersion")).starts_with("SPDX-2") {
        spdx(&root, &mut found);
    } else if root.get("@context").is_some() || root.get("spdxVersion").is_some() {
        let message = "neither CycloneDX nor SPDX 2: this version is not read";
        found.troubles.push(crate::doc::Trouble::unreadable(root.at, message));
    }
    found.ecosystem = found.packages.first().map_or("", |package| package.ecosystem);
    found
}

fn package(purl: &Value) -> Option<Package> {
    let (ecosystem, name, version) = from_purl(purl.as_str()?)?;
    let mut package = Package::new(ecosystem, name, purl.at, Origin::Bill);
    package.version = version;
    package.pinned = package.version.is_some();
    Some(package)
}

fn cyclonedx(root: &Value, found: &mut Found) {
    let mut open: Vec<(&Value, usize)> = vec![(root, 0)];
    let mut by_reference: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unnamed = 0_usize;
    while let Some((parent, depth)) = open.pop() {
        for component in parent.get("components").map(Value::items).unwrap_or_default() {
            if depth < DEPTH_MAX {
                open.push((component, depth + 1));
            }
            let Some(mut package) = component.get("purl").and_then(package) else {
                unnamed += usize::from(text(component.get("type")) == "library");
                continue;
            };
            package.license = cyclonedx_license(component);
            package.scope = if text(component.get("scope")) == "optional" {
                model::Scope::Optional
            } else {
                model::Scope::Runtime
            };
            let hash = component.get("hashes").and_then(|hashes| hashes.items().first());
            package.locked = hash.is_some();
            package.checksum = hash.map(|hash| {
                let algorithm = text(hash.get("alg")).to_ascii_lowercase().replace("sha-", "sha");
                format!("{algorithm}:{}", text(hash.get("content")))
            });
            by_reference.insert(text(component.get("bom-ref")), found.packages.len());
            found.packages.push(package);
        }
    }
    let keys: Vec<String> = found.packages.iter().map(Package::key).collect();
    let key_of = |reference: &Value| keys.get(*by_reference.get(reference.as_str()?)?).cloned();
    let mut direct = Vec::new();
    let own = text(root.path("metadata.component.bom-ref"));
    for entry in root.get("dependencies").map(Value::items).unwrap_or_default() {
        let needs: Vec<String> =
            entry.get("dependsOn").map(Value::items).unwrap_or_default().iter().filter_map(key_of).collect();
        let reference = text(entry.get("ref"));
        match by_reference.get(reference).and_then(|at| found.packages.get_mut(*at)) {
            Some(package) => package.requires = needs,
            None if reference == own => direct = needs,
            None => {}
        }
    }
    for package in &mut found.packages {
        package.direct = direct.contains(&package.key());
    }
    tell_unnamed(unnamed, root, found);
}

fn cyclonedx_license(component: &Value) -> Option<String> {
    let licenses = component.get("licenses")?.items();
    let names = licenses.iter().filter_map(|entry| {
        let license = entry.get("license");
        let name = entry.get("expression").or_else(|| license?.get("id")).or_else(|| license?.get("name"));
        name.and_then(Value::as_str)
    });
    let names: Vec<&str> = names.collect();
    (!names.is_empty()).then(|| names.join(" AND "))
}

fn spdx(root: &Value, found: &mut Found) {
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unnamed = 0_usize;
    let described = root.get("documentDescribes").map(Value::items).unwrap_or_default();
    for entry in root.get("packages").map(Value::items).unwrap_or_default() {
        let references = entry.get("externalRefs").map(Value::items).unwrap_or_default();
        let purl = references.iter().find(|one| text(one.get("referenceType")) == "purl");
        let id = text(entry.get("SPDXID"));
        let Some(mut package) = purl.and_then(|one| one.get("referenceLocator")).and_then(package) else {
            unnamed += usize::from(!described.iter().any(|known| known.as_str() == Some(id)));
            continue;
        };
        let license = |key: &str| {
            let said = text(entry.get(key));
            (!matches!(said, "" | "NOASSERTION" | "NONE")).then(|| said.to_owned())
        };
        package.license = license("licenseConcluded").or_else(|| license("licenseDeclared"));
        let sum = entry.get("checksums").and_then(|sums| sums.items().first());
        package.locked = sum.is_some();
        package.checksum = sum.map(|sum| {
            format!("{}:{}", text(sum.get("algorithm")).to_ascii_lowercase(), text(sum.get("checksumValue")))
        });
        by_id.insert(id, found.packages.len());
        found.packages.push(package);
    }
    for relation in root.get("relationships").map(Value::items).unwrap_or_default() {
        let kind = text(relation.get("relationshipType"));
        let (a, b) = (text(relation.get("spdxElementId")), text(relation.get("relatedSpdxElement")));
        let (from, to) = match kind {
            "DEPENDS_ON" | "CONTAINS" => (a, b),
            "DEPENDENCY_OF" | "CONTAINED_BY" => (b, a),
            _ => continue,
        };
        let Some(target) = by_id.get(to).copied() else { continue };
        let key = found.packages.get(target).map(Package::key);
        match by_id.get(from).and_then(|at| found.packages.get_mut(*at)) {
            Some(package) => package.requires.extend(key),
            None => found.packages.iter_mut().skip(target).take(1).for_each(|package| package.direct = true),
        }
    }
    tell_unnamed(unnamed, root, found);
}

/// A component without a package URL that is understood cannot be looked up: that is told.
fn tell_unnamed(unnamed: usize, root: &Value, found: &mut Found) {
    if unnamed == 0 {
        return;
    }
    let mut trouble = crate::doc::Trouble::unreadable(
        root.at,
        format!("{unnamed} components have no package URL of a known ecosystem: not looked up"),
    );
    trouble.kind = model::ProblemKind::Unresolved;
    trouble.help = "write the bill with a tool that adds `purl`".to_owned();
    found.troubles.push(trouble);
}
