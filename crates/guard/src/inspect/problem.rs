//! What is wrong with an event or an answer, as the checks tell it.
use crate::{Action, Layer, Occurrence, Refusal};

/// Something that a check found.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) layer: Layer,
    /// For the owner. Holds no value that was sent.
    pub(super) reason: String,
    pub(super) rule: Option<String>,
    /// What an HTTP caller is told.
    pub(super) status: u16,
    pub(super) hostile: bool,
    pub(super) facts: Vec<(&'static str, String)>,
}

impl Problem {
    /// A mistake.
    pub(super) fn new(layer: Layer, status: u16, reason: impl Into<String>) -> Self {
        Self { layer, reason: reason.into(), rule: None, status, hostile: false, facts: Vec::new() }
    }

    /// An attack.
    pub(super) fn hostile(layer: Layer, status: u16, reason: impl Into<String>) -> Self {
        Self { hostile: true, ..Self::new(layer, status, reason) }
    }

    pub(super) fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    pub(super) fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    pub(super) fn refusal(&self) -> Refusal {
        Refusal {
            by: self.layer,
            reason: self.reason.clone(),
            rule: self.rule.clone(),
            status: self.status,
            hostile: self.hostile,
        }
    }

    pub(super) fn occurrence(&self, action: Action, request_id: &str) -> Occurrence {
        Occurrence {
            layer: self.layer,
            action,
            hostile: self.hostile,
            request_id: Some(request_id.to_owned()),
            reason: self.reason.clone(),
            rule: self.rule.clone(),
            facts: self.facts.clone(),
        }
    }
}

/// The beginning of a text that somebody else chose, without signs that change how a line is read.
pub(super) fn shown(text: &str) -> String {
    const SHOWN_CHARS: usize = 80;
    let mut out: String =
        text.chars().take(SHOWN_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        out.push('…');
    }
    out
}
