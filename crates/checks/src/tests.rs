//! Every page's examples run as tests.
mod fixes;

use std::collections::BTreeSet;

use testkit::{Case, cases};

use crate::registry::all;

/// `fires` blocks must give the check's finding, `quiet` blocks must not. Blocks in the page and in
/// `<file>.md` beside the check are alike.
#[test]
fn examples_of_every_page_hold() {
    let mut wrong = Vec::new();
    for check in all() {
        let beside = testkit::beside(env!("CARGO_MANIFEST_DIR"), check.area, check.id);
        let found = cases(check.page).into_iter().chain(cases(&beside));
        let mut fires = 0;
        let mut quiet = 0;
        for case in found {
            if case.fires {
                fires += 1
            } else {
                quiet += 1
            }
            if let Err(why) = run_case(check, &case) {
                wrong.push(format!("{}: {why}\n{}", check.id, case.text));
            }
        }
        if fires == 0 || quiet == 0 {
            wrong.push(format!("{}: needs a `fires` and a `quiet` example", check.id));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn run_case(check: &'static model::Check, case: &Case) -> Result<(), String> {
    let project = case.project();
    if case.language != "file" && project.apps.iter().all(|app| app.nodes.is_empty()) {
        return Err(format!("the example has no resources; problems: {:?}", project.problems));
    }
    let findings = crate::run(&project, [&check], testkit::TODAY);
    let fired = findings.found.iter().any(|finding| finding.check.id == check.id);
    match (case.fires, fired) {
        (true, false) => Err(format!("should fire; undecided: {:?}", findings.undecided)),
        (false, true) => Err("should be quiet".to_owned()),
        _ => Ok(()),
    }
}

#[test]
fn ids_are_unique_and_every_check_has_its_facts() {
    let mut ids = BTreeSet::new();
    for check in all() {
        assert!(ids.insert(check.id), "`{}` stands twice", check.id);
        assert!(!check.controls.is_empty(), "`{}` names no control", check.id);
        assert!(check.controls.iter().any(|id| id.starts_with("CWE-")), "`{}` names no CWE", check.id);
        assert!(check.page.trim_start().starts_with("# "), "`{}` has no heading", check.id);
        assert!(check.page.contains("## Why it matters"), "`{}` does not say why", check.id);
        let file = check.area.rsplit("::").next().unwrap_or_default();
        assert_eq!(file.replace('_', "-"), check.id, "the file is called as the check");
    }
}

#[test]
fn what_is_absent_from_a_half_read_resource_is_undecided() {
    let broken = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      KmsMasterKeyId: [alias/x\n      Tags: }}\n  Other:\n    Type: AWS::SQS::Queue\n";
    let project = testkit::project([("template.yaml", broken)]);
    let check = crate::find("queue-without-dead-letters").unwrap();
    let findings = crate::run(&project, [&check], testkit::TODAY);
    let found: Vec<&str> = findings.found.iter().map(|finding| finding.node.as_str()).collect();
    let undecided: Vec<&str> = findings.undecided.iter().map(|case| case.node.as_str()).collect();
    assert_eq!((found, undecided), (vec!["Other"], vec!["Jobs"]), "{:?}", project.problems);
}
