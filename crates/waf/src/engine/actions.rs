//! What a match does: variables, `ctl`, collections, messages, and the end of a transaction.
use super::number;
use super::plan::{Effect, Rule, Set, SetChange, SetName, SetTo, Tags, Text};
use super::vars::Allowed;
use super::walk::{At, Walk};
use super::{Disruption, Match};
use crate::body::Processor;
use crate::rule::{Collection, Control, Disruptive};
use std::sync::Arc;

/// Bytes of a value that a match shows.
const SHOWN_BYTES_MAX: usize = 200;

impl<'w> Walk<'w> {
    /// Runs a link's `setvar`s.
    pub(super) fn run_sets(&mut self, at: At<'w>) {
        for set in &at.link.sets {
            match set.to {
                SetTo::Tx => self.set_tx(at.rule, set),
                SetTo::Persistent(collection) => {
                    let view = self.view(at.rule);
                    let mut name = Vec::new();
                    match &set.name {
                        SetName::Slot(slot) => name.extend_from_slice(self.plan.names.written(*slot)),
                        SetName::Text(text) => view.write(text, &mut name),
                    }
                    let mut value = Vec::new();
                    match &set.change {
                        SetChange::Set(text) | SetChange::Add(text) | SetChange::Subtract(text) => {
                            view.write(text, &mut value)
                        }
                        SetChange::Remove => {}
                    }
                    let kept = self.vars.kept_mut(collection);
                    match set.change {
                        SetChange::Set(_) => kept.set(&name, &value),
                        SetChange::Add(_) => kept.add(&name, number::parse_small(&value)),
                        SetChange::Subtract(_) => {
                            kept.add(&name, number::parse_small(&value).saturating_neg())
                        }
                        SetChange::Remove => kept.remove(&name),
                    }
                }
            }
        }
    }

    fn set_tx(&mut self, rule: &'w Rule, set: &'w Set) {
        let slot = match &set.name {
            SetName::Slot(slot) => *slot,
            SetName::Text(text) => {
                let mut name = Vec::new();
                self.view(rule).write(text, &mut name);
                self.vars.tx.slot(&name, &self.plan.names)
            }
        };
        match &set.change {
            SetChange::Set(Text::Fixed { bytes, number }) => self.vars.tx.set_fixed(slot, bytes, *number),
            SetChange::Set(text) => {
                let mut value = std::mem::take(&mut self.scratch.argument);
                value.clear();
                self.view(rule).write(text, &mut value);
                self.vars.tx.set(slot, &value);
                self.scratch.argument = value;
            }
            SetChange::Add(text) | SetChange::Subtract(text) => {
                let amount = number::small(self.view(rule).number(text));
                let amount = if matches!(set.change, SetChange::Subtract(_)) { -amount } else { amount };
                let before = number::small(self.vars.tx.number(slot).unwrap_or(0));
                self.vars.tx.set_number(slot, before + amount);
            }
            SetChange::Remove => self.vars.tx.remove(slot),
        }
    }

    pub(super) fn effect(&mut self, rule: &'w Rule, effect: &'w Effect) {
        match effect {
            Effect::Expire { collection, name, seconds } => {
                let (name, seconds) = (self.expanded(rule, name), self.expanded(rule, seconds));
                // ModSecurity ignores what is no number.
                if let Ok(seconds) = String::from_utf8_lossy(&seconds).trim().parse::<u64>() {
                    self.vars.kept_mut(*collection).expire(&name, seconds);
                }
            }
            Effect::Control(control) => self.control(control),
            Effect::Remove(rules) => {
                self.unsettle(rules);
                for rule in rules {
                    self.vars.remove_rule(*rule);
                }
            }
            Effect::RemoveTarget(exception) => {
                if exception.collection == Collection::Tx {
                    self.unsettle(&exception.rules);
                }
                self.vars.exceptions.push(Arc::clone(exception));
            }
            Effect::Begin { collection, key, keyed } => {
                let key = self.expanded(rule, key);
                let loaded = self.persistence.load(*collection, &key, self.now_micros);
                self.vars.kept_mut(*collection).begin(&key, &loaded);
                if *keyed {
                    match collection {
                        crate::rule::Persistent::Session => self.vars.session = key,
                        crate::rule::Persistent::User => self.vars.user = key,
                        _ => {}
                    }
                }
            }
            Effect::SetEnvironment { name, value } => {
                let (name, value) = (self.expanded(rule, name), self.expanded(rule, value));
                self.vars.environment.push(&name, &value);
            }
        }
    }

    /// What was worked out beforehand holds no longer when one of these rules was part of it.
    fn unsettle(&mut self, rules: &[u32]) {
        let mut programs = self.plan.programs.iter().flatten();
        if programs.any(|program| rules.iter().any(|rule| program.settled.contains(rule))) {
            self.vars.foreseen = usize::MAX;
        }
    }

    fn expanded(&self, rule: &'w Rule, text: &Text) -> Vec<u8> {
        let mut out = Vec::new();
        self.view(rule).write(text, &mut out);
        out
    }

    fn control(&mut self, control: &Control) {
        match control {
            Control::ForceRequestBodyVariable(force) => self.vars.force_request_body = *force,
            Control::RequestBodyAccess(access) => self.vars.request_body_access = Some(*access),
            Control::ResponseBodyAccess(access) => self.vars.response_body_access = Some(*access),
            Control::RuleEngine(mode) => self.vars.engine = *mode,
            Control::RequestBodyProcessor(name) => {
                let (processor, name) = match name.to_ascii_uppercase().as_str() {
                    "XML" => (Processor::Xml, "XML"),
                    "JSON" => (Processor::Json, "JSON"),
                    "URLENCODED" => (Processor::UrlEncoded, "URLENCODED"),
                    "MULTIPART" => (Processor::Multipart, "MULTIPART"),
                    "GRAPHQL" => (Processor::GraphQl, "GRAPHQL"),
                    _ => return,
                };
                self.vars.processor = Some(processor);
                self.vars.processor_name.clear();
                self.vars.processor_name.extend_from_slice(name.as_bytes());
            }
            // There is no audit log, only the match log of the gateway; what `ctl` removes was resolved when the plan was made.
            Control::AuditEngine(_)
            | Control::AuditLogParts(_)
            | Control::RuleRemoveById(_)
            | Control::RuleRemoveByMsg(_)
            | Control::RuleRemoveByTag(_)
            | Control::RuleRemoveTargetById { .. }
            | Control::RuleRemoveTargetByMsg { .. }
            | Control::RuleRemoveTargetByTag { .. } => {}
        }
    }

    /// Remembers that a rule matched.
    pub(super) fn tell(&mut self, number: u32, rule: &'w Rule) {
        if let Some(trace) = self.trace_of(number) {
            trace.matched();
        }
        if !rule.log || self.matches.len() >= self.plan.limits.matches_max {
            return;
        }
        let view = self.view(rule);
        let last = self.vars.matched.len().checked_sub(1).and_then(|last| self.vars.matched.at(last));
        let shown = |text: &Option<Text>| text.as_ref().map(|text| view.shown(text)).unwrap_or_default();
        let found = Match {
            rule: rule.id,
            phase: rule.phase,
            message: shown(&rule.message),
            data: shown(&rule.data),
            severity: rule.severity,
            tags: match &rule.tags {
                Tags::Fixed(tags) => Arc::clone(tags),
                Tags::Expanded(tags) => tags.iter().map(|tag| view.shown(tag)).collect(),
            },
            variable: last.map(|field| String::from_utf8_lossy(field.name).into_owned()).unwrap_or_default(),
            value: last.map(|field| shortened(field.value)).unwrap_or_default(),
        };
        self.matches.push(found);
    }

    /// Runs a rule's disruptive action, when the engine is on.
    pub(super) fn disrupt(&mut self, rule: &'w Rule) {
        let disruption = match &rule.disruptive {
            Disruptive::Pass => return,
            Disruptive::Allow | Disruptive::AllowPhase | Disruptive::AllowRequest => {
                if self.is_enforcing() {
                    self.vars.allowed = match rule.disruptive {
                        Disruptive::Allow => Allowed::All,
                        Disruptive::AllowRequest => Allowed::Request,
                        _ => Allowed::Phase,
                    };
                }
                return;
            }
            Disruptive::Deny => {
                Disruption { rule: rule.id, status: rule.status, location: None, drop: false }
            }
            Disruptive::Drop => Disruption { rule: rule.id, status: rule.status, location: None, drop: true },
            Disruptive::Redirect(_) => Disruption {
                rule: rule.id,
                status: if (301..=307).contains(&rule.status) { rule.status } else { 302 },
                location: rule.location.as_ref().map(|text| self.view(rule).shown(text)),
                drop: false,
            },
        };
        if self.is_enforcing() {
            self.disruption = Some(disruption);
        } else if self.would.is_none() {
            self.would = Some(disruption);
        }
    }
}

/// The beginning of a value with control characters escaped.
pub(super) fn shortened(value: &[u8]) -> String {
    let end = value.len().min(SHOWN_BYTES_MAX);
    let text = String::from_utf8_lossy(value.get(..end).unwrap_or_default());
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
