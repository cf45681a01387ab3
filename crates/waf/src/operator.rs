//! Operators: what a rule asks of one value.
use crate::rule::Operator;

/// An operator made ready. Shared by threads; scratch space belongs to the caller.
#[derive(Debug)]
pub struct Matcher {}

/// Why an operator cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    pub message: String,
}

/// What an operator found: group 0 is the whole match, unset groups are empty.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    pub texts: Vec<Vec<u8>>,
}

impl Matcher {
    /// Makes an operator ready; `steps_max` bounds one regular expression on one value.
    pub fn new(operator: &Operator, steps_max: usize) -> Result<Self, OperatorError> {
        let _ = (operator, steps_max);
        Ok(Self {})
    }

    /// Whether a value matches, before negation. `argument` is the expanded macro of operators that have one.
    #[must_use]
    pub fn is_match(&self, value: &[u8], argument: &[u8]) -> bool {
        let _ = (value, argument);
        false
    }

    /// Like [`is_match`](Self::is_match), and tells what was found.
    pub fn find(&self, value: &[u8], argument: &[u8], groups: &mut Groups) -> bool {
        let _ = (value, argument);
        groups.texts.clear();
        false
    }

    /// The regular expression of `@rx` in the syntax of `regex-syntax` (PCRE's forms rewritten), for combined automata.
    /// `None` when it is no `@rx`, or needs backreferences or look-around.
    #[must_use]
    pub fn pattern(&self) -> Option<&str> {
        None
    }
}
