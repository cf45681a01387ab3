//! How many checks say what would repair their findings, and whether it really does.
use std::collections::BTreeSet;

use model::{Check, Finding, Project, Safety};
use testkit::{Case, cases};

use crate::registry::all;

/// Of a hundred checks, so many must carry a fix.
const SHARE_PERCENT_MIN: usize = 60;

/// The firing examples of a check, of its page and of the file beside it.
fn firing(check: &'static Check) -> impl Iterator<Item = Case> {
    let beside = testkit::beside(env!("CARGO_MANIFEST_DIR"), check.area, check.id);
    cases(check.page).into_iter().chain(cases(&beside)).filter(|case| case.fires)
}

fn found(check: &'static Check, case: &Case) -> Vec<Finding> {
    findings_in(check, &case.project())
}

fn findings_in(check: &'static Check, project: &Project) -> Vec<Finding> {
    let findings = crate::run(project, [&check], testkit::TODAY);
    findings.found.into_iter().filter(|finding| finding.check.id == check.id).collect()
}

/// Findings that an example's fix leaves, by check, and why.
const LEFT: &[(&str, &str)] =
    &[("vulnerable-dependency-unreachable", "the lock file is made again by the package manager")];
/// What refuses a fix rightly: somebody else decides the value.
const RIGHTLY_REFUSED: &[&str] = &["the value comes from parameter"];

#[test]
fn checks_say_whether_they_have_a_fix() {
    let mut wrong = Vec::new();
    for check in all() {
        let mut best = None;
        for finding in firing(check).flat_map(|case| found(check, &case)) {
            match finding.fix.map(|fix| fix.safety) {
                Some(Safety::Safe) => best = Some(Safety::Safe),
                Some(Safety::Risky) if best.is_none() => best = Some(Safety::Risky),
                _ => {}
            }
        }
        if best != check.fix {
            wrong.push(format!("{} {}: fix {:?}", check.area_name(), check.id, best));
        }
    }
    assert!(wrong.is_empty(), "these say something else:\n{}", wrong.join("\n"));
}

/// Every fix of every firing example, written into the example and read again: the finding is gone, and nothing
/// else broke.
#[test]
fn fixes_repair_what_they_are_for() {
    let mut wrong = Vec::new();
    let mut working = BTreeSet::new();
    for check in all() {
        for case in firing(check) {
            for why in failures(check, &case, &mut working) {
                wrong.push(format!("{} {} [{}]: {why}", check.area_name(), check.id, case.language));
            }
        }
    }
    let total = all().count();
    println!("{} of {total} checks have a fix that works", working.len());
    assert!(
        working.len() * 100 >= total * SHARE_PERCENT_MIN,
        "{} of {total} have a fix that works",
        working.len()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn failures(check: &'static Check, case: &Case, working: &mut BTreeSet<&'static str>) -> Vec<String> {
    let project = case.project();
    let before = findings_in(check, &project);
    let mut wrong = Vec::new();
    for finding in &before {
        let Some(fix) = &finding.fix else { continue };
        let files = match case.patched(&project, finding.app, &fix.patches) {
            Ok(files) => files,
            Err(why) if RIGHTLY_REFUSED.iter().any(|begin| why.why.starts_with(begin)) => continue,
            Err(why) => {
                wrong.push(format!("not written: {why}"));
                continue;
            }
        };
        let changed = testkit::read(&files);
        let shown = || files.iter().map(|(_, text)| text.as_str()).collect::<String>();
        let count = |found: &[Finding]| found.iter().filter(|other| other.node == finding.node).count();
        let is_left = LEFT.iter().any(|(id, _)| *id == check.id);
        if !is_left && count(&findings_in(check, &changed)) >= count(&before) {
            wrong.push(format!("still there after `{}`:\n{}", fix.title, shown()));
        }
        let new = changed
            .problems
            .iter()
            .find(|problem| !project.problems.iter().any(|old| old.message == problem.message));
        if let Some(problem) = new {
            wrong.push(format!("new problem: {}\n{}", problem.message, shown()));
        }
        if wrong.is_empty() {
            working.insert(check.id);
        }
    }
    wrong
}
