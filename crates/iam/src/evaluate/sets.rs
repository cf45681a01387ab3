//! What each set of policies says about a request.
use model::{Effect, Policy, PolicyOrigin, Statement, Tri};

use super::principal::{self, Reach};
use super::{Because, Request, Source, statement};

/// What a set says, and which statements.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) allow: Tri,
    pub(super) deny: Tri,
    pub(super) because: Vec<Because>,
}

/// What the policies of the resource say.
#[derive(Debug, Clone)]
pub(super) struct OnResource {
    /// Reaches of all allows together.
    pub(super) allow: Reach,
    pub(super) deny: Tri,
    pub(super) because: Vec<Because>,
}

/// Policies without principals: those of identities, boundaries, sessions, organisations.
pub(super) fn plain(request: &Request, policies: &[Policy], source: Source) -> Outcome {
    let mut outcome = Outcome { allow: Tri::False, deny: Tri::False, because: Vec::new() };
    each(policies, &mut |policy, at, found| {
        let Some(found) = found else {
            outcome.allow = outcome.allow | Tri::Unknown;
            outcome.deny = outcome.deny | Tri::Unknown;
            return;
        };
        let applies = statement::applies(request, found);
        let (allow, deny) = by_effect(found.effect, applies);
        outcome.allow = outcome.allow | allow;
        outcome.deny = outcome.deny | deny;
        note(&mut outcome.because, (source, policy, at), found, applies);
    });
    outcome
}

/// Policies of the resource. `bounded`: the caller has a boundary, so that a deny by `NotPrincipal` always holds.
pub(super) fn on_resource(request: &Request, policies: &[Policy], bounded: bool) -> OnResource {
    let none = Reach {
        direct: Tri::False,
        past_boundary: Tri::False,
        past_session: Tri::False,
        account: Tri::False,
    };
    let mut outcome = OnResource { allow: none, deny: Tri::False, because: Vec::new() };
    each(policies, &mut |policy, at, found| {
        let Some(found) = found else {
            let unknown = Tri::Unknown;
            outcome.allow =
                Reach { direct: unknown, past_boundary: unknown, past_session: unknown, account: unknown };
            outcome.deny = outcome.deny | Tri::Unknown;
            return;
        };
        let reach = principal::reach(&request.caller, found);
        let denies_all = bounded && found.effect == Effect::Deny && !found.not_principals.is_empty();
        let reached = if denies_all { Tri::True } else { reach.any() };
        if reached.is_false() {
            return;
        }
        let applies = statement::applies(request, found);
        let (allow, deny) = by_effect(found.effect, applies);
        outcome.deny = outcome.deny | (deny & reached);
        let add = |before: Tri, reach: Tri| before | (allow & reach);
        outcome.allow = Reach {
            direct: add(outcome.allow.direct, reach.direct),
            past_boundary: add(outcome.allow.past_boundary, reach.past_boundary),
            past_session: add(outcome.allow.past_session, reach.past_session),
            account: add(outcome.allow.account, reach.account),
        };
        note(&mut outcome.because, (Source::Resource, policy, at), found, applies & reached);
    });
    outcome
}

/// An effect that is not known may be either.
fn by_effect(effect: Effect, applies: Tri) -> (Tri, Tri) {
    match effect {
        Effect::Allow => (applies, Tri::False),
        Effect::Deny => (Tri::False, applies),
        Effect::Unknown => (applies & Tri::Unknown, applies & Tri::Unknown),
    }
}

/// Every statement; `None` for a policy of which only the name is known.
fn each(policies: &[Policy], visit: &mut dyn FnMut(usize, usize, Option<&Statement>)) {
    for (at, policy) in policies.iter().enumerate() {
        let is_name_only = policy.statements.is_empty()
            && (matches!(policy.origin, PolicyOrigin::Managed(_) | PolicyOrigin::Template(_))
                || policy.written_in.is_some());
        if is_name_only {
            visit(at, 0, None);
        }
        for (statement_at, statement) in policy.statements.iter().enumerate() {
            visit(at, statement_at, Some(statement));
        }
    }
}

fn note(because: &mut Vec<Because>, place: (Source, usize, usize), found: &Statement, applies: Tri) {
    if applies.is_false() {
        return;
    }
    let (source, policy, statement) = place;
    let certain = applies.is_true() && found.effect != Effect::Unknown;
    because.push(Because { source, policy, statement, at: found.at, effect: found.effect, certain });
}
