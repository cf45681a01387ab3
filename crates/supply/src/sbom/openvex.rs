//! `OpenVEX` 0.2: statements about what applies and what does not.
use std::collections::BTreeMap;

use model::Project;
use serde_json::{Value, json};

use super::cyclonedx::analysis;
use super::graph::components;
use super::{About, uuid};

/// Name of the weakness, and why it does not apply.
type Key = (String, Option<String>);

/// One statement for each weakness and status. Nothing is said of what nobody knows: it is under
/// investigation.
#[must_use]
pub fn openvex(project: &Project, about: &About<'_>) -> String {
    let components = components(project);
    let mut statements: BTreeMap<Key, (Vec<String>, Vec<Value>)> = BTreeMap::new();
    for component in components.values() {
        for advisory in &component.advisories {
            let why = analysis(advisory, component).map(|(_, why)| why);
            let name =
                advisory.aliases.first().filter(|alias| alias.starts_with("CVE-")).unwrap_or(&advisory.id);
            let mut others: Vec<String> = advisory.aliases.iter().chain([&advisory.id]).cloned().collect();
            others.retain(|other| other != name);
            let entry = statements.entry((name.clone(), why)).or_insert_with(|| (others, Vec::new()));
            entry.1.push(json!({ "@id": component.purl }));
        }
    }
    let list = statements.into_iter().map(|((name, why), (aliases, products))| {
        let mut statement = json!({
            "vulnerability": { "name": name, "aliases": aliases },
            "products": products,
            "status": if why.is_some() { "not_affected" } else { "under_investigation" },
        });
        if let (Some(map), Some(why)) = (statement.as_object_mut(), why) {
            let key =
                if JUSTIFICATIONS.contains(&why.as_str()) { "justification" } else { "impact_statement" };
            map.insert(key.to_owned(), json!(why));
        }
        statement
    });
    let statements: Vec<Value> = list.collect();
    let id = uuid(&Value::Array(statements.clone()).to_string());
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:uuid:{id}"),
        "author": about.name,
        "timestamp": about.time(),
        "version": 1,
        "tooling": format!("buckler/{}", about.tool_version),
        "statements": statements,
    });
    format!("{document:#}\n")
}

/// The reasons that `OpenVEX` knows.
const JUSTIFICATIONS: &[&str] = &[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];
