//! Rules that look at names by way of notes in `TX`.
//!
//! SecLang has no operator that looks for a value in a list of another variable, so rules write each name down and look through what they wrote:
//!
//! ```text
//! SecRule REQUEST_HEADERS_NAMES "@rx ^.*$" "capture,setvar:'tx.note_%{tx.0}=/%{tx.0}/',chain"
//!     SecRule TX:/^note_/ "@within %{tx.restricted_headers}" "…"
//! ```
//!
//! When nobody else reads or writes such notes, and the second link does not match, all that is left of the rule is what it captured. Whether it
//! matches depends on the names and on its argument alone: that is remembered (see [`Recalled`](super::recalled)), and clients send the same names
//! again and again.
//!
//! Other rules read variables by patterns, too, which may match some note (`TX:/paramcounter_/` that of a header `paramcounter_x`). Names with
//! such notes are not remembered.
use super::inputs::{MARKED, Part, Store};
use super::mark::{Kind, Mark};
use super::names::Names;
use super::plan::{
    Effect, Link, NamePattern, Origin, Pick, Rule, Rules, Set, SetChange, SetName, SetTo, Source, Tags, Test,
    Text, TextPart,
};
use super::pool::Scratch;
use super::walk::Walk;
use crate::transform;
use std::sync::Arc;

/// What such a rule needs to be remembered.
#[derive(Debug)]
pub(super) struct Notes {
    /// Where the names are.
    store: Store,
    /// How other rules pick variables.
    foreign: Vec<Arc<NamePattern>>,
}

/// Finds such rules.
pub(super) fn find(rules: &mut Rules, names: &Names) {
    let mut found = Vec::new();
    for (number, rule) in rules.rules.iter().enumerate() {
        let Some((prefix, store)) = notes(rule, names) else { continue };
        let mut reader = Reader { prefix, names, foreign: Vec::new() };
        let mut others = rules.rules.iter().enumerate().filter(|(other, _)| *other != number);
        if !others.any(|(_, rule)| reader.reads(rule)) {
            found.push((number, Notes { store, foreign: reader.foreign }));
        }
    }
    for (number, notes) in found {
        if let Some(rule) = rules.rules.get_mut(number) {
            rule.notes = Some(notes);
        }
    }
}

/// How the names of a rule's notes begin, when it is such a rule, and where it finds names.
fn notes<'r>(rule: &'r Rule, names: &Names) -> Option<(&'r [u8], Store)> {
    let [writes, reads] = rule.links.as_slice() else { return None };
    let ([source], Test::Matcher(matcher, Text::Fixed { .. })) = (writes.sources.as_slice(), &writes.test)
    else {
        return None;
    };
    let Origin::Names(store, Part::All) = source.from else { return None };
    let is_plain = writes.capture
        && !(writes.negated || writes.multi_match || source.count)
        && source.without.is_empty()
        && matches!(source.pick, Pick::All)
        && MARKED.contains(&store);
    // More groups would leave more behind than the text of the last match.
    if !is_plain || matcher.hir()?.properties().explicit_captures_len() > 0 {
        return None;
    }
    let prefixes: Option<Vec<&[u8]>> = writes.sets.iter().map(|set| prefix_of_note(set, names)).collect();
    let prefixes = prefixes?;
    let prefix = prefixes.first().copied()?;
    let reads_notes = prefixes.iter().all(|other| *other == prefix)
        && !reads.capture
        && matches!(&reads.test, Test::Matcher(_, text) if is_settled_before(text, prefix, names))
        && reads.sources.iter().all(|source| is_all(source, prefix));
    reads_notes.then_some((prefix, store))
}

/// How the name of a note begins, when nothing but the match makes the rest and its value.
fn prefix_of_note<'s>(set: &'s Set, names: &Names) -> Option<&'s [u8]> {
    let (SetTo::Tx, SetName::Text(Text::Parts(parts)), SetChange::Set(value)) =
        (set.to, &set.name, &set.change)
    else {
        return None;
    };
    let is_match = |slot: &[u8]| slot == b"0";
    let Some((TextPart::Bytes(prefix), rest)) = parts.split_first() else { return None };
    let is_of_match = are_of(rest, is_match) && is_of(value, names, is_match);
    (is_of_match && !prefix.is_empty()).then_some(prefix)
}

/// Whether all variables in a text are variables of `TX` that are so.
fn is_of(text: &Text, names: &Names, is_so: impl Fn(&[u8]) -> bool) -> bool {
    match text {
        Text::Fixed { .. } => true,
        Text::Slot(slot) => is_so(names.written(*slot)),
        Text::Parts(parts) => are_of(parts, is_so),
    }
}

fn are_of(parts: &[TextPart], is_so: impl Fn(&[u8]) -> bool) -> bool {
    parts.iter().all(|part| match part {
        TextPart::Bytes(_) => true,
        TextPart::Value(source) => tx_name(source).is_some_and(&is_so),
    })
}

/// The one variable of `TX` that a source gives.
fn tx_name(source: &Source) -> Option<&[u8]> {
    match (source.from, &source.pick) {
        (Origin::Tx, Pick::Name(name, _)) if !source.count => Some(name),
        _ => None,
    }
}

/// Whether an argument is the same before the rule as in its second link.
fn is_settled_before(text: &Text, prefix: &[u8], names: &Names) -> bool {
    is_of(text, names, |name| !begins(name, prefix) && !name.iter().all(u8::is_ascii_digit))
}

/// Whether a source gives all notes and nothing else.
fn is_all(source: &Source, prefix: &[u8]) -> bool {
    source.from == Origin::Tx
        && !source.count
        && source.without.is_empty()
        && matches!(&source.pick, Pick::Regex(pattern)
            if pattern.is_prefix && pattern.prefix.eq_ignore_ascii_case(prefix))
}

fn begins(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Who asks whether rules read or write notes of a prefix; patterns that may match some are collected.
struct Reader<'r> {
    prefix: &'r [u8],
    names: &'r Names,
    foreign: Vec<Arc<NamePattern>>,
}

impl Reader<'_> {
    fn reads(&mut self, rule: &Rule) -> bool {
        let tags = match &rule.tags {
            Tags::Fixed(_) => [].as_slice(),
            Tags::Expanded(texts) => texts.as_slice(),
        };
        let mut texts = [&rule.location, &rule.message, &rule.data].into_iter().flatten().chain(tags);
        texts.any(|text| self.in_text(text)) || rule.links.iter().any(|link| self.in_link(link))
    }

    fn in_link(&mut self, link: &Link) -> bool {
        let in_test = match &link.test {
            Test::Number(_, text) | Test::Matcher(_, text) => self.in_text(text),
            Test::Action | Test::Always | Test::Never => false,
        };
        in_test
            || link.sources.iter().any(|source| self.in_source(source))
            || link.sets.iter().any(|set| self.in_set(set))
            || link.effects.iter().any(|effect| self.in_effect(effect))
    }

    fn in_set(&mut self, set: &Set) -> bool {
        let in_name = match &set.name {
            SetName::Slot(slot) => set.to == SetTo::Tx && begins(self.names.written(*slot), self.prefix),
            SetName::Text(text) => {
                let head = match text {
                    Text::Fixed { bytes, .. } => bytes.as_ref(),
                    Text::Parts(parts) => match parts.first() {
                        Some(TextPart::Bytes(bytes)) => bytes.as_ref(),
                        _ => b"",
                    },
                    Text::Slot(_) => b"",
                };
                set.to == SetTo::Tx && self.may_meet(head) || self.in_text(text)
            }
        };
        in_name
            || match &set.change {
                SetChange::Set(text) | SetChange::Add(text) | SetChange::Subtract(text) => self.in_text(text),
                SetChange::Remove => false,
            }
    }

    fn in_effect(&mut self, effect: &Effect) -> bool {
        match effect {
            Effect::Expire { name, seconds, .. } => self.in_text(name) || self.in_text(seconds),
            Effect::Begin { key, .. } => self.in_text(key),
            Effect::SetEnvironment { name, value } => self.in_text(name) || self.in_text(value),
            // Exceptions end all remembering while they hold.
            Effect::Control(_) | Effect::Remove(_) | Effect::RemoveTarget(_) => false,
        }
    }

    fn in_text(&mut self, text: &Text) -> bool {
        match text {
            Text::Fixed { .. } => false,
            Text::Slot(slot) => begins(self.names.written(*slot), self.prefix),
            Text::Parts(parts) => {
                parts.iter().any(|part| matches!(part, TextPart::Value(source) if self.in_source(source)))
            }
        }
    }

    fn in_source(&mut self, source: &Source) -> bool {
        source.from == Origin::Tx
            && match &source.pick {
                Pick::All | Pick::Computed(_) => true,
                Pick::Name(name, _) => begins(name, self.prefix),
                Pick::Regex(pattern) => {
                    self.foreign.push(Arc::clone(pattern));
                    false
                }
            }
    }

    /// Whether a name with this head may be a note.
    fn may_meet(&self, head: &[u8]) -> bool {
        begins(head, self.prefix) || begins(self.prefix, head)
    }
}

impl<'w> Walk<'w> {
    /// What decides over a rule that looks at names by way of notes: the names, and its argument.
    pub(super) fn mark_of_notes(&mut self, number: u32, rule: &'w Rule, notes: &Notes) -> Option<Mark> {
        let names = self.inputs.marks_of(notes.store).names?;
        let is_usual = self.plan.grouped && !self.is_traced(number) && self.vars.exceptions.is_empty();
        let Some(Link { test: Test::Matcher(_, argument), .. }) = rule.links.last() else { return None };
        if !is_usual {
            return None;
        }
        let mut text = std::mem::take(&mut self.scratch.argument);
        text.clear();
        self.view(rule).write(argument, &mut text);
        let mark = names.and(Mark::of_value(&text)).within(Kind::Rule(number));
        self.scratch.argument = text;
        Some(mark)
    }

    /// Whether such a rule leaves notes that others read.
    pub(super) fn are_notes_read(&self, rule: &'w Rule, notes: &Notes) -> bool {
        let mut are_read = false;
        for source in rule.links.last().into_iter().flat_map(|link| &link.sources) {
            self.view(rule).each(source, &mut |name, _| {
                are_read |= notes.foreign.iter().any(|pattern| pattern.matches(name));
                !are_read
            });
        }
        are_read
    }

    /// Captures as the last name that matches does.
    pub(super) fn capture_last(&mut self, rule: &'w Rule, notes: &Notes) {
        let Some(link) = rule.links.first() else { return };
        let Test::Matcher(matcher, _) = &link.test else { return };
        let inputs = self.inputs;
        let Scratch { now, next, groups, .. } = &mut *self.scratch;
        for field in inputs.store(notes.store).iter().rev() {
            now.clear();
            now.extend_from_slice(field.name);
            for transformation in &link.pipeline {
                if transform::apply(*transformation, now, self.plan.context(), next) {
                    std::mem::swap(now, next);
                }
            }
            if matcher.find(now, b"", groups) {
                self.capture();
                return;
            }
        }
    }
}
