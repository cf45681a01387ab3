//! Findings by check, for formats that say once what a check is about.
use std::collections::BTreeMap;

use model::{Check, Finding, Problem, ProblemKind, Severity, Undecided};

use crate::Scan;

/// Findings of one check with one severity, in the order of the scan.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) severity: Severity,
    pub(crate) check: &'static Check,
    pub(crate) findings: Vec<&'a Finding>,
}

/// Most severe first, then in the order of the findings.
pub(crate) fn groups<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for finding in findings {
        let place = *places.entry((finding.severity, finding.check.id)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.findings.push(finding),
            None => {
                let (severity, check) = (finding.severity, finding.check);
                groups.push(Group { severity, check, findings: vec![finding] });
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.severity));
    groups
}

/// What could not be decided, by check.
pub(crate) fn undecided(all: &[Undecided]) -> BTreeMap<&'static str, Vec<&Undecided>> {
    let mut checks: BTreeMap<&'static str, Vec<&Undecided>> = BTreeMap::new();
    for undecided in all {
        checks.entry(undecided.check.id).or_default().push(undecided);
    }
    checks
}

/// Reported and accepted findings.
pub(crate) fn every_finding<'a>(scan: &Scan<'a>) -> impl Iterator<Item = &'a Finding> {
    scan.findings.iter().chain(scan.suppressed.iter().map(|suppressed| &suppressed.finding))
}

/// Every check that ran or found something, by id.
pub(crate) fn rules(scan: &Scan<'_>) -> BTreeMap<&'static str, &'static Check> {
    let ran = scan.checks.iter().copied();
    ran.chain(every_finding(scan).map(|finding| finding.check)).map(|check| (check.id, check)).collect()
}

/// Problems for people: what was lost most comes first.
pub(crate) fn problems<'a>(scan: &Scan<'a>) -> Vec<&'a Problem> {
    let mut problems: Vec<&Problem> = scan.project.problems.iter().collect();
    problems.sort_by_key(|problem| weight(problem.kind));
    problems
}

/// The rank of a problem among others.
pub(crate) fn weight(kind: ProblemKind) -> u8 {
    match kind {
        ProblemKind::Unreadable => 0,
        ProblemKind::Limit => 1,
        ProblemKind::Suspicious => 2,
        ProblemKind::Unresolved => 3,
        ProblemKind::Unsupported => 4,
    }
}
