//! Which findings are known.
use expect_test::expect;
use model::{FileId, Span};
use report::{Baseline, ReadBaselineError};

use crate::fixture::{CODE, fixture, in_code};

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

#[test]
fn a_finding_in_code_outlives_moved_lines_and_differs_from_another_call() {
    let mut fixture = fixture().calm();
    fixture.findings.retain(|finding| !finding.path.is_empty());
    let finding = fixture.findings[0].clone();
    let print = report::fingerprint(&fixture.project, &finding);
    let other = finding.clone().at(in_code("greet(name)"));
    assert_ne!(report::fingerprint(&fixture.project, &other), print, "the same message, another call");

    let text = CODE.replace("echo ", "hello ");
    let above = "# a new line\n\n";
    fixture.project.files[1] = model::SourceFile::new("src/app.py", format!("{above}{text}"));
    let start = finding.at.start as usize + above.len();
    let moved = finding.clone().at(Span::new(FileId(1), start, start + finding.at.len() + 1));
    assert_eq!(report::fingerprint(&fixture.project, &moved), print, "lines above, another literal");
    fixture.project.files[1].path = "src/other.py".to_owned();
    assert_ne!(report::fingerprint(&fixture.project, &moved), print, "the same in another file");
}

#[test]
fn a_template_finding_keeps_the_fingerprint_that_baselines_hold() {
    let fixture = fixture();
    let finding = fixture.findings.iter().find(|finding| finding.message == "`Api` answers anyone").unwrap();
    expect!["30fd10af73b0e51e2e2db72091fc055a"].assert_eq(&report::fingerprint(&fixture.project, finding));
}
