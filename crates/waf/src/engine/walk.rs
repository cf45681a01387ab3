//! The evaluation itself: a phase's rules in order, a rule's links, a link's values.
//!
//! This follows ModSecurity v3 step by step: `setvar` runs for every value that matches, other actions once, innermost link first, when the
//! whole chain has matched; `MATCHED_VARS` grows until a rule does not match.
use super::groups::Member;
use super::inputs::Inputs;
use super::number;
use super::plan::{Compare, Effect, Flow, Link, Origin, Pick, Rule, Source, Step, Test, Text};
use super::pool::Scratch;
use super::program::End;
use super::scan;
use super::text::View;
use super::trace::Trace;
use super::vars::{Allowed, Vars};
use super::{Match, Plan};
use crate::Disruption;
use crate::operator::Outcome as Answer;
use crate::rule::{Collection, EngineMode};
use crate::{Persistence, transform};

/// One phase of one transaction.
pub(super) struct Walk<'w> {
    pub(super) plan: &'w Plan,
    pub(super) inputs: &'w Inputs,
    pub(super) vars: &'w mut Vars,
    pub(super) scratch: &'w mut Scratch,
    pub(super) persistence: &'w dyn Persistence,
    pub(super) now_micros: u64,
    pub(super) matches: &'w mut Vec<Match>,
    pub(super) trace: Option<&'w mut Trace>,
    pub(super) disruption: Option<Disruption>,
    /// What would have happened with the engine on.
    pub(super) would: Option<Disruption>,
}

/// The rule at work, and which of its links.
#[derive(Clone, Copy)]
pub(super) struct At<'w> {
    pub(super) number: u32,
    pub(super) rule: &'w Rule,
    pub(super) link: &'w Link,
    pub(super) first: bool,
}

/// One value on its way through a link.
#[derive(Clone, Copy)]
pub(super) struct Value<'v> {
    pub(super) label: &'static str,
    pub(super) name: &'v [u8],
    pub(super) bytes: &'v [u8],
}

impl<'w> Walk<'w> {
    pub(super) fn view(&self, rule: &'w Rule) -> View<'_> {
        View { inputs: self.inputs, vars: self.vars, names: &self.plan.names, rule }
    }

    /// Runs the rules of a phase, counted from 0.
    pub(super) fn phase(&mut self, phase: usize) {
        let plan = self.plan;
        let skipped = match self.vars.allowed {
            Allowed::All => phase != 4,
            Allowed::Request => phase <= 1,
            Allowed::No | Allowed::Phase => false,
        };
        if skipped {
            return;
        }
        self.vars.allowed = Allowed::No;
        scan::begin(self.scratch);
        if let Some(program) = plan.programs.get(phase).and_then(Option::as_ref)
            && self.is_foreseen(phase)
        {
            match self.program(phase, program) {
                End::Done => self.vars.foreseen = phase + 1,
                End::Stopped => {}
                End::At(step) => self.list(phase, step),
            }
        } else if let Some(step) = self.jump(phase, 0) {
            self.list(phase, step);
        }
    }

    /// Walks the list of a phase from a step on.
    fn list(&mut self, phase: usize, mut position: usize) {
        let plan = self.plan;
        let Some(steps) = plan.rules.phases.get(phase) else { return };
        while let Some(step) = steps.get(position) {
            position += 1;
            let Step::Rule(number) = *step else { continue };
            if self.vars.skip > 0 {
                self.vars.skip -= 1;
                continue;
            }
            if self.vars.is_removed(number) {
                if let Some(trace) = self.trace_of(number) {
                    trace.skipped("removed by `ctl:ruleRemove…`");
                }
                continue;
            }
            if !self.rule(number) {
                continue;
            }
            if self.disruption.is_some() || self.vars.allowed != Allowed::No {
                return;
            }
            match self.jump(phase, position) {
                Some(next) => position = next,
                None => return,
            }
        }
    }

    /// Whether everything went as it was worked out beforehand, up to this phase.
    fn is_foreseen(&self, phase: usize) -> bool {
        self.vars.foreseen == phase
            && self.plan.grouped
            && self.trace.is_none()
            && self.vars.marker.is_none()
            && self.vars.skip == 0
    }

    /// Where to go on: behind the marker that `skipAfter` named, when it named one.
    pub(super) fn jump(&mut self, phase: usize, position: usize) -> Option<usize> {
        let Some(marker) = self.vars.marker else { return Some(position) };
        let next = self.plan.rules.after_marker(phase, marker, position)?;
        self.vars.marker = None;
        Some(next)
    }

    /// Evaluates a rule, and says whether all of it matched.
    pub(super) fn rule(&mut self, number: u32) -> bool {
        let plan = self.plan;
        let Some(rule) = plan.rules.rules.get(number as usize) else { return false };
        let Some(notes) = &rule.notes else { return self.evaluate(number, rule) };
        let Some(mark) = self.mark_of_notes(number, rule, notes) else { return self.evaluate(number, rule) };
        if self.scratch.recalled.get(mark).is_some() {
            self.capture_last(rule, notes);
            self.vars.forget_matched();
            return false;
        }
        let matched = self.evaluate(number, rule);
        if !matched && !self.are_notes_read(rule, notes) {
            self.scratch.recalled.keep(mark, std::iter::empty());
        }
        matched
    }

    fn evaluate(&mut self, number: u32, rule: &'w Rule) -> bool {
        if let Some(member) = rule.member
            && !self.may_match(number, member)
        {
            self.vars.forget_matched();
            return false;
        }
        let mut first = true;
        for link in &rule.links {
            let matched = match link.test {
                Test::Action => {
                    self.begin_collections(rule, link);
                    self.run_sets(At { number, rule, link, first });
                    true
                }
                _ => self.link(At { number, rule, link, first }),
            };
            if !matched {
                self.vars.forget_matched();
                return false;
            }
            first = false;
        }
        self.matched(number, rule);
        true
    }

    /// Asks a rule's group, unless the rule is followed.
    fn may_match(&mut self, number: u32, member: Member) -> bool {
        if !self.plan.grouped || self.is_traced(number) {
            return true;
        }
        if !self.is_asked(member.group) {
            self.ask(member.group);
        }
        self.scratch.suspects.get(member.group).is_some_and(|suspects| suspects.has(member.bit))
    }

    /// Whether a group was asked in this phase.
    pub(super) fn is_asked(&self, group: usize) -> bool {
        let run = self.scratch.run;
        self.scratch.suspects.get(group).is_some_and(|suspects| suspects.is_asked(run))
    }

    pub(super) fn ask(&mut self, group: usize) {
        scan::ask(self.plan, self.inputs, self.scratch, group);
    }

    /// Evaluates one condition for all of its values.
    fn link(&mut self, at: At<'w>) -> bool {
        let mut any = false;
        for source in &at.link.sources {
            if at.first && !self.vars.exceptions.is_empty() && self.source_excepted(at, source) {
                continue;
            }
            any |= self.source(at, source);
        }
        any
    }

    fn source(&mut self, at: At<'w>, source: &'w Source) -> bool {
        if source.count {
            let count = self.view(at.rule).count(source);
            return self.number(at, source, count);
        }
        if at.first
            && let (Some(member), Some(feed)) = (at.rule.member, source.feed)
            && self.plan.grouped
            && !self.is_traced(at.number)
        {
            if let Origin::Scalar(scalar) = source.from
                && self
                    .scratch
                    .suspects
                    .get(member.group)
                    .is_some_and(|suspects| suspects.is_decided(member.bit))
            {
                let value = Value { label: source.label, name: b"", bytes: self.inputs.scalar(scalar) };
                let excepted = !self.vars.exceptions.is_empty() && self.value_excepted(at, value);
                if !excepted {
                    self.hit(at, value);
                }
                return !excepted;
            }
            return self.suspects(at, source, member, feed);
        }
        let inputs = self.inputs;
        match (source.from, &source.pick) {
            (Origin::Scalar(scalar), _) if !is_variable(scalar) => {
                self.value(at, Value { label: source.label, name: b"", bytes: inputs.scalar(scalar) })
            }
            (Origin::Tx, Pick::Name(_, Some(slot)))
                if matches!(at.link.test, Test::Number(..)) && !self.is_traced(at.number) =>
            {
                match self.vars.tx.number(*slot) {
                    None => false,
                    Some(number) => self.number(at, source, number),
                }
            }
            (Origin::Values(store, _) | Origin::Names(store, _), _)
                if at.link.passes_ascii()
                    && inputs.store(store).block().is_ascii()
                    && !self.is_traced(at.number) =>
            {
                false
            }
            _ => {
                // What rules write may change while they look: they see it as it was.
                let mut values = std::mem::take(&mut self.scratch.snapshot);
                values.clear();
                self.view(at.rule).each(source, &mut |name, value| {
                    values.push(name, value);
                    true
                });
                let mut any = false;
                for field in values.iter() {
                    any |=
                        self.value(at, Value { label: source.label, name: field.name, bytes: field.value });
                }
                self.scratch.snapshot = values;
                any
            }
        }
    }

    /// Evaluates the values of a source that may match.
    fn suspects(&mut self, at: At<'w>, source: &'w Source, member: Member, feed: usize) -> bool {
        let inputs = self.inputs;
        let mut positions = std::mem::take(&mut self.scratch.positions);
        positions.clear();
        if let Some(suspects) = self.scratch.suspects.get(member.group) {
            suspects.positions(feed, member.bit, &mut positions);
        }
        if matches!(source.pick, Pick::Name(..)) {
            // As `View::each` gives them.
            positions.reverse();
        }
        let mut any = false;
        for position in &positions {
            let (name, bytes) = match source.from {
                Origin::Scalar(scalar) => (b"".as_slice(), inputs.scalar(scalar)),
                Origin::Values(store, _) => {
                    let field = inputs.field(store, *position);
                    (field.name, field.value)
                }
                Origin::Names(store, _) => {
                    let field = inputs.field(store, *position);
                    (field.name, field.name)
                }
                _ => continue,
            };
            if matches!(source.from, Origin::Scalar(_)) || self.view(at.rule).picks(source, name) {
                any |= self.value(at, Value { label: source.label, name, bytes });
            }
        }
        self.scratch.positions = positions;
        any
    }

    /// Evaluates a count, or a number of `TX`.
    fn number(&mut self, at: At<'w>, source: &'w Source, number: i64) -> bool {
        let named = match &source.pick {
            Pick::Name(name, _) => name.as_ref(),
            _ => b"".as_slice(),
        };
        if let Test::Number(compare, text) = &at.link.test
            && at.link.pipeline.is_empty()
            && !self.is_traced(at.number)
        {
            let wanted = self.view(at.rule).number(text);
            if compared(*compare, number, wanted) == at.link.negated {
                return false;
            }
            let mut digits = [0; 20];
            let bytes = number::format(number, &mut digits);
            self.hit(at, Value { label: source.label, name: named, bytes });
            return true;
        }
        let mut digits = [0; 20];
        let bytes = number::format(number, &mut digits);
        self.value(at, Value { label: source.label, name: named, bytes })
    }

    /// Transforms a value and asks the operator.
    pub(super) fn value(&mut self, at: At<'w>, value: Value<'_>) -> bool {
        if at.first && !self.vars.exceptions.is_empty() && self.value_excepted(at, value) {
            return false;
        }
        let mut now = std::mem::take(&mut self.scratch.now);
        let mut next = std::mem::take(&mut self.scratch.next);
        let traced = self.is_traced(at.number);
        if traced && let Some(trace) = self.trace_of(at.number) {
            trace.value(value.label, value.name, value.bytes);
        }
        let mut changed = false;
        let mut any = at.link.multi_match && self.test(at, value);
        for transformation in &at.link.pipeline {
            let before = if changed { now.as_slice() } else { value.bytes };
            if !transform::apply(*transformation, before, self.plan.context(), &mut next) {
                continue;
            }
            changed = true;
            std::mem::swap(&mut now, &mut next);
            if traced && let Some(trace) = self.trace_of(at.number) {
                trace.transformed(*transformation, &now);
            }
            if at.link.multi_match {
                any |= self.test(at, Value { bytes: &now, ..value });
            }
        }
        if !at.link.multi_match {
            let bytes = if changed { now.as_slice() } else { value.bytes };
            any = self.test(at, Value { bytes, ..value });
        }
        self.scratch.now = now;
        self.scratch.next = next;
        any
    }

    /// Asks the operator about one transformed value.
    fn test(&mut self, at: At<'w>, value: Value<'_>) -> bool {
        let found = match &at.link.test {
            Test::Action | Test::Always => true,
            Test::Never => false,
            Test::Number(compare, text) => {
                let wanted = self.view(at.rule).number(text);
                compared(*compare, number::parse(value.bytes), wanted)
            }
            Test::Matcher(matcher, argument) => {
                let mut expanded = std::mem::take(&mut self.scratch.argument);
                expanded.clear();
                // What has no variable in it is part of the operator.
                if !matches!(argument, Text::Fixed { .. }) {
                    self.view(at.rule).write(argument, &mut expanded);
                }
                let found = if at.link.capture {
                    let found = matcher.find(value.bytes, &expanded, &mut self.scratch.groups);
                    if found {
                        self.capture();
                    }
                    self.vars.regex_gave_up |= self.scratch.groups.limit_exceeded;
                    found
                } else {
                    let answer = matcher.test(value.bytes, &expanded);
                    self.vars.regex_gave_up |= answer == Answer::LimitExceeded;
                    answer == Answer::Match
                };
                self.scratch.argument = expanded;
                found
            }
        };
        let matched = found != at.link.negated;
        if let Some(trace) = self.trace_of(at.number) {
            trace.tested(found, at.link.negated);
        }
        if matched {
            self.hit(at, value);
        }
        matched
    }

    /// Groups go to `TX:0` to `TX:9`.
    pub(super) fn capture(&mut self) {
        for (slot, text) in (0..10).zip(&self.scratch.groups.texts) {
            self.vars.tx.set(super::names::Slot(slot), text);
        }
    }

    /// What happens for every value that matches.
    fn hit(&mut self, at: At<'w>, value: Value<'_>) {
        let mut name = std::mem::take(&mut self.scratch.name);
        name.clear();
        name.extend_from_slice(value.label.as_bytes());
        if !value.name.is_empty() {
            if !value.label.ends_with(':') {
                name.push(b':');
            }
            name.extend_from_slice(value.name);
        }
        self.vars.matched.push(&name, value.bytes);
        self.scratch.name = name;
        self.run_sets(at);
        if at.first && at.rule.tells_each() {
            self.tell(at.number, at.rule);
        }
    }

    /// A `SecAction` that begins a collection and sets a variable of it means the collection that it begins. ModSecurity v3 sets the variable
    /// before, in a collection without a name that all clients share; nobody can want that.
    fn begin_collections(&mut self, rule: &'w Rule, link: &'w Link) {
        for effect in &link.effects {
            if matches!(effect, Effect::Begin { .. }) {
                self.effect(rule, effect);
            }
        }
    }

    /// What happens once, when every link has matched.
    fn matched(&mut self, number: u32, rule: &'w Rule) {
        for link in rule.links.iter().rev() {
            for effect in &link.effects {
                if !(matches!(link.test, Test::Action) && matches!(effect, Effect::Begin { .. })) {
                    self.effect(rule, effect);
                }
            }
        }
        match rule.flow {
            Some(Flow::Skip(count)) => self.vars.skip = count,
            Some(Flow::After(marker)) => self.vars.marker = Some(marker),
            None => {}
        }
        if !rule.tells_each() {
            self.tell(number, rule);
        }
        self.disrupt(rule);
    }

    pub(super) fn trace_of(&mut self, number: u32) -> Option<&mut Trace> {
        self.trace.as_deref_mut().filter(|trace| trace.rule == Some(number))
    }

    pub(super) fn is_traced(&self, number: u32) -> bool {
        self.trace.as_deref().is_some_and(|trace| trace.rule == Some(number))
    }

    /// Whether `ctl` took a whole target from a rule.
    fn source_excepted(&mut self, at: At<'w>, source: &Source) -> bool {
        let found = self.vars.exceptions.iter().any(|exception| {
            exception.collection == source.collection
                && exception.rules.binary_search(&at.number).is_ok()
                && match (&exception.pick, &source.pick) {
                    (Pick::All, Pick::All) => true,
                    (Pick::Name(left, _), Pick::Name(right, _)) => left == right,
                    _ => false,
                }
        });
        if found && let Some(trace) = self.trace_of(at.number) {
            trace.excepted(source.label, b"");
        }
        found
    }

    /// Whether `ctl` took one member of a collection from a rule.
    fn value_excepted(&mut self, at: At<'w>, value: Value<'_>) -> bool {
        let view = self.view(at.rule);
        let found =
            self.vars.exceptions.iter().any(|exception| {
                exception.rules.binary_search(&at.number).is_ok()
                    && at.link.sources.iter().any(|source| {
                        source.label == value.label && source.collection == exception.collection
                    })
                    && !matches!(exception.pick, Pick::All)
                    && view.pick(&exception.pick, value.name)
            });
        if found && let Some(trace) = self.trace_of(at.number) {
            trace.excepted(value.label, value.name);
        }
        found
    }

    /// Whether disruptive actions run, and not only would.
    pub(super) fn is_enforcing(&self) -> bool {
        self.vars.engine == EngineMode::On
    }
}

/// Scalars that rules write while a phase runs.
pub(super) fn is_variable(scalar: Collection) -> bool {
    matches!(
        scalar,
        Collection::SessionId
            | Collection::UserId
            | Collection::ReqbodyProcessor
            | Collection::MscPcreError
            | Collection::MscPcreLimitsExceeded
    )
}

pub(super) fn compared(compare: Compare, number: i64, wanted: i64) -> bool {
    // `@eq` reads 32 bits, the others 64.
    match compare {
        Compare::Equal => number::small(number) == number::small(wanted),
        Compare::AtLeast => number >= wanted,
        Compare::Above => number > wanted,
        Compare::AtMost => number <= wanted,
        Compare::Below => number < wanted,
    }
}
