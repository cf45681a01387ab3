//! The least policies that give a function what it needs.
use model::{App, Effect, Framework, Node, Policy, PolicyOrigin, Span, Statement, Tri, Value};

use super::granted::Area;
use super::meaning::Place;
use super::{GrantSource, Judgement, Need, Origin, Privileges};
use crate::arn::Names;
use crate::{Pattern, identity_of, minimise};

/// Templates of SAM that fit exactly, then one policy with everything else.
pub(super) fn of(privileges: &Privileges, app: &App) -> Vec<Policy> {
    with(privileges, app, gives_base(app, privileges))
}

/// The same with what a framework adds by itself.
pub(super) fn whole(privileges: &Privileges, app: &App) -> Vec<Policy> {
    with(privileges, app, false)
}

/// `gives`: somebody else adds what the platform needs.
fn with(privileges: &Privileges, app: &App, gives: bool) -> Vec<Policy> {
    let Some(function) = app.node(privileges.function) else { return Vec::new() };
    let names = Names::of(app);
    let place = Place { app, names: &names, function };
    let mut policies = kept(privileges, place, function);
    policies.extend(kept_by_arn(privileges, place));
    let base = privileges.base.iter().filter(|_| !gives);
    let polled = |need: &&Need| !(gives && need.origin == Origin::Trigger && is_polling(need));
    let needs = privileges.needed.iter().filter(polled).chain(base);
    let mut left: Vec<Statement> = needs.filter_map(|need| statement(place, &policies, need)).collect();
    left.extend(undecided(privileges, place, &policies));
    let statements = minimise(&left);
    if !statements.is_empty() {
        let (name, at) = (String::new(), Span::NONE);
        policies.push(Policy { name, origin: PolicyOrigin::Inline, at, statements, written_in: None });
    }
    policies
}

/// Whether the framework adds what the platform needs to the role that it makes.
fn gives_base(app: &App, privileges: &Privileges) -> bool {
    let role = privileges.role.and_then(|role| app.node(role));
    match app.framework {
        Framework::Sam => role.is_some_and(|role| role.implicit && role.owner == Some(privileges.function)),
        Framework::Serverless => true,
        _ => false,
    }
}

/// What event source mappings need; destinations are not among what frameworks add.
fn is_polling(need: &Need) -> bool {
    const SENDS: &[&str] = &[
        "sqs:SendMessage",
        "sns:Publish",
        "lambda:InvokeFunction",
        "events:PutEvents",
        "s3:PutObject",
        "s3:ListBucket",
    ];
    !SENDS.contains(&need.action.as_str())
}

/// The templates of the function of which every action is needed, and on nothing less.
fn kept(privileges: &Privileges, place: Place<'_>, function: &Node) -> Vec<Policy> {
    let fits = |policy: &&Policy| {
        let PolicyOrigin::Template(name) = &policy.origin else { return false };
        let of_it = privileges.granted.iter().filter(|grant| {
            grant.source == GrantSource::Template(name.clone())
                && policy.statements.iter().any(|statement| statement.at == grant.at)
        });
        let mut count = 0;
        let mut is_open = false;
        let all = of_it.inspect(|_| count += 1).all(|grant| {
            is_open |= matches!(grant.judgement, Judgement::Unknown(_));
            matches!(grant.judgement, Judgement::Needed | Judgement::Unknown(_))
        });
        let is_exact = |statement: &Statement| is_exact(privileges, place, statement);
        all && count > 0 && (is_open || policy.statements.iter().all(is_exact))
    };
    function.policies.iter().filter(fits).cloned().collect()
}

/// Managed policies of which something could not be decided: they stay attached.
fn kept_by_arn(privileges: &Privileges, place: Place<'_>) -> Vec<Policy> {
    let Some(identity) = identity_of(place.app, place.function) else { return Vec::new() };
    let is_open = |policy: &Policy| {
        let PolicyOrigin::Managed(arn) = &policy.origin else { return false };
        let mut of_it =
            privileges.granted.iter().filter(|grant| grant.source == GrantSource::Managed(arn.clone()));
        of_it.any(|grant| matches!(grant.judgement, Judgement::Unknown(_)))
            || policy.statements.is_empty() && identity.unclear.contains(&policy.at)
    };
    identity.policies.iter().filter(|policy| is_open(policy)).cloned().collect()
}

/// Each action of a statement is needed on each of its resources.
fn is_exact(privileges: &Privileges, place: Place<'_>, statement: &Statement) -> bool {
    let granted: Vec<Area<'_>> = statement.resources.iter().map(|value| Area::of(place, value)).collect();
    statement.actions.iter().all(|action| {
        let action = Pattern::action_of(action);
        let needs = privileges.needed.iter().filter(|need| Pattern::action(&need.action) == action);
        let needed: Vec<Area<'_>> =
            needs.flat_map(|need| &need.resources).map(|value| Area::of(place, value)).collect();
        granted.iter().all(|own| needed.iter().any(|area| own.within(area) == Tri::True))
    })
}

/// What could not be decided stays as it is, conditions included.
fn undecided(privileges: &Privileges, place: Place<'_>, kept: &[Policy]) -> Vec<Statement> {
    let Some(identity) = identity_of(place.app, place.function) else { return Vec::new() };
    let mut all = Vec::new();
    for grant in privileges.granted.iter().filter(|grant| matches!(grant.judgement, Judgement::Unknown(_))) {
        let stays = kept.iter().flat_map(|policy| &policy.statements).any(|kept| kept.at == grant.at);
        // What AWS keeps and the framework adds goes on to be added.
        if stays || matches!(grant.source, GrantSource::Managed(_)) {
            continue;
        }
        let mut written = identity.policies.iter().flat_map(|policy| &policy.statements);
        let same = |statement: &&Statement| {
            statement.at == grant.at
                && statement.actions.iter().any(|action| action.display() == grant.action)
                && statement.resources == grant.resources
        };
        let Some(statement) = written.find(same) else { continue };
        let action = statement.actions.iter().find(|action| action.display() == grant.action);
        all.push(Statement { actions: action.into_iter().cloned().collect(), ..statement.clone() });
    }
    all
}

/// A need as a statement, without what the policies that stay allow already.
fn statement(place: Place<'_>, kept: &[Policy], need: &Need) -> Option<Statement> {
    let action = Pattern::action(&need.action);
    let allowed = |value: &&Value| {
        let area = Area::of(place, value);
        let mut statements = kept.iter().flat_map(|policy| &policy.statements);
        statements.any(|statement| {
            let names =
                statement.actions.iter().any(|own| action.within(&Pattern::action_of(own)) == Tri::True);
            let mut own = statement.resources.iter().map(|own| Area::of(place, own));
            names && statement.conditions.is_empty() && own.any(|own| area.within(&own) == Tri::True)
        })
    };
    let resources: Vec<Value> = need.resources.iter().filter(|value| !allowed(value)).cloned().collect();
    (!resources.is_empty()).then(|| Statement {
        sid: None,
        effect: Effect::Allow,
        at: Span::NONE,
        actions: vec![Value::text(Span::NONE, need.action.as_str())],
        not_actions: Vec::new(),
        resources,
        not_resources: Vec::new(),
        principals: Vec::new(),
        not_principals: Vec::new(),
        conditions: need.conditions.clone(),
    })
}
