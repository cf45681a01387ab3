//! SARIF against the schema of OASIS, and read by another implementation.
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use crate::fixture::fixture;
use crate::json::assert_valid;

/// The standard's JSON schema, which the `serde-sarif` package carries.
#[expect(clippy::disallowed_methods, reason = "the schema lies in the package")]
fn oasis_schema() -> Json {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Json = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let text = std::fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Json = serde_json::from_str(&text).unwrap();
    // Published with a stray bracket, which no regular expression engine with Unicode support reads.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language["pattern"] = Json::from("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    schema
}

#[test]
fn sarif_follows_the_standards_schema() {
    let schema = oasis_schema();
    assert!(schema["title"].as_str().unwrap().contains("2.1.0"));
    let fixture = fixture();
    assert_valid(&schema, &serde_json::from_str(&report::sarif(&fixture.scan())).unwrap());
    let calm = self::fixture().calm();
    assert_valid(&schema, &serde_json::from_str(&report::sarif(&calm.scan())).unwrap());
}

#[test]
fn another_reader_understands_it() {
    let fixture = fixture();
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&report::sarif(&fixture.scan())).unwrap();
    let run = &log.runs[0];
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), fixture.findings.len() + fixture.suppressed.len());
    let rules = run.tool.driver.rules.as_ref().unwrap();
    for result in results {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(Some(&rules[index].id), result.rule_id.as_ref());
    }
    let region = results[2].locations.as_ref().unwrap()[0]
        .physical_location
        .as_ref()
        .unwrap()
        .region
        .as_ref()
        .unwrap();
    assert_eq!((region.start_line, region.start_column, region.end_column), (Some(6), Some(17), Some(21)));
}

#[test]
fn accepted_findings_carry_their_reason_and_open_ones_do_not() {
    let fixture = fixture();
    let log: Json = serde_json::from_str(&report::sarif(&fixture.scan())).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let accepted: Vec<&Json> =
        results.iter().filter(|result| !result["suppressions"].as_array().unwrap().is_empty()).collect();
    assert_eq!(accepted.len(), 2);
    assert_eq!(accepted[0]["suppressions"][0]["kind"], "inSource");
    assert_eq!(accepted[1]["suppressions"][0]["kind"], "external");
}
