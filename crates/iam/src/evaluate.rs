//! Whether a request is allowed, and which statements say so.
//!
//! Three-valued throughout: what depends on a symbol of the template or on a key of the request that nobody knows is
//! Unknown. INVARIANT: nothing unknown ever becomes an allow.
//!
//! Sources: IAM User Guide, "Policy evaluation logic", "Determining whether a request is allowed or denied within an
//! account", "Cross-account policy evaluation logic", "Permissions boundaries", "Session policies", "Condition
//! operators"; KMS Developer Guide, "Key policies". Where `docs/comparison-permissions.md` says so, this departs from
//! other simulators.
//!
//! Deliberately absent: S3 access lists and block-public-access settings, grants of KMS, the policies of services that
//! bring their own (Lake Formation).
mod arn;
mod condition;
mod logic;
pub(crate) mod operator;
mod principal;
mod request;
mod sets;
mod statement;
#[cfg(test)]
mod tests;
mod values;

use model::{Effect, Policy, Span, Tri};

pub use request::{Caller, Context, Request, Values};

/// Every policy that has a say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// Of the caller, its groups included.
    pub identity: &'a [Policy],
    /// Of the resource: bucket, queue, key; the trust policy of a role.
    pub resource: &'a [Policy],
    /// Each must allow, too.
    pub boundaries: &'a [Policy],
    /// Given when the session was made; together they must allow, too. Empty: there are none.
    pub session: &'a [Policy],
    /// Service control policies of the caller's account: one list for each level, the organisation's root first.
    pub service_control: &'a [Vec<Policy>],
    /// Resource control policies of the resource's account, by level. `RCPFullAWSAccess` is always attached and need not
    /// be here.
    pub resource_control: &'a [Vec<Policy>],
    /// Of the network endpoint that the request comes through. Empty: there are none.
    pub endpoint: &'a [Policy],
}

/// Which policies a statement is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Identity,
    Resource,
    Boundary,
    Session,
    /// And the level.
    ServiceControl(usize),
    /// And the level.
    ResourceControl(usize),
    Endpoint,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// Nothing allows it.
    ImplicitlyDenied,
    /// It depends on what is not known.
    Unknown,
}

/// The answer and what made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    /// The denies, when one decided; else the allows. With what may match, when that is why it is unknown.
    pub because: Vec<Because>,
    /// The sets of policies that had to allow it and do not.
    pub missing: Vec<Source>,
}

/// One statement that had a part in the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Because {
    pub source: Source,
    /// Index of the policy in its list.
    pub policy: usize,
    pub statement: usize,
    pub at: Span,
    pub effect: Effect,
    /// It surely matches; otherwise it may.
    pub certain: bool,
}

impl Decision {
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }
}

/// Decides about a request.
#[must_use]
pub fn evaluate(request: &Request, inputs: &Inputs<'_>) -> Decision {
    logic::decide(request, inputs)
}

/// Whether one statement is about a request, whoever asks: action, resource and conditions.
#[must_use]
pub fn applies(request: &Request, statement: &model::Statement) -> Tri {
    statement::applies(request, statement)
}
