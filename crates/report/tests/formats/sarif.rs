//! SARIF against the schema of OASIS, and read by another implementation.
use std::path::PathBuf;
use std::process::Command;

use expect_test::expect;
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
    let open = results.iter().find(|result| result.rule_id.as_deref() == Some("public-function-url"));
    let region = open.unwrap().locations.as_ref().unwrap()[0]
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

/// The one result about the code that has a calm name.
fn command(log: &Json) -> &Json {
    let results = log["runs"][0]["results"].as_array().unwrap();
    results
        .iter()
        .find(|result| result["message"]["text"].as_str().unwrap().contains("`greet` runs"))
        .unwrap()
}

#[test]
fn the_way_of_the_data_is_a_code_flow() {
    let log: Json = serde_json::from_str(&report::sarif(&fixture().scan())).unwrap();
    let steps = command(&log)["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let seen: Vec<String> = steps
        .iter()
        .map(|step| {
            let region = &step["location"]["physicalLocation"]["region"];
            let kinds: Vec<&str> =
                step["kinds"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
            assert_eq!(step["nestingLevel"], 0);
            format!(
                "{} {}:{} {} {}",
                step["executionOrder"],
                region["startLine"],
                region["startColumn"],
                kinds.join("+"),
                step["location"]["message"]["text"].as_str().unwrap()
            )
        })
        .collect();
    expect![[r#"
        1 6:12 acquire+taint `event.body` is chosen by who sends the event
        2 7:5 taint it is passed as `who`
        3 11:25 danger+taint it ends in `os.system`"#]]
    .assert_eq(&seen.join("\n"));
}

#[test]
fn an_exact_fix_can_be_applied_as_it_stands() {
    let fixture = fixture();
    let log: Json = serde_json::from_str(&report::sarif(&fixture.scan())).unwrap();
    let change = &command(&log)["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "src/app.py");
    let mut lines: Vec<Vec<char>> =
        crate::fixture::CODE.split_inclusive('\n').map(|line| line.chars().collect()).collect();
    // From the end on, so that places before it stay.
    for replacement in change["replacements"].as_array().unwrap().iter().rev() {
        let number =
            |key: &str| usize::try_from(replacement["deletedRegion"][key].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(number("startLine"), number("endLine"));
        let text = replacement["insertedContent"]["text"].as_str().unwrap();
        lines[number("startLine")].splice(number("startColumn")..number("endColumn"), text.chars());
    }
    let applied: String = lines.into_iter().flatten().collect();
    expect![[r#"
        import subprocess
        import os
        KEY = "a-key-in-the-code"


        def handler(event, context):
            name = event["body"]
            greet(name)


        def greet(who):
            subprocess.run(["echo", who + KEY], check=True)  # one
    "#]]
    .assert_eq(&applied);
}

#[test]
fn an_edit_that_would_repeat_a_secret_is_not_given() {
    let log: Json = serde_json::from_str(&report::sarif(&fixture().scan())).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let with_fixes = results.iter().filter(|result| result.get("fixes").is_some()).count();
    assert_eq!(with_fixes, 1);
    let document: Json = serde_json::from_str(&report::json(&fixture().scan())).unwrap();
    let patches =
        document["findings"].as_array().unwrap().iter().filter_map(|f| f["fix"]["patches"].as_array());
    let replaced: Vec<&Json> = patches.flatten().filter(|patch| patch["op"] == "replace").collect();
    assert_eq!(replaced.len(), 3);
    assert_eq!(replaced.iter().filter(|patch| patch["text"].is_null()).count(), 1);
}

#[test]
fn code_inside_of_a_template_has_no_exact_edits() {
    // Its copy has the template's path and lines, but other columns.
    let mut fixture = fixture();
    fixture.project.files[1].path = "template.yaml".to_owned();
    let log: Json = serde_json::from_str(&report::sarif(&fixture.scan())).unwrap();
    assert!(command(&log).get("fixes").is_none());
    assert!(command(&log)["properties"]["fix"].as_str().unwrap().contains("replace `os.system"));
}

#[test]
fn unread_code_is_told() {
    let log: Json = serde_json::from_str(&report::sarif(&fixture().calm().scan())).unwrap();
    let told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let unread = told.iter().find(|one| one["descriptor"]["id"] == "unread-code").unwrap();
    assert_eq!(
        unread["message"]["text"],
        "the code of `Handler` (Java) was not read: the code of Java functions is not analysed"
    );
}
