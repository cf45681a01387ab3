//! The strings of an event that an attacker may have written, decoded in every way in which an application would decode them.
//!
//! INVARIANT: bounded: at most [`STRINGS_MAX`] strings and [`GROWTH_MAX`] times the event's size. Past a limit the event's own
//! text stands for the rest, and [`Inputs::cut`] says so.
use super::overlap::Automaton;
use crate::Invocation;
use serde_json::Value;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

/// Strings that are kept.
const STRINGS_MAX: usize = 50_000;
/// Bytes of all strings, as a multiple of the event's own, and at least this many.
const GROWTH_MAX: usize = 4;
const BYTES_MIN: usize = 1 << 20;
/// A text inside of a text, and inside of that again.
const DEPTH_MAX: u8 = 6;
/// A part of an input counts from this many bytes on; a whole input always.
const PART_MIN: usize = 5;

/// What one invocation brought.
#[derive(Default)]
pub(super) struct Inputs {
    /// In lower case, as comparisons are without regard to ASCII case; blanks at both ends are gone.
    strings: Vec<Vec<u8>>,
    seen: BTreeSet<u64>,
    bytes: usize,
    bytes_max: usize,
    /// Names of members that are operators of a document store: `$ne`.
    operators: BTreeSet<String>,
    pub(super) cut: bool,
}

impl Inputs {
    pub(super) fn of(invocation: &Invocation) -> Self {
        let mut inputs = Self::from_event(&invocation.event);
        for text in [&invocation.client_context, &invocation.cognito_identity].into_iter().flatten() {
            inputs.text(text, DEPTH_MAX);
        }
        inputs
    }

    pub(super) fn from_event(event: &[u8]) -> Self {
        let bytes_max = event.len().saturating_mul(GROWTH_MAX).max(BYTES_MIN);
        let mut inputs = Self { bytes_max, ..Self::default() };
        match serde_json::from_slice::<Value>(event) {
            Ok(value) => inputs.value(&value, DEPTH_MAX),
            // Deeper than a parser of ours goes, or no JSON: the text itself, escapes undone.
            Err(_) => {
                inputs.text(&String::from_utf8_lossy(event), DEPTH_MAX);
                inputs.cut = true;
            }
        }
        if inputs.cut {
            inputs.strings.push(event.to_ascii_lowercase());
        }
        inputs
    }

    pub(super) fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// Whether the event has a member of this name, which is an operator. Where not all was read, it may have.
    pub(super) fn has_operator(&self, name: &str) -> bool {
        self.operators.contains(name) || (self.cut && self.any(|input| contains(input, name.as_bytes())))
    }

    /// The parts of a text that come from an input.
    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        if self.is_empty() || text.is_empty() {
            return Vec::new();
        }
        let mut automaton = Automaton::new(text);
        for input in &self.strings {
            automaton.run(input, PART_MIN);
        }
        automaton.ranges(PART_MIN)
    }

    /// Every input for which something holds.
    pub(super) fn any(&self, mut holds: impl FnMut(&[u8]) -> bool) -> bool {
        self.strings.iter().any(|input| holds(input))
    }

    fn keep(&mut self, bytes: &[u8]) -> bool {
        let trimmed = bytes.trim_ascii();
        if trimmed.is_empty() {
            return false;
        }
        let lower = trimmed.to_ascii_lowercase();
        let mut hasher = DefaultHasher::new();
        lower.hash(&mut hasher);
        // Case matters to what is decoded from it: the exact text is what must not come twice.
        trimmed.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return false;
        }
        if self.strings.len() >= STRINGS_MAX || self.bytes + lower.len() > self.bytes_max {
            self.cut = true;
            return false;
        }
        self.bytes += lower.len();
        self.strings.push(lower);
        true
    }

    fn value(&mut self, value: &Value, depth: u8) {
        match value {
            Value::String(text) => self.text(text, depth),
            Value::Array(items) => items.iter().for_each(|item| self.value(item, depth)),
            Value::Object(members) => {
                for (name, member) in members {
                    self.operator(name);
                    self.text(name, depth);
                    self.value(member, depth);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A member's name: `$ne`, or as forms nest them, `user[$ne]`.
    fn operator(&mut self, name: &str) {
        let nested = name.split('[').skip(1).filter_map(|part| part.split(']').next());
        let own = [name].into_iter().chain(nested).filter(|name| name.starts_with('$') && name.len() > 1);
        for name in own {
            if self.operators.len() < STRINGS_MAX {
                self.operators.insert(name.to_owned());
            }
        }
    }

    fn text(&mut self, text: &str, depth: u8) {
        if text.contains("[$") {
            self.operator(text);
        }
        if !self.keep(text.as_bytes()) || text.len() < 3 {
            return;
        }
        let Some(depth) = depth.checked_sub(1) else { return };
        let trimmed = text.trim();
        if trimmed.starts_with(['{', '[', '"'])
            && let Ok(value) = serde_json::from_str::<Value>(trimmed)
        {
            self.value(&value, depth);
        }
        if trimmed.contains(['%', '+']) {
            self.bytes(&super::decode::percent(trimmed, false), depth);
            self.bytes(&super::decode::percent(trimmed, true), depth);
        }
        if trimmed.contains('\\') {
            self.text(&super::decode::escapes(trimmed), depth);
        }
        if trimmed.contains('&') {
            self.text(&super::decode::entities(trimmed), depth);
        }
        self.pieces(trimmed, depth);
        if let Some(bytes) = super::decode::base64(trimmed) {
            self.bytes(&bytes, depth);
        }
    }

    fn bytes(&mut self, bytes: &[u8], depth: u8) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, depth),
            Err(_) => {
                self.keep(bytes);
            }
        }
    }

    /// What an application splits a text into: pairs of a form, a query or a cookie, parts of a list or a path, lines,
    /// text between tags.
    fn pieces(&mut self, text: &str, depth: u8) {
        for separators in [
            &['&', '?', '#'][..],
            &[';', ','],
            &['='],
            &['\n', '\r'],
            &['<', '>'],
            &['/', '\\'],
            &['|', '\t', ':'],
        ] {
            if text.contains(separators) {
                for piece in text.split(separators).take(STRINGS_MAX) {
                    self.text(piece, depth);
                }
            }
        }
    }
}

fn contains(input: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(input, &part.to_ascii_lowercase()).is_some()
}
