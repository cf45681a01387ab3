//! Ways from the permissions of one identity to more of them.
//!
//! [`techniques`] lists what is known. Each is tried for each role and user of an application with its real
//! permissions: what is allowed, minus what is denied, within boundaries and conditions, on the roles, policies,
//! functions and machines that there are. What one step gives may allow the next: [`escalations`] finds the shortest
//! chains, and says of each step which statement allows it.
//!
//! INVARIANT: bounded. Work past [`IDENTITIES_MAX`] and [`EDGES_MAX`] is told in [`Escalations::cut`], never dropped
//! in silence.
pub(crate) mod arn;
pub(crate) mod condition;
mod gains;
mod permits;
mod search;
mod steps;
mod table;
mod technique;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod world;

use model::{App, NodeId, Policy, Relation, Span};

use crate::identity::{Known, identity};
use crate::{Identity, identities};
pub(crate) use gains::is_routine;
pub use permits::Certainty;
pub use technique::{Grows, Limit, Login, Need, On, Shape, Technique, techniques};

/// Roles, users and groups that are looked at.
pub const IDENTITIES_MAX: usize = 2_000;
/// Single steps, over all identities.
pub const EDGES_MAX: usize = 300_000;
/// Ways of one identity that are told.
pub const ENDS_MAX: usize = 24;
/// Steps of one chain.
pub const HOPS_MAX: usize = 8;

/// Every way that was found, and what was not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Escalations {
    /// By identity, in template order; of one identity the surest and shortest first.
    pub found: Vec<Escalation>,
    /// Roles and users that may do everything already.
    pub administrators: Vec<NodeId>,
    /// Identities with policies, or parts of them, that are not known: what these allow was left out.
    pub unclear: Vec<NodeId>,
    /// Why not everything was looked at, when a limit was reached.
    pub cut: Option<String>,
}

/// A way from one identity to more permissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    pub from: NodeId,
    /// Functions (and workflows) that run as it.
    pub functions: Vec<NodeId>,
    pub to: End,
    pub hops: Vec<Hop>,
    /// As sure as its least sure step.
    pub certainty: Certainty,
    /// What the end may do that the beginning may not, in words; empty for administrators.
    pub gains: Vec<String>,
}

/// What a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All permissions.
    Administrator,
    /// An identity that may do more.
    Identity(NodeId),
    /// Whatever runs in the account outside of the application.
    Elsewhere,
}

/// One step of a way.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    pub technique: &'static Technique,
    /// Who does it.
    pub by: NodeId,
    /// The actions that it takes, one for each of the technique's needs.
    pub actions: Vec<&'static str>,
    /// The statements that allow them.
    pub at: Vec<Span>,
    /// What it is done to: the policy, group, function or instance, when that is not the next identity itself.
    pub through: Option<NodeId>,
    /// Who the attacker is afterwards; `None` when that is outside of the application.
    pub next: Option<NodeId>,
    pub certainty: Certainty,
    /// What it depends on when it is not certain.
    pub unsure: Option<&'static str>,
    /// Other techniques that do the same, by id.
    pub also: Vec<&'static str>,
}

/// Every way from a role or user of the application to more permissions than it has.
#[must_use]
pub fn escalations(app: &App) -> Escalations {
    let (people, cut) = people(app);
    let mut found = search::run(app, &people, None);
    found.cut = found.cut.or(cut);
    found
}

/// The ways of one identity, had it exactly these policies and no others.
#[must_use]
pub fn escalations_with(app: &App, of: NodeId, policies: &[Policy]) -> Escalations {
    let (mut people, cut) = people(app);
    for person in people.iter_mut().filter(|person| person.node.id == of) {
        person.policies = policies.to_vec();
        person.unclear.clear();
    }
    let mut found = search::run(app, &people, Some(of));
    found.cut = found.cut.or(cut);
    found
}

/// Roles, users and groups.
fn people(app: &App) -> (Vec<Identity<'_>>, Option<String>) {
    let mut people = identities(app);
    let mut known = Known::default();
    people.extend(app.all(model::Kind::Group).map(|group| identity(app, group, &mut known)));
    let more = people.len().saturating_sub(IDENTITIES_MAX);
    people.truncate(IDENTITIES_MAX);
    let cut =
        (more > 0).then(|| format!("{more} identities past the first {IDENTITIES_MAX} were not looked at"));
    (people, cut)
}

/// Functions and workflows that run as a role.
fn functions_of(app: &App, role: NodeId) -> Vec<NodeId> {
    use model::Kind::{Function, StateMachine};
    let Some(node) = app.node(role) else { return Vec::new() };
    let users = app.sources(node, Relation::Assumes);
    let mut found: Vec<NodeId> =
        users.filter(|user| matches!(user.kind, Function | StateMachine)).map(|user| user.id).collect();
    found.sort_unstable();
    found.dedup();
    found
}
