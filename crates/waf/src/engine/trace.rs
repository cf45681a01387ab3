//! Why did a rule match, or not: what `waf explain` shows.
use super::actions::shortened;
use crate::rule::Transformation;

/// Most lines that a trace keeps.
const LINES_MAX: usize = 10_000;

/// What happened to one rule in one transaction, in order. Ask for it with [`Transaction::trace`](crate::Transaction::trace).
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The rule's position in the plan.
    pub(super) rule: Option<u32>,
    pub steps: Vec<TraceStep>,
}

/// One thing that happened to the rule. Values are shown like [`Match::value`](crate::Match::value).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceStep {
    /// It was not evaluated, and why.
    Skipped { why: String },
    /// `ctl` took this target away.
    Excepted { variable: String },
    /// A value that the rule looks at, as it came.
    Value { variable: String, value: String },
    /// What a transformation made of it; one that changes nothing is not told.
    Transformed { transformation: Transformation, value: String },
    /// What the operator said, and what that means after a `!`.
    Tested { found: bool, matched: bool },
    /// The whole rule matched.
    Matched,
}

impl Trace {
    fn push(&mut self, step: TraceStep) {
        if self.steps.len() < LINES_MAX {
            self.steps.push(step);
        }
    }

    pub(super) fn skipped(&mut self, why: &str) {
        self.push(TraceStep::Skipped { why: why.to_owned() });
    }

    pub(super) fn excepted(&mut self, label: &str, name: &[u8]) {
        self.push(TraceStep::Excepted { variable: variable(label, name) });
    }

    pub(super) fn value(&mut self, label: &str, name: &[u8], value: &[u8]) {
        self.push(TraceStep::Value { variable: variable(label, name), value: shortened(value) });
    }

    pub(super) fn transformed(&mut self, transformation: Transformation, value: &[u8]) {
        self.push(TraceStep::Transformed { transformation, value: shortened(value) });
    }

    pub(super) fn tested(&mut self, found: bool, negated: bool) {
        self.push(TraceStep::Tested { found, matched: found != negated });
    }

    pub(super) fn matched(&mut self) {
        self.push(TraceStep::Matched);
    }
}

fn variable(label: &str, name: &[u8]) -> String {
    if name.is_empty() {
        return label.to_owned();
    }
    let colon = if label.ends_with(':') { "" } else { ":" };
    format!("{label}{colon}{}", String::from_utf8_lossy(name))
}
