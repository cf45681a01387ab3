//! A scan as JUnit XML: a suite for each application, a test case for each check.
//!
//! Kept to what Jenkins' schema allows, with every attribute that the Ant schema asks for: a case has
//! failed, was skipped (undecided), or passed. What could not be read is a suite of its own
//! with errors, so that it never looks like a pass.
use std::collections::{BTreeMap, BTreeSet};

use model::{Check, Coverage, Finding, Problem, ProblemKind};

use crate::group::rules;
use crate::scan::{plural, title};
use crate::view::View;
use crate::visible::line;
use crate::{Scan, coverage, repair, trail};

/// Shows a scan as JUnit XML.
#[must_use]
pub fn junit(scan: &Scan<'_>) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    let checks: Vec<&'static Check> = rules(scan).into_values().collect();
    let (outcomes, view) = (Index::new(scan), View::new(scan));
    let mut id = 0;
    for (index, app) in scan.project.apps.iter().enumerate() {
        let cases = checks.iter().map(|check| case((scan, &view), &outcomes, (index, check))).collect();
        suite(&mut out, scan, Suite { id, name: title(app), package: app.framework.as_str(), cases });
        id += 1;
    }
    if !scan.project.problems.is_empty() {
        let cases = scan.project.problems.iter().map(|problem| problem_case(scan, problem));
        let cases = unique(cases).collect();
        suite(&mut out, scan, Suite { id, name: "reading the project", package: "buckler", cases });
    }
    let cases = code_cases(scan);
    if !cases.is_empty() {
        let id = id + usize::from(!scan.project.problems.is_empty());
        suite(&mut out, scan, Suite { id, name: "reading the code", package: "buckler", cases });
    }
    out.push_str("</testsuites>\n");
    out
}

/// A case for each function: code that was not read, or not all of it, never looks like a pass.
fn code_cases(scan: &Scan<'_>) -> Vec<Case> {
    let cases = coverage::covered(scan).into_iter().map(|one| {
        let language = one.code.language.as_str();
        let outcome = match &one.code.coverage {
            Coverage::Whole => Outcome::Passed,
            Coverage::Partial(why) => {
                Outcome::Skipped { message: format!("{language}, read in part: {}", line(why)) }
            }
            Coverage::None(why) => {
                Outcome::Skipped { message: format!("{language}, not read: {}", line(why)) }
            }
        };
        Case { name: one.function.name.clone(), class: scan.app_title(one.app).to_owned(), outcome }
    });
    unique(cases).collect()
}

struct Suite<'a> {
    id: usize,
    name: &'a str,
    package: &'a str,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    class: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped { message: String },
    Failed { message: String, kind: &'static str, text: String },
    Error { message: String, kind: &'static str, text: String },
}

/// What was found and what stayed open, by application and check.
#[derive(Default)]
struct Index<'a> {
    found: BTreeMap<(usize, &'static str), Vec<&'a Finding>>,
    open: BTreeMap<(usize, &'static str), BTreeSet<&'a str>>,
}

impl<'a> Index<'a> {
    fn new(scan: &Scan<'a>) -> Self {
        let mut index = Self::default();
        for finding in scan.findings {
            index.found.entry((finding.app, finding.check.id)).or_default().push(finding);
        }
        for undecided in scan.undecided {
            index.open.entry((undecided.app, undecided.check.id)).or_default().insert(&undecided.node);
        }
        index
    }
}

fn case(
    (scan, view): (&Scan<'_>, &View<'_>),
    index: &Index<'_>,
    (app, check): (usize, &'static Check),
) -> Case {
    let key = (app, check.id);
    let found = index.found.get(&key).map_or(&[][..], Vec::as_slice);
    let outcome = if let Some(worst) = found.iter().map(|finding| finding.severity).max() {
        let message = format!("{}: {}", check.title(), plural(found.len(), "finding"));
        Outcome::Failed { message, kind: worst.as_str(), text: listing(scan, view, found) }
    } else if let Some(open) = index.open.get(&key) {
        let names = open.iter().map(|name| line(name)).collect::<Vec<_>>().join(", ");
        Outcome::Skipped { message: format!("could not decide on {names}") }
    } else {
        Outcome::Passed
    };
    Case { name: check.id.to_owned(), class: scan.app_title(app).to_owned(), outcome }
}

fn listing(scan: &Scan<'_>, view: &View<'_>, findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = scan.locate(finding.at);
        text.push_str(&format!(
            "{}: {}: {}\n",
            line(&place),
            finding.severity.as_str(),
            line(&finding.message)
        ));
        for step in trail::steps(scan, view, finding) {
            if step.left_out > 0 {
                text.push_str(&format!("  ... {} more\n", plural(step.left_out, "step")));
            }
            text.push_str(&format!("  {}. {}: {}\n", step.number, line(&step.place), line(step.message)));
        }
        if let Some(fix) = repair::words(scan, view, finding) {
            text.push_str(&format!("  fix: {}\n", line(&fix)));
        }
    }
    if let Some(first) = findings.first() {
        text.push_str(&format!("more: buckler explain {}\n", first.check.id));
    }
    text
}

fn problem_case(scan: &Scan<'_>, problem: &Problem) -> Case {
    let place = scan.place_of(problem);
    let message = line(&problem.message);
    let outcome = match problem.kind {
        ProblemKind::Unreadable | ProblemKind::Limit => {
            let text = format!("{}\nhelp: {}\n", line(&place), line(&problem.help));
            Outcome::Error { message, kind: problem.kind.as_str(), text }
        }
        ProblemKind::Unresolved | ProblemKind::Unsupported | ProblemKind::Suspicious => {
            Outcome::Skipped { message: format!("{}: {message}", problem.kind.as_str()) }
        }
    };
    Case { name: place, class: problem.path.clone(), outcome }
}

fn suite(out: &mut String, scan: &Scan<'_>, suite: Suite<'_>) {
    let count = |test: fn(&Outcome) -> bool| suite.cases.iter().filter(|case| test(&case.outcome)).count();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
    let errors = count(|outcome| matches!(outcome, Outcome::Error { .. }));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped { .. }));
    out.push_str(&format!(
        "  <testsuite id=\"{}\" name=\"{}\" package=\"{}\" timestamp=\"{}T00:00:00\" hostname=\"localhost\" \
         tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">\n    <properties>\n      <property \
         name=\"buckler\" value=\"{}\"/>\n    </properties>\n",
        suite.id,
        escape(suite.name),
        escape(suite.package),
        scan.date,
        suite.cases.len(),
        escape(scan.version),
    ));
    for case in &suite.cases {
        push_case(out, case);
    }
    out.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

/// Readers drop a second case of the same name, so those are numbered.
fn unique(cases: impl Iterator<Item = Case>) -> impl Iterator<Item = Case> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    cases.map(move |mut case| {
        let count = seen.entry((case.class.clone(), case.name.clone())).or_default();
        *count += 1;
        if *count > 1 {
            case.name = format!("{} ({count})", case.name);
        }
        case
    })
}

fn push_case(out: &mut String, case: &Case) {
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
        escape(&case.name),
        escape(&case.class)
    );
    let body = match &case.outcome {
        Outcome::Passed => {
            out.push_str(&format!("{head}/>\n"));
            return;
        }
        Outcome::Skipped { message } => format!("<skipped>{}</skipped>", escape(message)),
        Outcome::Failed { message, kind, text } => problem_element("failure", [message, kind, text]),
        Outcome::Error { message, kind, text } => problem_element("error", [message, kind, text]),
    };
    out.push_str(&format!("{head}>\n      {body}\n    </testcase>\n"));
}

fn problem_element(element: &str, [message, kind, text]: [&str; 3]) -> String {
    format!("<{element} message=\"{}\" type=\"{kind}\">{}</{element}>", escape(message), escape(text))
}

/// Text for XML 1.0: markup escaped, characters that XML has no way to write spelt out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push('\n'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if crate::visible::is_hidden(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}
