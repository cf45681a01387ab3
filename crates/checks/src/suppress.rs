//! Which findings were accepted, and which acceptances mean nothing any more.
//!
//! Three sources: skips beside a resource and in comments of other files (ours and those of other
//! tools), and the `ignore` entries of `buckler.toml`. An expired one hides nothing. One that hides
//! nothing is reported.
mod comments;

use model::{
    Check, Date, Finding, Findings, Framework, Problem, Project, Skip, SkipOrigin, Span, Stale, StaleReason,
    Suppressed, Suppression,
};

use crate::registry;

/// Lines of a finding's place on which a comment may stand, at most.
const PLACE_LINES_MAX: u32 = 20;

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
    /// Comments that look like suppressions and cannot be read.
    pub problems: Vec<Problem>,
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
    let (mut rules, problems) = gather(project, ignores);
    let mut judged = Judged { problems, ..Judged::default() };
    for finding in &findings.found {
        let place = Place::of(project, finding);
        // Every matching rule counts as used, so that two rules for one finding are not called unused.
        let mut hidden_by = None;
        for rule in rules.iter_mut().filter(|rule| rule.matches(finding, &place)) {
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

/// Where a finding points.
struct Place<'a> {
    path: &'a str,
    /// First and last line, as far as a comment on them is about it.
    lines: (u32, u32),
    /// Whether it belongs to no template's application.
    outside: bool,
}

impl<'a> Place<'a> {
    fn of(project: &'a Project, finding: &Finding) -> Self {
        let app = project.app_of(finding);
        let outside = app.is_some_and(|app| app.framework == Framework::Files);
        let Some(file) = project.file(finding.at) else { return Self { path: "", lines: (0, 0), outside } };
        let (first, last) = (file.place(finding.at.start).line, file.place(finding.at.end).line);
        let last = if last - first < PLACE_LINES_MAX { last } else { first };
        Self { path: &file.path, lines: (first, last), outside }
    }
}

/// A suppression and what it applies to.
struct Rule {
    suppression: Suppression,
    app: Option<usize>,
    resource: Option<String>,
    path: Option<String>,
    /// The block that it stands in: it holds for the parts inside, too (a function's events and URL).
    block: Option<Span>,
    /// The line of [`Rule::path`] that it is about.
    line: Option<u32>,
    used: bool,
}

fn gather(project: &Project, ignores: &[Ignore]) -> (Vec<Rule>, Vec<Problem>) {
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
            line: None,
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
                line: None,
                used: false,
            }));
        }
    }
    let (comments, problems) = comments::find(project);
    rules.extend(comments.into_iter().map(|comment| Rule {
        suppression: suppression(&comment.skip),
        app: None,
        resource: None,
        path: Some(comment.path),
        block: None,
        line: Some(comment.line),
        used: false,
    }));
    (rules, problems)
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
    fn matches(&self, finding: &Finding, place: &Place<'_>) -> bool {
        match self.line {
            Some(line) => {
                (place.lines.0..=place.lines.1).contains(&line)
                    && self.path.as_deref() == Some(place.path)
                    && self.means(finding.check)
            }
            None => {
                self.means(finding.check)
                    && self.about(finding, place)
                    && self.path.as_ref().is_none_or(|pattern| glob(pattern, place.path))
            }
        }
    }

    fn about(&self, finding: &Finding, place: &Place<'_>) -> bool {
        let inside = self.block.is_some_and(|block| block.contains(finding.at));
        // A secret in a template belongs to the folder's files, and stands in a resource's block all the same.
        if self.app.is_some_and(|app| app != finding.app) {
            return place.outside && inside;
        }
        inside || self.resource.as_ref().is_none_or(|pattern| glob(pattern, &finding.node))
    }

    fn means(&self, check: &Check) -> bool {
        means(check, &self.suppression.name, self.suppression.origin)
    }

    fn expired(&self, today: Date) -> bool {
        self.suppression.until.is_some_and(|until| until < today)
    }

    /// A skip for another tool's check that we do not have is that tool's business, not stale.
    fn stale(self, today: Date, ran: &[&Check]) -> Option<Stale> {
        let ours = self.suppression.origin.is_none_or(|origin| origin == SkipOrigin::Buckler);
        let known = registry::all().any(|check| self.means(check));
        let has_run = ran.iter().any(|check| self.means(check));
        let why = match self.suppression.until {
            Some(until) if self.expired(today) => StaleReason::Expired(until),
            _ if !known && ours => StaleReason::UnknownCheck,
            // Linters and other scanners judge more than we do: their comments in code may hide something of theirs.
            _ if has_run && !self.used && (ours || self.line.is_none()) => StaleReason::Unused,
            _ => return None,
        };
        Some(Stale { suppression: self.suppression, why })
    }
}

/// Whether a check goes by this name here or in another tool.
fn names(check: &Check, name: &str) -> bool {
    check.id == name || check.also_known_as.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// The same for a name in another tool's syntax.
fn means(check: &Check, name: &str, origin: Option<SkipOrigin>) -> bool {
    let others = || check.also_known_as.iter();
    names(check, name)
        || match origin {
            // The rules that Ruff took over from Bandit keep their numbers: B602 is S602.
            Some(SkipOrigin::Ruff) => name
                .strip_prefix(['S', 's'])
                .is_some_and(|number| others().any(|other| other.strip_prefix('B') == Some(number))),
            // A rule goes by its last part, too: `python.lang.security.eval-detected`.
            Some(SkipOrigin::Semgrep) => {
                let last = |name: &'_ str| name.rsplit('.').next().map(str::to_owned);
                others().any(|other| other.contains('-') && last(other) == last(name))
            }
            _ => false,
        }
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

    /// A finding of `command-injection` at each `run(` of a file, judged: the lines of those that are left.
    fn left(path: &str, text: &str) -> (Vec<u32>, Judged) {
        let check = registry::find("shell-call").unwrap();
        let mut project = Project::default();
        let file = project.add_file(path, text);
        project.files_app();
        let mut findings = Findings::new(testkit::TODAY);
        for (start, call) in text.match_indices("run(") {
            let end = text.split_at(start).1.find(')').map_or(start + call.len(), |end| start + end);
            findings.push(check.in_file(path, Span::new(file, start, end), "runs a shell"));
        }
        let judged = suppress(&findings, &project, &[], &[check]);
        let left = judged.found.iter().map(|finding| project.files[0].place(finding.at.start).line).collect();
        (left, judged)
    }

    #[test]
    fn a_comment_hides_what_its_line_or_the_line_below_does() {
        let reason = "buckler:ignore shell-call reason=\"a date\"";
        for (path, text, expected) in [
            ("a.py", format!("run(1)  # {reason}\nrun(2)\n"), vec![2]),
            ("a.py", format!("# {reason}\n\n# more\nrun(1)\nrun(2)\n"), vec![5]),
            ("a.py", format!("x = \"# {reason}\"; run(1)\n"), vec![1]),
            ("a.ts", format!("run(1); // {reason}\n/* {reason} */\nrun(2)\n"), vec![]),
            ("a.py", format!("run(\n  1,  # {reason}\n)\n"), vec![]),
            (".env", format!("A=run(1) # {reason}\n"), vec![]),
            ("a.json", format!("{{\"a\": \"run(1) # {reason}\"}}"), vec![1]),
        ] {
            let (left, judged) = left(path, &text);
            assert_eq!(left, expected, "{path}: {text}");
            assert!(judged.problems.is_empty());
        }
    }

    #[test]
    fn comments_of_other_tools_hide_when_they_name_the_rule() {
        for (path, text, expected) in [
            ("a.py", "run(1)  # nosec B602\nrun(2)  # nosec\nrun(3)  # noqa: S602\n", vec![2]),
            ("a.py", "# nosec B602\nrun(1)\n", vec![2]),
            ("a.js", "run(1) // eslint-disable-line B602 -- a date\n", vec![]),
            ("a.js", "// eslint-disable-next-line B602\nrun(1)\nrun(2)\n", vec![3]),
            ("a.py", "# nosemgrep: B602\nrun(1)\n", vec![]),
        ] {
            let (left, judged) = left(path, text);
            assert_eq!(left, expected, "{text}");
            assert!(judged.stale.is_empty());
        }
    }

    #[test]
    fn a_comment_of_ours_that_hides_nothing_is_told_another_tools_is_not() {
        let (_, judged) =
            left("a.py", "x()  # buckler:ignore shell-call reason=\"gone\"\ny()  # nosec B602\n");
        assert_eq!(judged.stale.iter().map(|stale| stale.why).collect::<Vec<_>>(), [StaleReason::Unused]);
        let (_, judged) = left("a.py", "x()  # buckler:ignore no-such-check reason=\"gone\"\n");
        assert_eq!(judged.stale[0].why, StaleReason::UnknownCheck);
    }

    #[test]
    fn a_comment_that_cannot_be_read_is_a_problem() {
        let (left, judged) = left("a.py", "run(1)  # buckler:ignore shell-call\n");
        assert_eq!(left, [1]);
        assert!(judged.problems[0].message.contains("gives no reason"), "{:?}", judged.problems);
    }

    #[test]
    fn a_secret_in_a_resources_block_is_hidden_by_its_comment() {
        let template = "Resources:\n  F:\n    # buckler:ignore shell-call reason=\"a sample\"\n    Type: AWS::Lambda::Function\n    Properties: { Handler: a.b }\n";
        let mut project = testkit::project([("template.yaml", template)]);
        project.files_app();
        let check = registry::find("shell-call").unwrap();
        let start = template.find("a.b").unwrap();
        let mut finding = check.in_file("template.yaml", Span::new(model::FileId(0), start, start + 3), "x");
        finding.app = 1;
        let mut findings = Findings::new(testkit::TODAY);
        findings.push(finding);
        let judged = suppress(&findings, &project, &[], &[check]);
        assert_eq!((judged.found.len(), judged.suppressed.len(), judged.stale.len()), (0, 1, 0));
    }
}
