//! Cedar policies over HTTP requests (<https://docs.cedarpolicy.com>), compiled in with the feature `cedar`.
//!
//! The principal is the identity (`User`, `Client` or `Anonymous`, in its roles and groups), the action is the route, the
//! resource is the object that the route's parameters name. Everything that policies read is checked against a schema,
//! at load (strictly) and for each request. A policy that fails denies, although Cedar itself would skip it: a `forbid`
//! that cannot be evaluated must not let pass.
mod load;
mod near;
mod request;
mod schema;
mod text;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cedar_policy::{Authorizer, Entities, Entity, EntityUid, PolicyId, Request};
use load::{Loaded, Stock};
use schema::Known;

use crate::policy::{Decision, Determining, Effect, File, Files, Mapping, Missing, Problem, Question};

/// Most entities that one decision reads.
pub const ENTITIES_PER_DECISION_MAX: usize = 10_000;

/// Policies with their schema and entities. Immutable.
#[derive(Debug)]
pub struct Policies {
    mapping: Mapping,
    known: Known,
    loaded: Loaded,
    stock: Stock,
    /// The schema is ours, in which actions are in the methods.
    is_own: bool,
    authorizer: Authorizer,
}

impl Policies {
    /// Reads and checks everything. `routes` are the names that the own schema knows as actions, beside the mapping's.
    ///
    /// # Errors
    /// Every problem, with its file and line.
    pub fn new(mapping: Mapping, routes: &BTreeSet<String>, files: &Files) -> Result<Self, Vec<Problem>> {
        let own;
        let file = match &files.schema {
            Some(file) => file,
            None => {
                own =
                    File { name: "the schema for HTTP APIs".to_owned(), text: schema::own(&mapping, routes) };
                &own
            }
        };
        let known = Known::read(file)?;
        let loaded = load::policies(&known, files);
        let empty = cedar_policy::PolicySet::new();
        let set = loaded.as_ref().map_or(&empty, |loaded| &loaded.set);
        let stock = Stock::read(&known, set, files.entities.as_ref());
        match (loaded, stock) {
            (Ok(loaded), Ok(stock)) => {
                let is_own = files.schema.is_none();
                Ok(Self { mapping, known, loaded, stock, is_own, authorizer: Authorizer::new() })
            }
            (loaded, stock) => Err(loaded.err().into_iter().chain(stock.err()).flatten().collect()),
        }
    }

    /// The schema for HTTP APIs that is used when none is given.
    #[must_use]
    pub fn own_schema(mapping: &Mapping, routes: &BTreeSet<String>) -> String {
        schema::own(mapping, routes)
    }

    /// What is odd, but no error: policies that can never apply, look-alike characters.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.loaded.warnings
    }

    /// How many policies there are, links of templates included, templates not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.loaded.set.num_of_policies()
    }

    /// Decides one request.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        if question.route.is_empty() {
            return Decision::denied(Missing::Route);
        }
        let (request, entities) = match self.prepare(question) {
            Ok(prepared) => prepared,
            Err(error) => return Decision { errors: vec![error], ..Decision::default() },
        };
        let response = self.authorizer.is_authorized(&request, &self.loaded.set, &entities);
        let mut policies: Vec<Determining> =
            response.diagnostics().reason().filter_map(|id| self.determining(id)).collect();
        policies.sort();
        let mut errors: Vec<String> = response.diagnostics().errors().map(|error| self.told(error)).collect();
        errors.sort();
        let allowed = response.decision() == cedar_policy::Decision::Allow && errors.is_empty();
        let is_forbidden = policies.iter().any(|policy| policy.effect == Effect::Forbid);
        let mut missing = Vec::new();
        if !allowed && !is_forbidden && errors.is_empty() {
            missing.push(Missing::Permit);
            // Somebody who is not known may be permitted once they are.
            missing.extend(question.identity.is_none().then_some(Missing::Identity));
        }
        Decision { allowed, policies, missing, errors }
    }

    fn prepare(&self, question: &Question<'_>) -> Result<(Request, Entities), String> {
        let principal = request::principal(&self.known, &self.mapping, question.identity)?;
        let resource = request::resource(&self.known, &self.mapping, question)?;
        let action = request::action(&self.known, &self.mapping, question)?;
        let context = request::context(&self.known, &action, question)?;
        let (who, what) = (principal.uid.clone(), resource.uid.clone());
        let mut entities: BTreeMap<EntityUid, Entity> = BTreeMap::new();
        for (brought, is_principal) in [(principal, true), (resource, false)] {
            let uid = brought.uid.clone();
            let filed = self.stock.by.get(&uid).map(|(entity, _)| entity);
            entities.insert(uid, request::entity(&self.known, brought, filed, is_principal)?);
        }
        self.reach(&mut entities)?;
        // A route may be there for many methods: what its action is in, the request says.
        let within =
            self.is_own.then(|| request::within(&self.mapping, &action, question)).transpose()?.flatten();
        let actions = self.stock.actions.iter().map(|known| match &within {
            Some(own) if own.uid() == known.uid() => own.clone(),
            _ => known.clone(),
        });
        let all = entities.into_values().chain(actions);
        let entities = Entities::from_entities(all, None).map_err(|error| request::with_causes(&error))?;
        let request =
            Request::new(who, action, what, context, Some(&self.known.schema)).map_err(|error| {
                format!("the request does not fit the schema: {}", request::with_causes(&error))
            })?;
        Ok((request, entities))
    }

    /// Adds what policies can reach: from the principal, the resource and what policies name, along parents and
    /// attributes. All others have no effect, and a large entities file does not make each decision slow.
    fn reach(&self, entities: &mut BTreeMap<EntityUid, Entity>) -> Result<(), String> {
        if self.stock.by.is_empty() {
            return Ok(());
        }
        let mut open: Vec<EntityUid> = self.stock.literals.clone();
        for (uid, entity) in entities.iter() {
            open.extend(self.stock.by.get(uid).into_iter().flat_map(|(_, named)| named.iter().cloned()));
            open.extend(entity.clone().into_inner().2);
        }
        let mut seen: HashSet<EntityUid> = HashSet::new();
        while let Some(uid) = open.pop() {
            if entities.contains_key(&uid) || !seen.insert(uid.clone()) {
                continue;
            }
            let Some((entity, named)) = self.stock.by.get(&uid) else { continue };
            if entities.len() >= ENTITIES_PER_DECISION_MAX {
                return Err(format!(
                    "the decision would read more than {ENTITIES_PER_DECISION_MAX} entities"
                ));
            }
            entities.insert(uid, entity.clone());
            open.extend(named.iter().cloned());
        }
        Ok(())
    }

    fn determining(&self, id: &PolicyId) -> Option<Determining> {
        let policy = self.loaded.set.policy(id)?;
        let name: &str = id.as_ref();
        let at = self.loaded.places.get(name).map_or_else(String::new, ToString::to_string);
        let annotations =
            policy.annotations().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let effect = match policy.effect() {
            cedar_policy::Effect::Permit => Effect::Permit,
            cedar_policy::Effect::Forbid => Effect::Forbid,
        };
        Some(Determining { id: name.to_owned(), effect, at, annotations })
    }

    fn told(&self, error: &cedar_policy::AuthorizationError) -> String {
        let cedar_policy::AuthorizationError::PolicyEvaluationError(inner) = error;
        let id: &str = inner.policy_id().as_ref();
        let at = self.loaded.places.get(id).map_or_else(String::new, |place| format!(" ({place})"));
        format!("policy `{id}`{at} failed: {}", inner.inner())
    }
}

#[cfg(test)]
mod tests;
