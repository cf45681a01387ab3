//! What functions really did: CloudTrail's records beside what they may and need.
use iam::trail::{Trail, Used};
use iam::{Grant, Judgement, Pattern};
use model::{Data, Effect, Node, Policy, PolicyOrigin, Project, Span, Statement, Value};
use report::{FunctionPermissions, Usage, UsageOf};

use crate::args::PrivilegesArguments;
use crate::commands::CommandError;
use crate::trail::{self, Wanted};

/// Reads the records that the arguments name; what could not be read is a problem of the project.
pub(super) fn read(
    arguments: &PrivilegesArguments,
    project: &mut Project,
) -> Result<Option<Trail>, CommandError> {
    if arguments.used.is_empty() {
        return Ok(None);
    }
    let mut trail = Trail::new();
    let talks = !arguments.reading.writing.quiet;
    for source in &arguments.used {
        let wanted = Wanted { source, since: arguments.unused_since, talks };
        let mut take = |name: &str, text: &str| -> Result<(), String> {
            trail.read(name, text);
            Ok(())
        };
        project.problems.extend(trail::each(wanted, &mut take)?);
    }
    project.problems.extend(trail.problems().iter().map(|trouble| model::Problem {
        kind: model::ProblemKind::Unreadable,
        path: trouble.path.clone(),
        at: None,
        message: trouble.message.clone(),
        help: "what it says does not count as used".to_owned(),
    }));
    Ok(Some(trail))
}

/// What the records cover.
pub(super) fn usage(arguments: &PrivilegesArguments, trail: &Trail) -> Usage {
    let (first, last) = trail.window().unwrap_or_default();
    let day = |time: &str| time.get(..10).unwrap_or_default().to_owned();
    Usage { records: trail.records, first: day(first), last: day(last), since: arguments.unused_since }
}

/// Puts what was used beside every function, and keeps in its least policies what was used though no code needs it.
pub(super) fn attach(project: &Project, functions: &mut [FunctionPermissions], trail: &Trail) {
    let mut sessions: Vec<&str> = trail.identities().flat_map(|role| trail.sessions(role)).collect();
    sessions.sort_unstable();
    sessions.dedup();
    for of in functions {
        let Some(app) = project.apps.get(of.app) else { continue };
        let Some(function) = app.node(of.privileges.function) else { continue };
        let names: Vec<&str> =
            sessions.iter().copied().filter(|name| is_deployed_as(function, name)).collect();
        let used: Vec<Used> = names.iter().flat_map(|name| trail.used(name)).collect();
        let kept = kept(of, &used);
        if !kept.is_empty() {
            let policy = Policy {
                name: String::new(),
                origin: PolicyOrigin::Inline,
                at: Span::NONE,
                statements: kept,
                written_in: None,
            };
            of.complete.push(policy.clone());
            of.minimal.push(policy);
        }
        let deployed = names.iter().map(|name| (*name).to_owned()).collect();
        of.used = Some(UsageOf { deployed, used });
    }
}

/// Statements for what was used and granted though nothing that was read needs it.
fn kept(of: &FunctionPermissions, used: &[Used]) -> Vec<Statement> {
    let is_unneeded = |grant: &&Grant| grant.judgement == Judgement::Unused;
    let grants: Vec<&Grant> = of.privileges.granted.iter().filter(is_unneeded).collect();
    let mut statements = Vec::new();
    for one in used.iter().filter(|one| one.count > 0) {
        let granting = grants.iter().find(|grant| iam::action_matches(&grant.action, &one.action));
        let Some(grant) = granting else { continue };
        statements.push(Statement {
            sid: None,
            effect: Effect::Allow,
            at: grant.at,
            actions: vec![Value::text(grant.at, one.action.as_str())],
            not_actions: Vec::new(),
            resources: grant.resources.clone(),
            not_resources: Vec::new(),
            principals: Vec::new(),
            not_principals: Vec::new(),
            conditions: Vec::new(),
        });
    }
    iam::minimise(&statements)
}

/// Whether a deployed function of this name is the template's.
fn is_deployed_as(function: &Node, name: &str) -> bool {
    match function.get("name") {
        Some(written) => pattern(written).matches(name).is_true(),
        None => is_generated(function.name.rsplit('.').next().unwrap_or(&function.name), name),
    }
}

/// The name with everything that only a deployment knows as `*`.
fn pattern(value: &Value) -> Pattern {
    fn push(out: &mut String, value: &Value) {
        match &value.data {
            Data::Text(text) => out.push_str(&iam::escape(text)),
            Data::Joined(parts) => parts.iter().for_each(|part| push(out, part)),
            _ => out.push('*'),
        }
    }
    let mut text = String::new();
    push(&mut text, value);
    Pattern::parse(&text)
}

/// `STACK-LOGICALID-SUFFIX`, as CloudFormation makes names; long ones are cut in the middle.
fn is_generated(logical: &str, name: &str) -> bool {
    /// Letters and digits at the end.
    const SUFFIX: std::ops::RangeInclusive<usize> = 8..=13;
    /// Of a name that was cut, so much of the logical id must be left.
    const CUT_MIN: usize = 12;
    let Some((front, suffix)) = name.rsplit_once('-') else { return false };
    let is_random = SUFFIX.contains(&suffix.len()) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some((_, middle)) = front.rsplit_once('-') else { return false };
    is_random && (middle == logical || middle.len() >= CUT_MIN && logical.starts_with(middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cloudformation_makes() {
        assert!(is_generated("CreateOrder", "shop-CreateOrder-1AB2CD3EF4GH"));
        assert!(is_generated("CreateOrder", "my-shop-CreateOrder-1AB2CD3EF4GH"));
        assert!(!is_generated("CreateOrder", "shop-CreateOrderNow-1AB2CD3EF4GH"));
        assert!(is_generated("CreateOrderForEverybody", "shop-CreateOrderForE-1AB2CD3EF4GH"));
        assert!(!is_generated("CreateOrder", "CreateOrder"));
    }
}
