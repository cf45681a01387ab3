//! Packages and the database of advisories: nothing is ever passed for want of data.
use crate::run::{Folder, OPEN_URL};

const CONFIG: &str = "[advisories]\ndatabase = \"advisories.db\"\nsources = [\"osv\"]\n";
const ADVISORY: &str = r#"{"id": "TEST-1", "modified": "2026-11-20T00:00:00Z", "aliases": ["CVE-2026-1"], "summary": "Runs what it is given",
 "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
 "affected": [{"package": {"ecosystem": "PyPI", "name": "weak"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}]}"#;
const QUIET: &str = "Resources:\n  Wait:\n    Type: AWS::CloudFormation::WaitConditionHandle\n";

fn folder(requirements: &str) -> Folder {
    Folder::new(&[
        ("template.yaml", QUIET),
        ("buckler.toml", CONFIG),
        ("osv/TEST-1.json", ADVISORY),
        ("requirements.txt", requirements),
    ])
}

#[test]
fn a_scan_without_a_database_is_incomplete_and_says_so() {
    let folder = folder("weak==1.0\n");
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("were not looked up for known vulnerabilities"), "{}", ran.out);
    assert!(ran.out.contains("buckler advisories update"), "{}", ran.out);
}

#[test]
fn an_updated_database_finds_what_is_weak_and_says_the_way_out() {
    let folder = folder("weak==1.0\n");
    let ran = folder.buckler(&["advisories", "update"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("PyPI: 1 advisories about 1 packages"), "{}", ran.out);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("CVE-2026-1"), "{}", ran.out);
    assert!(ran.out.contains("+ weak==1.2"), "{}", ran.out);
    let bill = folder.buckler(&["sbom", "--vex"]);
    assert!(bill.out.contains("pkg:pypi/weak@1.0") && bill.out.contains("TEST-1"), "{bill:?}");
}

#[test]
fn old_partial_and_broken_data_is_no_pass() {
    let old = folder("good==1.0\n");
    old.write("osv/TEST-1.json", &ADVISORY.replace("2026-11-20", "2026-01-20"));
    assert_eq!(old.buckler(&["advisories", "update"]).code, 0);
    let ran = old.buckler(&["scan"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("end on 2026-01-20"), "{}", ran.out);
    assert_eq!(old.buckler(&["advisories", "status"]).code, 3);

    let partial = folder("good==1.0\n");
    partial.write(
        "package-lock.json",
        r#"{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}}}"#,
    );
    assert_eq!(partial.buckler(&["advisories", "update"]).code, 0);
    let ran = partial.buckler(&["scan"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("holds nothing about npm"), "{}", ran.out);

    let broken = folder("good==1.0\n");
    broken.write("advisories.db", "buckler-advisories 1\nnonsense");
    let ran = broken.buckler(&["scan"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("the database is broken"), "{}", ran.out);
}

#[test]
fn fresh_data_without_a_match_is_a_pass() {
    let folder = folder("weak==1.2\n");
    assert_eq!(folder.buckler(&["advisories", "update"]).code, 0);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_statement_takes_a_finding_back() {
    let folder = folder("weak==1.0\n");
    assert_eq!(folder.buckler(&["advisories", "update"]).code, 0);
    let vex = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:pypi/weak@1.0"}], "status": "not_affected", "justification": "vulnerable_code_not_present"}]}"#;
    folder.write("vex.json", vex);
    let ran = folder.buckler(&["scan", "--vex", "vex.json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.out.contains("CVE-2026-1"), "{}", ran.out);
    folder.write("vex.json", "{");
    assert_eq!(folder.buckler(&["scan", "--vex", "vex.json", "--fail-on", "never"]).code, 3);
}

#[test]
fn a_source_that_fails_keeps_the_old_database() {
    let folder = folder("weak==1.0\n");
    assert_eq!(folder.buckler(&["advisories", "update"]).code, 0);
    folder.write("buckler.toml", &CONFIG.replace("\"osv\"", "\"osv\", \"missing.zip\""));
    let ran = folder.buckler(&["advisories", "update"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("missing.zip"), "{}", ran.err);
    assert_eq!(folder.buckler(&["scan"]).code, 1);
    for source in ["http://localhost/a.zip", "git+--upload-pack=x"] {
        folder.write("buckler.toml", &CONFIG.replace("\"osv\"", &format!("\"{source}\"")));
        assert_eq!(folder.buckler(&["advisories", "update"]).code, 2, "{source}");
    }
}

#[test]
fn findings_of_templates_do_not_hide_what_is_not_known() {
    let folder = Folder::new(&[
        ("template.yaml", OPEN_URL),
        ("requirements.txt", "weak==1.0\n"),
        ("buckler.toml", CONFIG),
    ]);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("were not looked up"), "{}", ran.out);
}
