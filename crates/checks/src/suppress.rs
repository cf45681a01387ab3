//! Which findings were accepted, and which acceptances mean nothing any more.
//!
//! Two sources: skips beside a resource (ours and those of other tools) and the `ignore` entries of
//! `buckler.toml`. An expired one hides nothing. One that hides nothing is reported.
use model::{
    Check, Date, Finding, Findings, Project, Skip, Span, Stale, StaleReason, Suppressed, Suppression,
};

use crate::registry;

/// An `ignore` entry of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// A check's id, or another tool's name for it.
    pub check: String,
    /// Only this resource; `*` matches any run of characters.
    pub resource: Option<String>,
    /// Only files whose path matches; `*` matches any run of characters.
    pub path: Option<String>,
    pub reason: String,
    pub until: Option<Date>,
}

/// Findings after suppressions.
#[derive(Debug, Default)]
pub struct Judged {
    pub found: Vec<Finding>,
    pub suppressed: Vec<Suppressed>,
    pub stale: Vec<Stale>,
}

/// Splits findings by the suppressions of the project and of the configuration.
///
/// `ran` are the checks that could have found something: nobody knows whether the others' are unused.
#[must_use]
pub fn suppress(
    findings: &Findings,
    project: &Project,
    ignores: &[Ignore],
    ran: &[&'static Check],
) -> Judged {
    let today = findings.today;
    let mut rules = gather(project, ignores);
    let mut judged = Judged::default();
    for finding in &findings.found {
        let path = project.file(finding.at).map_or("", |file| file.path.as_str());
        // Every matching rule counts as used, so that two rules for one finding are not called unused.
        let mut hidden_by = None;
        for rule in rules.iter_mut().filter(|rule| rule.matches(finding, path)) {
            rule.used = true;
            if !rule.expired(today) {
                hidden_by.get_or_insert_with(|| rule.suppression.clone());
            }
        }
        match hidden_by {
            Some(by) => judged.suppressed.push(Suppressed { finding: finding.clone(), by }),
            None => judged.found.push(finding.clone()),
        }
    }
    judged.stale = rules.into_iter().filter_map(|rule| rule.stale(today, ran)).collect();
    judged
}

/// A suppression and what it applies to.
struct Rule {
    suppression: Suppression,
    app: Option<usize>,
    resource: Option<String>,
    path: Option<String>,
    /// The block that it stands in: it holds for the parts inside, too (a function's events and URL).
    block: Option<Span>,
    used: bool,
}

fn gather(project: &Project, ignores: &[Ignore]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = ignores
        .iter()
        .map(|ignore| Rule {
            suppression: Suppression {
                name: ignore.check.clone(),
                reason: ignore.reason.clone(),
                until: ignore.until,
                at: None,
                origin: None,
            },
            app: None,
            resource: ignore.resource.clone(),
            path: ignore.path.clone(),
            block: None,
            used: false,
        })
        .collect();
    for (index, app) in project.apps.iter().enumerate() {
        for node in &app.nodes {
            rules.extend(node.skips.iter().map(|skip| Rule {
                suppression: suppression(skip),
                app: Some(index),
                resource: Some(node.name.clone()),
                path: None,
                block: Some(node.span),
                used: false,
            }));
        }
    }
    rules
}

fn suppression(skip: &Skip) -> Suppression {
    Suppression {
        name: skip.name.clone(),
        reason: skip.reason.clone(),
        until: skip.until,
        at: Some(skip.at),
        origin: Some(skip.origin),
    }
}

impl Rule {
    fn matches(&self, finding: &Finding, path: &str) -> bool {
        names(finding.check, &self.suppression.name)
            && self.app.is_none_or(|app| app == finding.app)
            && self.about(finding)
            && self.path.as_ref().is_none_or(|pattern| glob(pattern, path))
    }

    fn about(&self, finding: &Finding) -> bool {
        let named = self.resource.as_ref().is_none_or(|pattern| glob(pattern, &finding.node));
        named || self.block.is_some_and(|block| block.contains(finding.at))
    }

    fn expired(&self, today: Date) -> bool {
        self.suppression.until.is_some_and(|until| until < today)
    }

    /// A skip for another tool's check that we do not have is that tool's business, not stale.
    fn stale(self, today: Date, ran: &[&Check]) -> Option<Stale> {
        let ours = self.suppression.origin.is_none_or(|origin| origin == model::SkipOrigin::Buckler);
        let known = registry::all().any(|check| names(check, &self.suppression.name));
        let has_run = ran.iter().any(|check| names(check, &self.suppression.name));
        let why = match self.suppression.until {
            Some(until) if self.expired(today) => StaleReason::Expired(until),
            _ if !known && ours => StaleReason::UnknownCheck,
            _ if has_run && !self.used => StaleReason::Unused,
            _ => return None,
        };
        Some(Stale { suppression: self.suppression, why })
    }
}

/// Whether a check goes by this name here or in another tool.
fn names(check: &Check, name: &str) -> bool {
    check.id == name || check.also_known_as.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// `*` matches any run of characters, everything else itself. Linear in the text for each star.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_run() {
        assert!(glob("infra/*.yaml", "infra/a/b.yaml"));
        assert!(glob("*", ""));
        assert!(glob("a*b*c", "aXbYc"));
        assert!(!glob("a*b", "abc"));
        assert!(!glob("ab", "abc"));
    }

    fn judge(ignores: &[Ignore]) -> Judged {
        let template = "Resources:\n  Open:\n    Type: AWS::Lambda::Url\n    Properties: { TargetFunctionArn: f, AuthType: NONE }\n";
        let project = testkit::project([("template.yaml", template)]);
        let check = registry::find("public-function-url").unwrap();
        suppress(&registry::run(&project, [&check], testkit::TODAY), &project, ignores, &[check])
    }

    fn ignore(check: &str, resource: &str, until: Option<Date>) -> Ignore {
        let resource = Some(resource.to_owned());
        Ignore { check: check.to_owned(), resource, path: None, reason: "signed webhook".to_owned(), until }
    }

    #[test]
    fn an_accepted_finding_is_kept_apart() {
        let judged = judge(&[ignore("public-function-url", "Op*", None)]);
        assert_eq!((judged.found.len(), judged.suppressed.len(), judged.stale.len()), (0, 1, 0));
    }

    #[test]
    fn another_tools_name_works_too() {
        assert_eq!(judge(&[ignore("CKV_AWS_258", "*", None)]).suppressed.len(), 1);
    }

    #[test]
    fn an_expired_acceptance_hides_nothing_and_is_told() {
        let judged = judge(&[ignore("public-function-url", "*", Some(Date::new(2026, 11, 21)))]);
        assert_eq!(judged.found.len(), 1);
        assert_eq!(judged.stale[0].why, StaleReason::Expired(Date::new(2026, 11, 21)));
    }

    #[test]
    fn an_acceptance_that_hides_nothing_is_told() {
        assert_eq!(judge(&[ignore("public-function-url", "Gone", None)]).stale[0].why, StaleReason::Unused);
        assert!(judge(&[ignore("unencrypted-queue", "*", None)]).stale.is_empty(), "that check did not run");
        assert_eq!(judge(&[ignore("no-such-check", "*", None)]).stale[0].why, StaleReason::UnknownCheck);
    }
}
