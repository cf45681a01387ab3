//! Permissions for programs. `docs/schemas/privileges.schema.json` describes them.
//!
//! Every field is always there; what does not apply is `null`. Resources are in the notation of `Fn::Sub`:
//! `${Orders.Arn}` is what the template says as `!GetAtt Orders.Arn`.
use iam::trail::Used;
use iam::{Grant, Need, Origin, Reason};
use model::{Approval, Condition, ProblemKind, Span};
use serde::Serialize;

use super::danger_json::{BeforeAndAfter, Trusted, Way};
use super::verdict::{self, resources};
use super::{Change, Difference, FunctionPermissions, Permissions, Usage};
use crate::{coverage, data};

const SCHEMA_VERSION: &str = "1.0";

/// Shows permissions as JSON.
#[must_use]
pub fn privileges_json(permissions: &Permissions<'_>) -> String {
    let writer = Writer { permissions };
    data::print(&Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "buckler", version: permissions.version },
        date: permissions.date.to_string(),
        root: permissions.root,
        facts_of: iam::catalogue::as_of().to_string(),
        compared: permissions.compared,
        usage: permissions.usage.map(covered),
        functions: permissions.functions.iter().map(|of| writer.function(of)).collect(),
        problems: writer.problems(),
    })
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: &'static str,
    tool: Tool<'a>,
    date: String,
    root: &'a str,
    /// The day of the catalogue of actions.
    facts_of: String,
    /// What the permissions are compared with.
    compared: Option<&'a str>,
    /// What records of use cover.
    usage: Option<Covered<'a>>,
    functions: Vec<Function<'a>>,
    problems: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Function<'a> {
    app: &'a str,
    name: &'a str,
    /// The file that holds the handler.
    code: Option<&'a str>,
    language: Option<&'static str>,
    coverage: &'static str,
    coverage_why: Option<&'a str>,
    role: Option<&'a str>,
    shared_with: Vec<&'a str>,
    needed: Vec<Needed<'a>>,
    base: Vec<Needed<'a>>,
    granted: Vec<Granted<'a>>,
    unused: Vec<Excess<'a>>,
    missing: Vec<Needed<'a>>,
    unresolved: Vec<Open<'a>>,
    /// The least policies, as IAM documents.
    minimal: Vec<serde_json::Value>,
    trust: Vec<Trusted<'a>>,
    reach: Option<BeforeAndAfter<'a>>,
    escalations: Vec<Way<'a>>,
    /// How many of them the least policies leave.
    escalations_left: usize,
    deployed: Option<&'a [String]>,
    used: Option<Vec<Done<'a>>>,
    change: Option<Changed<'a>>,
}

#[derive(Serialize)]
struct Needed<'a> {
    action: &'a str,
    resources: Vec<String>,
    conditions: Vec<Bound<'a>>,
    because: Vec<Because<'a>>,
    origin: &'static str,
}

#[derive(Serialize)]
struct Bound<'a> {
    operator: &'a str,
    key: &'a str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Because<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    why: &'a str,
}

#[derive(Serialize)]
struct Granted<'a> {
    action: &'a str,
    resources: Vec<String>,
    policy: &'a str,
    source: &'static str,
    source_name: Option<&'a str>,
    place: Option<At<'a>>,
    judgement: &'static str,
    why: Option<&'a str>,
    needs: Vec<&'a str>,
    used: Option<Use>,
    approved: Option<Approved<'a>>,
}

/// What records say of a grant.
#[derive(Serialize)]
struct Use {
    count: u64,
    last: Option<String>,
    unused_since: Option<bool>,
}

/// What records say that a function did.
#[derive(Serialize)]
struct Done<'a> {
    action: &'a str,
    resources: &'a [String],
    more_resources: bool,
    first: &'a str,
    last: &'a str,
    count: u64,
    denied: u64,
}

/// What records cover.
#[derive(Serialize)]
struct Covered<'a> {
    records: u64,
    first: &'a str,
    last: &'a str,
    since: Option<String>,
}

#[derive(Serialize)]
struct Approved<'a> {
    by: &'a str,
    reason: &'a str,
    until: String,
    valid: bool,
}

/// What is different from before.
#[derive(Serialize)]
struct Changed<'a> {
    is_new: bool,
    widened: Vec<Different<'a>>,
    narrowed: Vec<Different<'a>>,
}

#[derive(Serialize)]
struct Different<'a> {
    action: &'a str,
    resource: &'a str,
    place: Option<At<'a>>,
    certain: bool,
    needed: bool,
    approved: Option<Approved<'a>>,
}

#[derive(Serialize)]
struct Excess<'a> {
    action: &'a str,
    resources: Vec<String>,
    policy: &'a str,
    place: Option<At<'a>>,
}

#[derive(Serialize)]
pub(super) struct At<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Open<'a> {
    place: Option<At<'a>>,
    why: &'a str,
}

#[derive(Serialize)]
struct Trouble<'a> {
    kind: &'static str,
    path: &'a str,
    line: Option<u32>,
    message: &'a str,
    help: &'a str,
}

pub(super) struct Writer<'a> {
    pub(super) permissions: &'a Permissions<'a>,
}

impl<'a> Writer<'a> {
    fn function(&self, of: &'a FunctionPermissions) -> Function<'a> {
        let privileges = &of.privileges;
        let code = self.permissions.code(of);
        let coverage = code.map_or("none", |code| coverage::words(&code.coverage).0);
        let grants = || privileges.granted.iter();
        let unused = grants().filter(|grant| grant.judgement == iam::Judgement::Unused);
        let missing = privileges.missing.iter().filter_map(|index| privileges.needed.get(*index));
        Function {
            app: self.permissions.project.apps.get(of.app).map_or("", |app| app.name.as_str()),
            name: self.permissions.function(of).map_or("", |node| node.name.as_str()),
            code: self.permissions.handler(of),
            language: code.map(|code| code.language.as_str()),
            coverage,
            coverage_why: self.permissions.unread(of),
            role: privileges.role.map(|role| self.permissions.name(of, role)),
            shared_with: privileges.shared_with.iter().map(|id| self.permissions.name(of, *id)).collect(),
            needed: privileges.needed.iter().map(|need| self.need(need)).collect(),
            base: privileges.base.iter().map(|need| self.need(need)).collect(),
            granted: grants().enumerate().map(|(index, grant)| self.grant(of, index, grant)).collect(),
            unused: unused.map(|grant| self.excess(grant)).collect(),
            missing: missing.map(|need| self.need(need)).collect(),
            unresolved: privileges
                .unresolved
                .iter()
                .map(|open| Open { place: self.at(open.at), why: &open.why })
                .collect(),
            minimal: super::iam_json::documents(&of.complete),
            trust: of.trust.iter().map(|trust| self.trusted(trust)).collect(),
            reach: of.reach.as_ref().map(|reaches| self.reaches(of, reaches)),
            escalations: of.escalations.iter().map(|way| self.way(of, way)).collect(),
            escalations_left: of.escalations_left,
            deployed: of.used.as_ref().map(|used| used.deployed.as_slice()),
            used: of.used.as_ref().map(|used| used.used.iter().map(done).collect()),
            change: of.change.as_ref().map(|change| self.change(change)),
        }
    }

    fn need(&self, need: &'a Need) -> Needed<'a> {
        Needed {
            action: &need.action,
            resources: resources(&need.resources),
            conditions: need.conditions.iter().map(bound).collect(),
            because: need.because.iter().filter_map(|reason| self.because(reason)).collect(),
            origin: match need.origin {
                Origin::Code => "code",
                Origin::Trigger => "trigger",
                Origin::Graph => "graph",
                Origin::Base => "base",
            },
        }
    }

    fn because(&self, reason: &'a Reason) -> Option<Because<'a>> {
        let At { file, line, column } = self.at(reason.at)?;
        Some(Because { file, line, column, why: &reason.why })
    }

    fn grant(&self, of: &'a FunctionPermissions, index: usize, grant: &'a Grant) -> Granted<'a> {
        let (source, source_name) = verdict::source(&grant.source);
        let approval = of.approvals.get(index).and_then(Option::as_ref);
        Granted {
            action: &grant.action,
            resources: resources(&grant.resources),
            policy: &grant.policy,
            source,
            source_name,
            place: self.at(grant.at),
            judgement: verdict::judgement(&grant.judgement),
            why: verdict::why(grant),
            needs: verdict::needs(&of.privileges, grant).map(|need| need.action.as_str()).collect(),
            used: self.use_of(of, grant),
            approved: approval.map(|approval| self.approved(approval)),
        }
    }

    fn use_of(&self, of: &FunctionPermissions, grant: &Grant) -> Option<Use> {
        let (count, last) = self.permissions.use_of(of, grant)?;
        let unused_since = self.permissions.is_unused_since(of, grant);
        Some(Use { count, last: last.map(|day| day.to_string()), unused_since })
    }

    fn approved(&self, approval: &'a Approval) -> Approved<'a> {
        Approved {
            by: &approval.by,
            reason: &approval.reason,
            until: approval.until.to_string(),
            valid: approval.is_valid(self.permissions.date),
        }
    }

    fn change(&self, change: &'a Change) -> Changed<'a> {
        let different = |one: &'a Difference| Different {
            action: &one.action,
            resource: &one.resource,
            place: one.at.and_then(|at| self.at(at)),
            certain: one.certain,
            needed: one.needed,
            approved: one.approval.as_ref().map(|approval| self.approved(approval)),
        };
        Changed {
            is_new: change.is_new,
            widened: change.widened.iter().map(different).collect(),
            narrowed: change.narrowed.iter().map(different).collect(),
        }
    }

    fn excess(&self, grant: &'a Grant) -> Excess<'a> {
        Excess {
            action: &grant.action,
            resources: resources(&grant.resources),
            policy: &grant.policy,
            place: self.at(grant.at),
        }
    }

    pub(super) fn at(&self, at: Span) -> Option<At<'a>> {
        let file = self.permissions.project.file(at)?;
        let place = file.place(at.start);
        Some(At { file: &file.path, line: place.line, column: place.column })
    }

    fn problems(&self) -> Vec<Trouble<'a>> {
        let shown = |kind: &ProblemKind| *kind != ProblemKind::Unsupported;
        let problems = self.permissions.project.problems.iter().filter(|problem| shown(&problem.kind));
        problems
            .map(|problem| Trouble {
                kind: problem.kind.as_str(),
                path: &problem.path,
                line: problem.at.and_then(|at| self.at(at)).map(|at| at.line),
                message: &problem.message,
                help: &problem.help,
            })
            .collect()
    }
}

fn bound(condition: &Condition) -> Bound<'_> {
    Bound {
        operator: &condition.operator,
        key: &condition.key,
        values: condition.values.iter().map(model::Value::display).collect(),
    }
}

fn done(used: &Used) -> Done<'_> {
    Done {
        action: &used.action,
        resources: &used.resources,
        more_resources: used.more_resources,
        first: &used.first,
        last: &used.last,
        count: used.count,
        denied: used.denied,
    }
}

fn covered(usage: &Usage) -> Covered<'_> {
    Covered {
        records: usage.records,
        first: &usage.first,
        last: &usage.last,
        since: usage.since.map(|day| day.to_string()),
    }
}
