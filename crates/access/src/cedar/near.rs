//! Why policies did not apply: which part of each does not fit a request.
use cedar_policy::{
    ActionConstraint, Decision, Effect as CedarEffect, Entities, EntityTypeName, EntityUid, Policy,
    PolicySet, PrincipalConstraint, Request, ResourceConstraint,
};

use super::Policies;
use crate::policy::{Effect, Near, Question};

/// Most policies that are told about.
const NEAR_MAX: usize = 1_000;

impl Policies {
    /// Each policy with the parts that fit a request.
    ///
    /// # Errors
    /// A request that does not fit the schema.
    pub fn near(&self, question: &Question<'_>) -> Result<Vec<Near>, String> {
        let (request, entities) = self.prepare(question)?;
        let mut near: Vec<Near> =
            self.loaded.set.policies().take(NEAR_MAX).map(|one| self.one(one, &request, &entities)).collect();
        near.sort();
        Ok(near)
    }

    fn one(&self, policy: &Policy, request: &Request, entities: &Entities) -> Near {
        let id: &str = policy.id().as_ref();
        let is = |uid: &EntityUid, name: &EntityTypeName| uid.type_name() == name;
        let within = |uid: &EntityUid, above: &EntityUid| uid == above || entities.is_ancestor_of(above, uid);
        let principal = request.principal().is_some_and(|who| match policy.principal_constraint() {
            PrincipalConstraint::Any => true,
            PrincipalConstraint::Eq(one) => *who == one,
            PrincipalConstraint::In(above) => within(who, &above),
            PrincipalConstraint::Is(name) => is(who, &name),
            PrincipalConstraint::IsIn(name, above) => is(who, &name) && within(who, &above),
        });
        let action = request.action().is_some_and(|what| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => *what == one,
            ActionConstraint::In(above) => above.iter().any(|above| within(what, above)),
        });
        let resource = request.resource().is_some_and(|which| match policy.resource_constraint() {
            ResourceConstraint::Any => true,
            ResourceConstraint::Eq(one) => *which == one,
            ResourceConstraint::In(above) => within(which, &above),
            ResourceConstraint::Is(name) => is(which, &name),
            ResourceConstraint::IsIn(name, above) => is(which, &name) && within(which, &above),
        });
        let effect = match policy.effect() {
            CedarEffect::Permit => Effect::Permit,
            CedarEffect::Forbid => Effect::Forbid,
        };
        let conditions = principal && action && resource && self.applies(policy, request, entities);
        let at = self.loaded.places.get(id).map_or_else(String::new, ToString::to_string);
        Near { id: id.to_owned(), effect, at, principal, action, resource, conditions }
    }

    /// Whether one policy alone is satisfied.
    fn applies(&self, policy: &Policy, request: &Request, entities: &Entities) -> bool {
        let mut set = PolicySet::new();
        // A linked policy needs its template; its own text has the slots filled in.
        let alone = match policy.template_id() {
            None => Some(policy.clone()),
            Some(_) => policy.to_cedar().and_then(|text| Policy::parse(Some(policy.id().clone()), text).ok()),
        };
        let Some(alone) = alone else { return false };
        if set.add(alone).is_err() {
            return false;
        }
        let response = self.authorizer.is_authorized(request, &set, entities);
        match policy.effect() {
            CedarEffect::Permit => response.decision() == Decision::Allow,
            CedarEffect::Forbid => response.diagnostics().reason().next().is_some(),
        }
    }
}
