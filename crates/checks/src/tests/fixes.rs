//! How many checks say what would repair their findings, and whether it really does.
use model::{Check, Finding};
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
    let findings = crate::run(&case.project(), [&check], testkit::TODAY);
    findings.found.into_iter().filter(|finding| finding.check.id == check.id).collect()
}

#[test]
fn most_checks_say_what_would_repair_it() {
    let mut without = Vec::new();
    let mut total = 0;
    for check in all() {
        total += 1;
        let has_fix = |case: Case| found(check, &case).iter().any(|finding| finding.fix.is_some());
        if !firing(check).any(has_fix) {
            without.push(format!("{} {}", check.area_name(), check.id));
        }
    }
    let with = total - without.len();
    println!("{with} of {total} checks have a fix; without:\n{}", without.join("\n"));
    assert!(with * 100 >= total * SHARE_PERCENT_MIN, "{with} of {total} checks have a fix");
}
