//! A scan for programs. `docs/schemas/scan.schema.json` describes it.
//!
//! Every field is always there; what does not apply is `null`. A field may be added with a higher
//! minor version, none is renamed or removed without a higher major version.
use std::collections::BTreeSet;

use model::{Finding, Patch, Related, Safety, Severity, SkipOrigin, Span, StaleReason, Suppression};
use serde::Serialize;
use serde_json::Value as Json;

use crate::data;
use crate::group::rules;
use crate::identity::fingerprints;
use crate::repair::{self, Edit};
use crate::scan::resources;
use crate::view::View;
use crate::{Scan, coverage, snippet};

const SCHEMA_VERSION: &str = "1.0";

/// Shows a scan as JSON.
#[must_use]
pub fn json(scan: &Scan<'_>) -> String {
    let writer = Writer { scan, view: View::new(scan) };
    data::print(&Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "buckler", version: scan.version },
        date: scan.date.to_string(),
        root: scan.root,
        summary: summary(scan),
        applications: applications(scan),
        code: code(scan),
        findings: writer.findings(),
        suppressed: writer.suppressed(),
        problems: problems(scan),
        undecided: undecided(scan),
        stale_suppressions: stale(scan),
        checks: rules(scan).into_keys().collect(),
    })
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: &'static str,
    tool: Tool<'a>,
    date: String,
    root: &'a str,
    summary: Summary,
    applications: Vec<Application<'a>>,
    code: Vec<Code<'a>>,
    findings: Vec<Reported<'a>>,
    suppressed: Vec<Accepted<'a>>,
    problems: Vec<Trouble<'a>>,
    undecided: Vec<Open<'a>>,
    stale_suppressions: Vec<Gone<'a>>,
    checks: Vec<&'static str>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Summary {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
    applications: usize,
    functions: usize,
    resources: usize,
    problems: usize,
    undecided: usize,
    suppressed: usize,
    stale_suppressions: usize,
    /// Findings that the baseline knew.
    known: usize,
    checks: usize,
}

#[derive(Serialize)]
struct Application<'a> {
    name: &'a str,
    framework: &'static str,
    functions: usize,
    resources: usize,
    findings: usize,
}

/// How much of one function's code was read.
#[derive(Serialize)]
struct Code<'a> {
    app: &'a str,
    function: &'a str,
    language: &'static str,
    coverage: &'static str,
    why: Option<&'a str>,
    handler: Option<At<'a>>,
    files: BTreeSet<&'a str>,
}

#[derive(Serialize)]
struct Reported<'a> {
    fingerprint: String,
    check: &'static str,
    title: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    app: &'a str,
    framework: Option<&'static str>,
    resource: &'a str,
    resource_type: &'a str,
    construct: Option<&'a str>,
    place: Option<At<'a>>,
    snippet: Option<String>,
    related: Vec<Also<'a>>,
    path: Vec<Also<'a>>,
    fix: Option<Repair<'a>>,
    controls: &'static [&'static str],
    also_known_as: &'static [&'static str],
    docs: Option<String>,
}

/// Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Serialize)]
struct At<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Also<'a> {
    message: &'a str,
    place: Option<At<'a>>,
}

#[derive(Serialize)]
struct Repair<'a> {
    title: &'a str,
    safe: bool,
    text: Option<String>,
    patches: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    op: &'static str,
    resource: Option<&'a str>,
    attribute: Option<&'static str>,
    value: Json,
    place: Option<At<'a>>,
    text: Option<&'a str>,
}

impl Change<'_> {
    fn new(op: &'static str) -> Self {
        Self { op, resource: None, attribute: None, value: Json::Null, place: None, text: None }
    }
}

#[derive(Serialize)]
struct Accepted<'a> {
    finding: Reported<'a>,
    suppression: Because<'a>,
}

#[derive(Serialize)]
struct Because<'a> {
    name: &'a str,
    reason: &'a str,
    until: Option<String>,
    origin: &'static str,
    place: Option<At<'a>>,
}

#[derive(Serialize)]
struct Gone<'a> {
    why: &'static str,
    suppression: Because<'a>,
}

#[derive(Serialize)]
struct Trouble<'a> {
    kind: &'static str,
    path: &'a str,
    place: Option<At<'a>>,
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct Open<'a> {
    check: &'static str,
    app: &'a str,
    resource: &'a str,
    reason: &'a str,
}

fn summary(scan: &Scan<'_>) -> Summary {
    Summary {
        critical: scan.count(Severity::Critical),
        high: scan.count(Severity::High),
        medium: scan.count(Severity::Medium),
        low: scan.count(Severity::Low),
        info: scan.count(Severity::Info),
        applications: scan.project.templates().count(),
        functions: scan.functions(),
        resources: scan.resources(),
        problems: scan.project.problems.len(),
        undecided: scan.undecided.len(),
        suppressed: scan.suppressed.len(),
        stale_suppressions: scan.stale.len(),
        known: scan.known,
        checks: scan.checks.len(),
    }
}

fn applications<'a>(scan: &Scan<'a>) -> Vec<Application<'a>> {
    let apps = scan.project.apps.iter().enumerate();
    apps.map(|(index, app)| Application {
        name: &app.name,
        framework: app.framework.as_str(),
        functions: app.functions().count(),
        resources: resources(app),
        findings: scan.findings.iter().filter(|finding| finding.app == index).count(),
    })
    .collect()
}

struct Writer<'a, 's> {
    scan: &'s Scan<'a>,
    view: View<'a>,
}

impl<'a> Writer<'a, '_> {
    fn findings(&self) -> Vec<Reported<'a>> {
        let prints = fingerprints(self.scan.project, self.scan.findings);
        self.scan.findings.iter().zip(prints).map(|(finding, print)| self.finding(finding, print)).collect()
    }

    fn suppressed(&self) -> Vec<Accepted<'a>> {
        let findings = self.scan.suppressed.iter().map(|suppressed| &suppressed.finding);
        let prints = fingerprints(self.scan.project, findings);
        let pairs = self.scan.suppressed.iter().zip(prints);
        pairs
            .map(|(suppressed, print)| Accepted {
                finding: self.finding(&suppressed.finding, print),
                suppression: because(self.scan, &suppressed.by),
            })
            .collect()
    }

    fn finding(&self, finding: &'a Finding, fingerprint: String) -> Reported<'a> {
        let (check, app) = (finding.check, self.scan.project.app_of(finding));
        let snippet = snippet::of_finding(&self.view, finding);
        let places = |all: &'a [Related]| -> Vec<Also<'a>> {
            all.iter()
                .map(|related| Also { message: &related.message, place: place(self.scan, related.at) })
                .collect()
        };
        Reported {
            fingerprint,
            check: check.id,
            title: check.title(),
            severity: finding.severity.as_str(),
            confidence: check.confidence.as_str(),
            message: &finding.message,
            app: self.scan.app_name(finding.app),
            framework: app.map(|app| app.framework.as_str()),
            resource: &finding.node,
            resource_type: &finding.provider_type,
            construct: self.view.construct(finding),
            place: place(self.scan, finding.at),
            snippet: snippet.map(|snippet| {
                let marked = snippet.lines.iter().filter(|line| line.mark.is_some());
                marked.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
            }),
            related: places(&finding.related),
            path: places(&finding.path),
            fix: self.fix(finding),
            controls: check.controls,
            also_known_as: check.also_known_as,
            docs: self.scan.link(check),
        }
    }

    fn fix(&self, finding: &'a Finding) -> Option<Repair<'a>> {
        let fix = finding.fix.as_ref()?;
        Some(Repair {
            title: &fix.title,
            safe: fix.safety == Safety::Safe,
            text: repair::words(self.scan, &self.view, finding),
            patches: fix.patches.iter().map(|patch| self.change(patch, finding.at)).collect(),
        })
    }

    fn change(&self, patch: &'a Patch, at: Span) -> Change<'a> {
        let set = |op, node: &'a str, attribute, value| Change {
            resource: Some(node),
            attribute: Some(attribute),
            value,
            ..Change::new(op)
        };
        match patch {
            Patch::Set { node, attr, value } => set("set", node, attr, data::patch(value, at)),
            Patch::Unset { node, attr } => set("unset", node, attr, Json::Null),
            Patch::Permit { function, .. } => Change { resource: Some(function), ..Change::new("permit") },
            Patch::Replace { at, text } => Change {
                place: place(self.scan, *at),
                text: repair::text_of(&self.view, Edit { at: *at, text }),
                ..Change::new("replace")
            },
            Patch::Rewrite { at: from, value } => Change {
                value: data::patch(value, at),
                place: place(self.scan, *from),
                ..Change::new("rewrite")
            },
            Patch::Put { at: map, path, value } => Change {
                attribute: path.last().copied(),
                value: data::patch(value, at),
                place: place(self.scan, *map),
                ..Change::new("put")
            },
            Patch::Create(node) => Change { resource: Some(&node.name), ..Change::new("create") },
            Patch::Ask { parameter, .. } => Change { resource: Some(parameter), ..Change::new("ask") },
        }
    }
}

fn code<'a>(scan: &Scan<'a>) -> Vec<Code<'a>> {
    let covered = coverage::covered(scan).into_iter();
    covered
        .map(|one| {
            let (coverage, why) = coverage::words(&one.code.coverage);
            let files = one.code.files.iter().filter_map(|id| scan.project.files.get(id.0 as usize));
            Code {
                app: scan.app_name(one.app),
                function: &one.function.name,
                language: one.code.language.as_str(),
                coverage,
                why,
                handler: one.code.handler.and_then(|at| place(scan, at)),
                files: files.map(|file| file.path.as_str()).collect(),
            }
        })
        .collect()
}

fn place<'a>(scan: &Scan<'a>, at: Span) -> Option<At<'a>> {
    let file = scan.project.file(at)?;
    let region = snippet::region(file, at);
    Some(At {
        path: &file.path,
        line: region.start.line,
        column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    })
}

fn because<'a>(scan: &Scan<'a>, by: &'a Suppression) -> Because<'a> {
    Because {
        name: &by.name,
        reason: &by.reason,
        until: by.until.map(|day| day.to_string()),
        origin: origin(by.origin),
        place: by.at.and_then(|at| place(scan, at)),
    }
}

/// Whose syntax a suppression uses.
pub(crate) fn origin(origin: Option<SkipOrigin>) -> &'static str {
    match origin {
        None => "buckler.toml",
        Some(SkipOrigin::Buckler) => "buckler",
        Some(SkipOrigin::Checkov) => "checkov",
        Some(SkipOrigin::CfnNag) => "cfn-nag",
        Some(SkipOrigin::CfnGuard) => "cfn-guard",
        Some(SkipOrigin::Bandit) => "bandit",
        Some(SkipOrigin::Semgrep) => "semgrep",
        Some(SkipOrigin::Eslint) => "eslint",
        Some(SkipOrigin::Ruff) => "ruff",
    }
}

fn problems<'a>(scan: &Scan<'a>) -> Vec<Trouble<'a>> {
    let problems = scan.project.problems.iter();
    problems
        .map(|problem| Trouble {
            kind: problem.kind.as_str(),
            path: &problem.path,
            place: problem.at.and_then(|at| place(scan, at)),
            message: &problem.message,
            help: &problem.help,
        })
        .collect()
}

fn undecided<'a>(scan: &Scan<'a>) -> Vec<Open<'a>> {
    let all = scan.undecided.iter();
    all.map(|undecided| Open {
        check: undecided.check.id,
        app: scan.app_name(undecided.app),
        resource: &undecided.node,
        reason: &undecided.reason,
    })
    .collect()
}

fn stale<'a>(scan: &Scan<'a>) -> Vec<Gone<'a>> {
    let all = scan.stale.iter();
    all.map(|stale| Gone {
        why: match stale.why {
            StaleReason::Unused => "unused",
            StaleReason::Expired(_) => "expired",
            StaleReason::UnknownCheck => "unknown-check",
        },
        suppression: because(scan, &stale.suppression),
    })
    .collect()
}
