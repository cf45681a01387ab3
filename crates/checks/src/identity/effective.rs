//! What the policies of a node allow, action by action.
//!
//! The judgement is that of the published privilege-escalation research (Rhino Security Labs) as
//! cloudsplaining automates it: an action counts as unconstrained when its statement allows it on
//! `*`, without a condition, and no statement of the same policy denies it.
use std::collections::BTreeSet;

use model::{
    App, Check, Data, Effect, Findings, Node, Policy, PolicyOrigin, Severity, Statement, Tri, Value,
};

use crate::facts::actions::{Action, Level, matching};

/// Policies whose text stands in a node of the template, node by node.
pub(super) fn written(app: &App) -> impl Iterator<Item = (&Node, Vec<&Policy>)> {
    app.nodes.iter().filter_map(|node| {
        let own: Vec<&Policy> =
            node.own_policies().filter(|policy| policy.origin == PolicyOrigin::Inline).collect();
        (!own.is_empty()).then_some((node, own))
    })
}

/// Statements that allow something to the identity itself: with a principal it is a resource's policy.
pub(super) fn grants<'a>(policies: &'a [&'a Policy]) -> impl Iterator<Item = &'a Statement> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    statements.filter(|statement| statement.allows() && is_identity(statement))
}

fn is_identity(statement: &Statement) -> bool {
    statement.principals.is_empty() && statement.not_principals.is_empty()
}

/// Whether the statement is about every resource; unknown when one of them could not be resolved.
pub(super) fn on_everything(statement: &Statement) -> Tri {
    Tri::any(statement.resources.iter().map(|resource| match &resource.data {
        Data::Text(text) => (text == "*").into(),
        Data::Unknown(_) => Tri::Unknown,
        _ => Tri::False,
    }))
}

/// What one policy allows without constraint.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Allowed on every resource although a statement could name them.
    pub unrestricted: BTreeSet<Action>,
    /// Allowed, and only possible on every resource.
    pub unrestrictable: BTreeSet<Action>,
    /// Like `unrestricted`, also when another statement denies it.
    pub granted: BTreeSet<Action>,
}

impl Reach {
    /// `unknown_is_all`: a resource that could not be resolved counts as every resource.
    fn of(policy: &Policy, unknown_is_all: bool) -> Self {
        let mut reach = Self::default();
        for statement in policy.statements.iter().filter(|s| s.allows() && is_identity(s)) {
            if !statement.conditions.is_empty() {
                continue;
            }
            let everything = match on_everything(statement) {
                Tri::True => true,
                Tri::False => false,
                Tri::Unknown => unknown_is_all,
            };
            for action in allowed(statement, everything, unknown_is_all) {
                if !action.restrictable {
                    reach.unrestrictable.insert(action);
                } else if everything {
                    reach.unrestricted.insert(action);
                    reach.granted.insert(action);
                }
            }
        }
        for statement in policy.statements.iter().filter(|statement| statement.effect == Effect::Deny) {
            for action in statement.actions.iter().filter_map(Value::as_str).flat_map(matching) {
                reach.unrestricted.remove(&action);
                reach.unrestrictable.remove(&action);
            }
        }
        reach
    }

    /// The action is allowed without constraint.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn find(&self, name: &str) -> Option<Action> {
        self.unrestricted.iter().chain(&self.unrestrictable).copied().find(|action| action.is(name))
    }

    /// Granted actions of a level.
    pub(super) fn of_level(&self, level: Level) -> Vec<Action> {
        self.granted.iter().copied().filter(|action| action.level == level).collect()
    }
}

fn allowed(statement: &Statement, everything: bool, unknown_is_all: bool) -> Vec<Action> {
    if statement.actions.iter().any(Value::is_unknown) && unknown_is_all {
        return matching("*");
    }
    if !statement.actions.is_empty() {
        return statement.actions.iter().filter_map(Value::as_str).flat_map(matching).collect();
    }
    if statement.not_actions.is_empty() || !everything {
        return Vec::new();
    }
    let except: BTreeSet<Action> =
        statement.not_actions.iter().filter_map(Value::as_str).flat_map(matching).collect();
    matching("*").into_iter().filter(|action| !except.contains(action)).collect()
}

/// Judges every written policy: `wrong` says which actions are too much. One finding for each node.
pub(super) fn judge(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    fact: &str,
    wrong: impl Fn(&Reach) -> Vec<String>,
) {
    for (node, policies) in written(app) {
        let certain = policies.iter().find_map(|policy| {
            let wrong = wrong(&Reach::of(policy, false));
            (!wrong.is_empty()).then_some((policy, wrong))
        });
        if let Some((policy, wrong)) = certain {
            let message = format!("`{}` {fact}: {}", node.name, shown(&wrong));
            let finding = check.at(node, message).at(policy.at);
            let severity =
                if wrong.iter().all(|name| is_routine(name)) { Severity::Info } else { check.severity };
            findings.push(finding.severity(severity));
            continue;
        }
        let possible = policies.iter().any(|policy| {
            let open = policy
                .statements
                .iter()
                .any(|statement| statement.actions.iter().chain(&statement.resources).any(Value::is_unknown));
            open && !wrong(&Reach::of(policy, true)).is_empty()
        });
        if possible {
            findings.when(Tri::Unknown, || check.at(node, String::new()));
        }
    }
}

/// Writing logs, traces and metrics, and entering a network: what AWS's own policies for functions
/// allow everywhere, and where a wildcard hurts least.
fn is_routine(action: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "logs:Create",
        "logs:Put",
        "logs:Describe",
        "xray:",
        "cloudwatch:PutMetric",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    ];
    PREFIXES.iter().any(|prefix| action.starts_with(prefix))
}

/// A few names, and how many more.
pub(super) fn shown(names: &[String]) -> String {
    const SHOWN_MAX: usize = 3;
    let first: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Reports each written statement for which `wrong` holds, once for each node.
pub(super) fn each_statement(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    wrong: impl Fn(&Statement) -> Option<(Tri, String)>,
) {
    for (node, policies) in written(app) {
        let mut undecided = None;
        let mut found = false;
        for statement in grants(&policies) {
            match wrong(statement) {
                Some((Tri::True, fact)) if !found => {
                    found = true;
                    findings.push(check.at(node, format!("`{}` {fact}", node.name)).at(statement.at));
                }
                Some((Tri::Unknown, fact)) => undecided = Some(fact),
                _ => {}
            }
        }
        if let Some(fact) = undecided.filter(|_| !found) {
            findings.when(Tri::Unknown, || check.at(node, fact));
        }
    }
}

/// The first action of a statement that reads as one of these, wildcards expanded.
pub(super) fn allows_any(statement: &Statement, names: &[&str]) -> Option<String> {
    let texts = statement.actions.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).find(|text| names.iter().any(|name| crate::facts::actions::covers(text, name)))
}
