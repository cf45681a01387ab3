//! Permissions: policies and their statements, as the IAM grammar has them.
//!
//! Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language".
use crate::{Span, Value};

/// A policy: who wrote it where, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The policy's own name, `""` when it has none.
    pub name: String,
    pub origin: PolicyOrigin,
    pub at: Span,
    pub statements: Vec<Statement>,
    /// The node that holds the text when it is not the node that carries this policy: a policy
    /// document judged on its own must not be reported again wherever it is used.
    pub written_in: Option<String>,
}

/// Where a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// Written in the template, in an identity's own policy.
    Inline,
    /// A policy kept by the provider or elsewhere, by ARN or name; its statements are empty unless known.
    Managed(String),
    /// A SAM policy template or connector, expanded: its name.
    Template(String),
    /// A policy on a resource (bucket, queue, key, …).
    Resource,
    /// Who may assume a role.
    Trust,
    /// An upper bound on permissions.
    Boundary,
}

/// Allow or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
    /// The template does not say it in a way that could be resolved.
    Unknown,
}

/// One statement. Lists are as written: each entry may be text, a reference, a joined string or unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub at: Span,
    pub actions: Vec<Value>,
    pub not_actions: Vec<Value>,
    pub resources: Vec<Value>,
    pub not_resources: Vec<Value>,
    pub principals: Vec<Principal>,
    pub not_principals: Vec<Principal>,
    pub conditions: Vec<Condition>,
}

/// A principal of a resource policy or a trust policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for the bare form `Principal: "*"`.
    pub kind: String,
    pub value: Value,
}

/// One condition: an operator, a key, and the values it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub operator: String,
    pub key: String,
    pub values: Vec<Value>,
}

impl Statement {
    #[must_use]
    pub fn allows(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Some action is exactly this text, without regard to case.
    #[must_use]
    pub fn has_action(&self, action: &str) -> bool {
        self.actions.iter().filter_map(Value::as_str).any(|text| text.eq_ignore_ascii_case(action))
    }

    /// Some resource is exactly `*`.
    #[must_use]
    pub fn on_everything(&self) -> bool {
        self.resources.iter().any(|value| value.as_str() == Some("*"))
    }

    /// Some principal is everyone: `"*"` or `AWS: "*"`.
    #[must_use]
    pub fn for_everyone(&self) -> bool {
        self.principals.iter().any(Principal::is_everyone)
    }

    /// A condition on this key, without regard to case.
    #[must_use]
    pub fn condition(&self, key: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.key.eq_ignore_ascii_case(key))
    }
}

impl Principal {
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        (self.kind == "AWS" || self.kind == "*") && self.value.as_str() == Some("*")
    }
}
