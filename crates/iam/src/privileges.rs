//! What each function needs, what it has, and the difference.
mod bindings;
mod code;
mod derive;
mod event;
mod granted;
mod graph;
mod judge;
mod keys;
mod lent;
mod meaning;
mod minimal;
mod objects;
mod resources;
mod shape;
mod special;
mod statement;
#[cfg(test)]
mod tests;

use model::{App, Condition, NodeId, Policy, Span, Value};

/// The permissions of one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Privileges {
    pub function: NodeId,
    /// The role that it runs as, when the template says.
    pub role: Option<NodeId>,
    /// Other functions (and workflows) that run as the same role.
    pub shared_with: Vec<NodeId>,
    /// What its code calls, what its triggers and the resources that these touch demand.
    pub needed: Vec<Need>,
    /// What the platform needs to run any function: logs, traces, network interfaces. Frameworks grant it unasked.
    pub base: Vec<Need>,
    /// What its role allows: one for each action of each statement.
    pub granted: Vec<Grant>,
    /// Needs that no grant covers: indexes of `needed`. The call would fail.
    pub missing: Vec<usize>,
    /// What could not be decided; nothing of these is ever said to be unused.
    pub unresolved: Vec<Unresolved>,
}

/// One permission that a function needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// As the catalogue spells it: `dynamodb:PutItem`.
    pub action: String,
    /// In the template's own terms; `*` when the action takes no other or nothing is known.
    pub resources: Vec<Value>,
    pub conditions: Vec<Condition>,
    pub because: Vec<Reason>,
    pub origin: Origin,
}

/// Where a need comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A call in the code.
    Code,
    /// The service polls, reads or writes with the function's role: queue, stream, dead letters.
    Trigger,
    /// A resource that is needed behind another one: a key, a network.
    Graph,
    /// Every function needs it.
    Base,
}

/// A place that makes a permission necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub at: Span,
    /// `calls dynamodb.put_item`.
    pub why: String,
}

/// One action of one statement that the function's role has.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// As it is written, wildcards included.
    pub action: String,
    pub resources: Vec<Value>,
    /// The statement.
    pub at: Span,
    /// Name of the policy, `""` when it has none.
    pub policy: String,
    pub source: GrantSource,
    pub judgement: Judgement,
}

/// How a grant came to the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantSource {
    Statement,
    /// A SAM policy template or connector.
    Template(String),
    /// A managed policy, by ARN.
    Managed(String),
}

/// What is to be said of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Exactly what is needed.
    Needed,
    /// Nothing that was read needs it.
    Unused,
    /// Needed, but for less: the needs (indexes) and what is too wide, in words.
    TooBroad { needs: Vec<usize>, why: String },
    /// The platform needs it.
    Base,
    /// AWS knows no such action.
    NotExisting,
    /// Not decided, and why: it is kept.
    Unknown(String),
}

/// Something that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    pub at: Span,
    /// A sentence: "the operation of `client[name]` is chosen at run time".
    pub why: String,
}

/// The permissions of every function of an application.
#[must_use]
pub fn privileges(app: &App) -> Vec<Privileges> {
    derive::all(app)
}

impl Privileges {
    /// The least policies that give the function all that it needs (`base` included where no framework gives it).
    #[must_use]
    pub fn minimal(&self, app: &App) -> Vec<Policy> {
        minimal::of(self, app)
    }

    /// The same with what frameworks add by themselves (logs, what triggers are polled with): all that a role must
    /// allow that is written by hand.
    #[must_use]
    pub fn complete(&self, app: &App) -> Vec<Policy> {
        minimal::whole(self, app)
    }
}
