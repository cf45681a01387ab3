//! What a rule set says, as data: the words of SecLang, without its syntax.
//!
//! [`seclang`](crate::seclang) writes these types, [`Plan`](crate::Plan) compiles them. Source of every name: ModSecurity v3's reference
//! manual.
mod action;
mod config;
mod names;
mod operator;
mod print;
mod variable;

use std::fmt;

pub use action::{
    Action, Control, Disruptive, Flow, Metadata, Persistent, SetVariable, Severity, VariableChange,
};
pub use config::{BodyLimitAction, Config, EngineMode};
pub use operator::{Macro, MacroPart, Operation, Operator, Transformation};
pub(crate) use print::printed;
pub use variable::{Collection, Selector, Target};

/// A rule set: what its files say, in order, after removals and updates (`SecRuleRemoveById`, `SecRuleUpdateTargetById`, …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    /// Rules and markers in the order of the files.
    pub items: Vec<Item>,
    /// What the configuration directives set.
    pub config: Config,
}

/// What stands in a rule set, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A rule with its chained links.
    Rule(Box<Rule>),
    /// `SecMarker NAME`: where `skipAfter:NAME` goes on.
    Marker(String),
}

/// The moment at which a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// 1
    RequestHeaders,
    /// 2
    RequestBody,
    /// 3
    ResponseHeaders,
    /// 4
    ResponseBody,
    /// 5
    Logging,
}

impl Phase {
    /// The number as rules write it.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::RequestHeaders => 1,
            Self::RequestBody => 2,
            Self::ResponseHeaders => 3,
            Self::ResponseBody => 4,
            Self::Logging => 5,
        }
    }
}

/// One `SecRule` or `SecAction` with the rules chained to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: u64,
    pub phase: Phase,
    /// The head and, when all of a link's targets matched, the next. Never empty.
    pub links: Vec<Link>,
    /// What log and reports say of the rule.
    pub metadata: Metadata,
    /// What stops the transaction when every link matched. `block` is resolved with `SecDefaultAction`.
    pub disruptive: Disruptive,
    /// `status:` for `deny` (403 where nothing is said).
    pub status: u16,
    /// `skip:N`, `skipAfter:MARKER`.
    pub flow: Option<Flow>,
    /// `log`/`nolog`, after the default actions.
    pub log: bool,
    /// `auditlog`/`noauditlog`, after the default actions.
    pub audit_log: bool,
    pub at: Place,
}

/// One condition: targets, transformations, operator, and what happens as soon as it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Empty with `SecAction`.
    pub targets: Vec<Target>,
    /// With `t:none` applied and the default actions' transformations in front.
    pub transformations: Vec<Transformation>,
    pub operation: Operation,
    /// `multiMatch`: the operator sees the value after every transformation that changed it.
    pub multi_match: bool,
    /// `capture`: groups go to `TX:0` to `TX:9`.
    pub capture: bool,
    /// `setvar`, `ctl`, `initcol`, …, in order. They run when this link matches, for every match.
    pub actions: Vec<Action>,
}

/// Where a directive stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    pub file: std::sync::Arc<str>,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}
