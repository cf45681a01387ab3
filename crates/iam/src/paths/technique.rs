//! What a technique of privilege escalation is made of.
//!
//! Facts from the published research of Rhino Security Labs ("AWS IAM privilege escalation methods and mitigation"),
//! Bishop Fox (iam-vulnerable) and Datadog (pathfinding.cloud), and from the AWS API references.

/// A known way from some permissions to more.
#[derive(Debug, PartialEq, Eq)]
pub struct Technique {
    /// `pass-role-new-function`. A promise: never renamed.
    pub id: &'static str,
    /// What its user does, as a predicate: "passes a role to a new function and invokes it".
    pub does: &'static str,
    pub shape: Shape,
    /// Everything that must be allowed; of each entry one action is enough.
    pub needs: &'static [Need],
    /// Works only where something exists or is set that a template does not show.
    pub unsure: Option<&'static str>,
    /// Its names in the catalogue of pathfinding.cloud.
    pub known_as: &'static [&'static str],
}

/// One permission of a technique.
#[derive(Debug, PartialEq, Eq)]
pub struct Need {
    /// Any of these.
    pub any: &'static [&'static str],
    pub on: On,
}

/// What an action of a technique is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The identity, policy or workload that is attacked.
    Target,
    /// Something that the attacker makes, named as they like.
    New,
}

/// How a technique finds its targets, and what it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Assume a role that lets the attacker in.
    Assume,
    /// Get credentials of a user.
    User(Login),
    /// Rewrite who may assume a role.
    Trust,
    /// Put a user into a group: its permissions are added.
    Join,
    /// Give more permissions to what the attacker is or can become.
    Grow(Grows),
    /// Make a new identity with all permissions.
    Create,
    /// Hand a role to a service that runs the attacker's code or orders with it.
    Pass {
        /// Services that the role must trust, without `.amazonaws.com`.
        services: &'static [&'static str],
        /// Types of which one must exist; else somebody must have made one elsewhere.
        beside: &'static [&'static str],
    },
    /// Take over something that runs as a role.
    Take {
        /// Types of what runs.
        types: &'static [&'static str],
        /// It can be given another role without passing one: any role that trusts one of these services.
        or_any: &'static [&'static str],
    },
    /// Take away what limits the attacker: the permissions boundary, or a policy that denies.
    Loosen(Limit),
    /// Order something that acts with a role out of the template's sight.
    Elsewhere,
}

/// What a technique needs to know of a user's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    Irrelevant,
    MustExist,
    MustNotExist,
}

/// What gets more permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grows {
    Role,
    User,
    /// A group: all its members.
    Group,
    /// A policy of the account: all who have it.
    Policy,
}

/// What limits an identity beside its policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Boundary,
    Deny,
}

/// One of these actions on the target.
pub(super) const fn target(any: &'static [&'static str]) -> Need {
    Need { any, on: On::Target }
}

/// One of these actions on something new.
pub(super) const fn new(any: &'static [&'static str]) -> Need {
    Need { any, on: On::New }
}

impl Technique {
    pub(super) const fn certain(
        id: &'static str,
        does: &'static str,
        shape: Shape,
        needs: &'static [Need],
        known_as: &'static [&'static str],
    ) -> Self {
        Self { id, does, shape, needs, unsure: None, known_as }
    }

    /// The same, where something is needed that a template does not show.
    pub(super) const fn if_only(mut self, unsure: &'static str) -> Self {
        self.unsure = Some(unsure);
        self
    }
}

/// Every technique, in the order in which they are preferred.
pub fn techniques() -> impl Iterator<Item = &'static Technique> {
    super::table::TABLES.iter().flat_map(|table| table.iter())
}
