//! Which findings are known.
use report::{Baseline, ReadBaselineError};

use crate::fixture::fixture;

#[test]
fn what_was_found_before_is_known() {
    let fixture = fixture();
    let baseline = Baseline::of(&fixture.project, &fixture.findings);
    let (new, known) = baseline.split(&fixture.project, fixture.findings.clone());
    assert_eq!((new.len(), known), (0, fixture.findings.len()));
}

#[test]
fn one_more_of_the_same_is_new() {
    let fixture = fixture();
    let baseline = Baseline::of(&fixture.project, &fixture.findings);
    let mut more = fixture.findings.clone();
    more.push(more[0].clone());
    assert_eq!(baseline.split(&fixture.project, more).0.len(), 1);
}

#[test]
fn writing_and_reading_keep_everything() {
    let fixture = fixture();
    let baseline = Baseline::of(&fixture.project, &fixture.findings);
    assert_eq!(Baseline::parse(&baseline.write()).unwrap(), baseline);
}

#[test]
fn another_file_is_refused() {
    assert!(matches!(Baseline::parse("{}"), Err(ReadBaselineError::Syntax(_))));
    let later = Baseline::parse(r#"{"version": 2, "findings": []}"#);
    assert!(matches!(later, Err(ReadBaselineError::Version { found: 2 })));
}

#[test]
fn a_moved_finding_keeps_its_fingerprint_and_another_resource_does_not() {
    let fixture = fixture();
    let finding = fixture.findings[0].clone();
    let print = report::fingerprint(&fixture.project, &finding);
    let moved = finding.clone().at(crate::fixture::at("Api", 0));
    assert_eq!(report::fingerprint(&fixture.project, &moved), print);
    let mut other = finding;
    other.node.push('2');
    assert_ne!(report::fingerprint(&fixture.project, &other), print);
}
