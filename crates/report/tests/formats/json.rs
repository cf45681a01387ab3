//! JSON against its published schema (draft 2020-12).
use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::fixture::fixture;

/// A file of the repository.
#[expect(clippy::disallowed_methods, reason = "tests read the published schemas")]
pub(crate) fn schema(name: &str) -> Json {
    let path = format!("{}/../../docs/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Fails with every violation when `document` does not follow `schema`.
pub(crate) fn assert_valid(schema: &Json, document: &Json) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .take(10)
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// Every property that a schema speaks of stands somewhere in the document: nothing stale.
pub(crate) fn assert_used(schema: &Json, document: &Json) {
    let (mut described, mut written) = (BTreeSet::new(), BTreeSet::new());
    properties(schema, &mut described);
    keys(document, &mut written);
    let stale: Vec<&String> = described.difference(&written).collect();
    assert!(stale.is_empty(), "the schema describes what is never written: {stale:?}");
}

fn properties(schema: &Json, found: &mut BTreeSet<String>) {
    match schema {
        Json::Object(map) => {
            if let Some(properties) = map.get("properties").and_then(Json::as_object) {
                found.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| properties_of(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}

fn properties_of(value: &Json, found: &mut BTreeSet<String>) {
    properties(value, found);
}

fn keys(document: &Json, found: &mut BTreeSet<String>) {
    match document {
        Json::Object(map) => {
            found.extend(map.keys().cloned());
            map.values().for_each(|value| keys(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn json_follows_its_schema() {
    let schema = schema("scan");
    jsonschema::meta::validate(&schema).unwrap();
    let fixture = fixture();
    let document: Json = serde_json::from_str(&report::json(&fixture.scan())).unwrap();
    assert_valid(&schema, &document);
    assert_used(&schema, &document);
}

#[test]
fn a_scan_of_nothing_follows_the_schema() {
    let fixture = fixture();
    let empty = model::Project::default();
    let scan = report::Scan {
        project: &empty,
        findings: &[],
        suppressed: &[],
        stale: &[],
        undecided: &[],
        checks: &[],
        docs: None,
        ..fixture.scan()
    };
    assert_valid(&schema("scan"), &serde_json::from_str(&report::json(&scan)).unwrap());
}

#[test]
fn findings_with_one_fingerprint_are_numbered() {
    let fixture = fixture();
    let document: Json = serde_json::from_str(&report::json(&fixture.scan())).unwrap();
    let prints: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    let distinct: BTreeSet<&str> = prints.iter().copied().collect();
    assert_eq!(distinct.len(), prints.len());
    assert_eq!(prints.iter().filter(|print| print.ends_with("-2")).count(), 1);
}

#[test]
fn the_same_scan_gives_the_same_bytes() {
    assert_eq!(report::json(&fixture().scan()), report::json(&fixture().scan()));
}
