//! What the policies of a node allow, action by action.
//!
//! The judgement is that of the published privilege-escalation research (Rhino Security Labs) as
//! cloudsplaining automates it: an action counts as unconstrained when its statement allows it on
//! `*`, without a condition, and no statement of the same policy denies it.
use model::{
    App, Check, Data, Effect, Findings, Fix, Node, Policy, PolicyOrigin, Severity, Statement, Tri, Value,
};

use super::narrow::narrow;
use iam::catalogue::{Action, ActionSet, matching};

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
    /// Allowed on every resource, also when no statement could name them; without what is denied.
    pub open: ActionSet,
    /// Allowed on every resource although a statement could name them; without what is denied.
    pub unrestricted: ActionSet,
    /// Like `unrestricted`, also when another statement denies it.
    pub granted: ActionSet,
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
            let mut allowed = allowed(statement, everything, unknown_is_all);
            let restrictable = allowed.restrictable();
            if everything {
                reach.granted.add(&restrictable);
            } else {
                allowed.remove(&restrictable);
            }
            reach.open.add(&allowed);
        }
        let denies = policy.statements.iter().filter(|statement| statement.effect == Effect::Deny);
        for text in denies.flat_map(|statement| &statement.actions).filter_map(Value::as_str) {
            reach.open.remove(&matching(text));
        }
        reach.unrestricted = reach.open.restrictable();
        reach
    }
}

fn allowed(statement: &Statement, everything: bool, unknown_is_all: bool) -> ActionSet {
    if statement.actions.iter().any(Value::is_unknown) && unknown_is_all {
        return matching("*");
    }
    if !statement.actions.is_empty() {
        return union(&statement.actions);
    }
    if statement.not_actions.is_empty() || !everything {
        return ActionSet::default();
    }
    let mut all = matching("*");
    all.remove(&union(&statement.not_actions));
    all
}

fn union(patterns: &[Value]) -> ActionSet {
    let mut set = ActionSet::default();
    patterns.iter().filter_map(Value::as_str).for_each(|pattern| set.add(&matching(pattern)));
    set
}

/// Judges every written policy: `judged` says which actions are too much. One finding for each node.
pub(super) fn judge(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    fact: &str,
    judged: impl Fn(&Reach) -> ActionSet,
) {
    for (node, policies) in written(app) {
        let certain = policies.iter().find_map(|policy| {
            let wrong = judged(&Reach::of(policy, false));
            (!wrong.is_empty()).then_some((*policy, wrong))
        });
        if let Some((policy, wrong)) = certain {
            let message = format!("`{}` {fact}: {}", node.name, shown(&wrong));
            let finding = check.at(node, message).at(policy.at);
            let alone = |statement: &&Statement| {
                let only = Policy { statements: vec![(*statement).clone()], ..(*policy).clone() };
                !judged(&Reach::of(&only, false)).is_empty()
            };
            let finding = finding.fix_if(narrow(app, node, policy.statements.iter().filter(alone)));
            let severity = if wrong.iter().all(is_routine) { Severity::Info } else { check.severity };
            findings.push(finding.severity(severity));
            continue;
        }
        let possible = policies.iter().any(|policy| {
            let open = policy
                .statements
                .iter()
                .any(|statement| statement.actions.iter().chain(&statement.resources).any(Value::is_unknown));
            open && !judged(&Reach::of(policy, true)).is_empty()
        });
        if possible {
            findings.when(Tri::Unknown, || check.at(node, String::new()));
        }
    }
}

/// Writing logs, traces and metrics, and entering a network: what AWS's own policies for functions
/// allow everywhere, and where a wildcard hurts least.
fn is_routine(action: Action) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| action.name.starts_with(word));
    match action.service {
        "logs" => begins(&["Create", "Put", "Describe"]),
        "cloudwatch" => begins(&["PutMetric"]),
        "ec2" => {
            const NETWORK: &[&str] = &[
                "CreateNetworkInterface",
                "DeleteNetworkInterface",
                "AssignPrivateIpAddresses",
                "UnassignPrivateIpAddresses",
            ];
            NETWORK.contains(&action.name)
        }
        service => service == "xray",
    }
}

fn shown(actions: &ActionSet) -> String {
    few(actions.iter().map(Action::display), actions.len())
}

/// A few names, and how many more of `count` there are.
pub(super) fn few(names: impl Iterator<Item = String>, count: usize) -> String {
    const SHOWN_MAX: usize = 3;
    let first: Vec<String> = names.take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    match count.saturating_sub(SHOWN_MAX) {
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
    each_repaired(app, findings, check, wrong, |_, _, _| None);
}

/// The same for statements that are too wide: a fix names the application's own resources.
pub(super) fn each_wide_statement(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    wrong: impl Fn(&Statement) -> Option<(Tri, String)>,
) {
    let fixed = |app: &App, node: &Node, statement: &Statement| narrow(app, node, std::iter::once(statement));
    each_repaired(app, findings, check, wrong, fixed);
}

fn each_repaired(
    app: &App,
    findings: &mut Findings,
    check: &'static Check,
    wrong: impl Fn(&Statement) -> Option<(Tri, String)>,
    repair: impl Fn(&App, &Node, &Statement) -> Option<Fix>,
) {
    for (node, policies) in written(app) {
        let mut undecided = None;
        let mut found = false;
        for statement in grants(&policies) {
            match wrong(statement) {
                Some((Tri::True, fact)) if !found => {
                    found = true;
                    let finding = check.at(node, format!("`{}` {fact}", node.name)).at(statement.at);
                    findings.push(finding.fix_if(repair(app, node, statement)));
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
    texts.map(str::to_owned).find(|text| names.iter().any(|name| iam::catalogue::covers(text, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(actions: &str) -> Severity {
        let text = format!(
            "Resources: {{ P: {{ Type: AWS::IAM::ManagedPolicy, Properties: {{ PolicyDocument: {{ \
             Statement: [ {{ Effect: Allow, Action: [ {actions} ], Resource: '*' }} ] }} }} }} }}"
        );
        let project = testkit::project([("template.yaml", text.as_str())]);
        let check = crate::find("unconstrained-writes").expect("a check");
        let findings = crate::run(&project, [&check], testkit::TODAY);
        findings.found.first().expect("a finding").severity
    }

    #[test]
    fn what_every_function_needs_is_told_and_no_weakness() {
        assert_eq!(severity("logs:CreateLogGroup, 'logs:PutLogEvents'"), Severity::Info);
        assert_eq!(severity("ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface"), Severity::Info);
        assert_eq!(severity("ec2:CreateNetworkInterface, ec2:TerminateInstances"), Severity::Medium);
    }
}
