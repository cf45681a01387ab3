//! Whether a statement is about a request.
use model::{Statement, Tri, Value};

use super::{Request, arn, condition};
use crate::{Pattern, Piece, action_matches};

/// Action, resource and conditions; not the principal.
pub(super) fn applies(request: &Request, statement: &Statement) -> Tri {
    let action = actions(request, statement);
    if action.is_false() {
        return action;
    }
    let resource = resources(request, statement);
    if resource.is_false() {
        return resource;
    }
    action & resource & condition::all(request, &statement.conditions)
}

fn actions(request: &Request, statement: &Statement) -> Tri {
    let listed = |list: &[Value]| {
        Tri::any(list.iter().map(|action| match action.as_str() {
            Some(text) => action_matches(text, &request.action).into(),
            None => Pattern::of(action).matches(&request.action),
        }))
    };
    match (statement.actions.is_empty(), statement.not_actions.is_empty()) {
        (true, true) => Tri::False,
        (false, true) => listed(&statement.actions),
        (true, false) => !listed(&statement.not_actions),
        // AWS refuses both together.
        (false, false) => listed(&statement.actions) & !listed(&statement.not_actions) & Tri::Unknown,
    }
}

fn resources(request: &Request, statement: &Statement) -> Tri {
    let listed = || Tri::any(statement.resources.iter().map(|resource| covers(request, resource)));
    // A variable without a value makes the whole statement void, unless the rest of the text decides.
    let not_listed = || {
        let void = statement.not_resources.iter().any(|resource| is_void(request, resource));
        let covered = Tri::any(statement.not_resources.iter().map(|resource| covers(request, resource)));
        if void { Tri::False } else { !covered }
    };
    match (statement.resources.is_empty(), statement.not_resources.is_empty()) {
        // Trust policies name none.
        (true, true) => Tri::True,
        (false, true) => listed(),
        (true, false) => not_listed(),
        (false, false) => listed() & not_listed() & Tri::Unknown,
    }
}

fn resolve(request: &Request, resource: &Value) -> Option<Pattern> {
    Pattern::of(resource).resolve(&|name| request.context.look_up(name))
}

/// A variable has no value, and what stands before it (the first five parts of the ARN and the type) fits.
fn is_void(request: &Request, resource: &Value) -> bool {
    if resolve(request, resource).is_some() {
        return false;
    }
    let Some(mut parts) = arn::parts(&Pattern::of(resource)) else { return true };
    let Some(last) = parts.pop() else { return true };
    let mut start = arn::join(&parts);
    let kind = match last.pieces.first() {
        Some(Piece::Text(text)) => text.find(['/', ':']).and_then(|at| text.get(..=at)).unwrap_or_default(),
        _ => "",
    };
    start.pieces.push(Piece::Text(kind.to_owned()));
    start.pieces.push(Piece::Any);
    !request.resource.within(&start).is_false()
}

/// Whether a pattern covers all that is asked for; Unknown when only a part.
fn covers(request: &Request, resource: &Value) -> Tri {
    let Some(pattern) = resolve(request, resource) else { return Tri::False };
    let within = request.resource.within(&pattern);
    if !within.is_false() || !request.resource.has_wildcard() {
        return within;
    }
    if request.resource.meets(&pattern).is_false() { Tri::False } else { Tri::Unknown }
}
