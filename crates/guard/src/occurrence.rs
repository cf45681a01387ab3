//! What happened: told to the owner as events.

/// The part of the guard that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Policy,
    /// Size and form of the event.
    Limit,
    /// Where the event comes from.
    Source,
    Authentication,
    Authorization,
    Rate,
    Schema,
    /// Rules of inspection.
    Rules,
    Deadline,
    /// Hooks of the language.
    Hook,
    /// Kernel controls and the preloaded library.
    Sandbox,
    Egress,
    Response,
    Logs,
    Isolation,
    /// The runtime or the platform itself.
    Runtime,
}

impl Layer {
    /// The name in every output: `hook`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Limit => "limit",
            Self::Source => "source",
            Self::Authentication => "authentication",
            Self::Authorization => "authorization",
            Self::Rate => "rate",
            Self::Schema => "schema",
            Self::Rules => "rules",
            Self::Deadline => "deadline",
            Self::Hook => "hook",
            Self::Sandbox => "sandbox",
            Self::Egress => "egress",
            Self::Response => "response",
            Self::Logs => "logs",
            Self::Isolation => "isolation",
            Self::Runtime => "runtime",
        }
    }
}

/// What was done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing: it is only told.
    Told,
    /// Refused, ended, not carried out.
    Blocked,
    /// Changed: masked, encoded, removed.
    Changed,
}

/// Something worth telling.
///
/// INVARIANT: no text of it holds a secret or the value that an attacker sent beyond a short, printable part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub layer: Layer,
    pub action: Action,
    /// An attack, and not merely a mistake or a fact.
    pub hostile: bool,
    /// The invocation, where there is one.
    pub request_id: Option<String>,
    /// One sentence for the owner.
    pub reason: String,
    /// The rule, hook, host, path, control or limit.
    pub rule: Option<String>,
    /// Facts by name: the trigger, the sink, the host, the program.
    pub facts: Vec<(&'static str, String)>,
}

/// Takes what happened. Never blocks for long, never fails: what cannot be delivered is counted and told later.
pub trait Report: Send + Sync {
    fn report(&self, occurrence: Occurrence);
}
