//! What is known of `TX` before a request comes, and what rules do that look at nothing else.
//!
//! A request's phases begin with an empty `TX`. From there the rules of a phase are followed once, in order, with each variable of `TX` known or not
//! ([`Value`]); where ways meet behind a marker, what differs is not known. A rule all of whose conditions are known is *settled*: it leaves the
//! program, and so do the rules that nothing leads to any more. What such a rule sets is kept in a [`Block`].
//!
//! A `ctl` that takes a settled rule away ends the program where it stands, and the phase's own list goes on.
//!
//! INVARIANT: a program does to `TX`, `MATCHED_VARS` and the matches what the phase's own list does.
use super::names::{Names, Slot};
use super::number;
use super::plan::{Flow, Link, Origin, Pick, Rule, Rules, Set, SetChange, SetName, SetTo, Source, Step};
use super::plan::{Test, Text, TextPart};
use super::program::{Assignment, Block, Item, Program};
use super::walk::compared;
use crate::rule::Disruptive;
use crate::transform::{features, leaves_alone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Unknown,
    Unset,
    Set(Arc<[u8]>, i64),
}

/// What is known of all variables.
type Known = Vec<Value>;

/// What a match adds to `MATCHED_VARS`: name and value.
type Hit = (Vec<u8>, Vec<u8>);

/// What a rule does, as far as it is known.
struct Followed {
    /// `None`: only a request tells.
    outcome: Option<bool>,
    block: Block,
}

/// Works out every phase up to the fourth; `None` where nothing is known.
pub(super) fn programs(rules: &Rules, names: &Names) -> [Option<Program>; 5] {
    let mut programs = [const { None }; 5];
    let mut known: Known = vec![Value::Unset; names.len()];
    // The last phase runs after whatever ended the others: nothing is known there, and it has few rules.
    for (phase, program) in programs.iter_mut().enumerate().take(4) {
        let Some(steps) = rules.phases.get(phase) else { break };
        let skips = steps
            .iter()
            .any(|step| matches!(rule_at(rules, *step), Some((_, Rule { flow: Some(Flow::Skip(_)), .. }))));
        if skips {
            break;
        }
        let mut follower = Follower {
            rules,
            names,
            phase,
            pending: BTreeMap::new(),
            leads: None,
            program: Program::default(),
            block: Block::default(),
        };
        let end = follower.follow(steps, known);
        *program = Some(follower.finish());
        let Some(end) = end else { break };
        known = end;
    }
    programs
}

fn rule_at(rules: &Rules, step: Step) -> Option<(u32, &Rule)> {
    let Step::Rule(number) = step else { return None };
    rules.rules.get(number as usize).map(|rule| (number, rule))
}

/// One phase while it is followed.
struct Follower<'r> {
    rules: &'r Rules,
    names: &'r Names,
    phase: usize,
    /// What is known where `skipAfter` leads to, by step, and how many ways lead there.
    pending: BTreeMap<usize, (Known, usize)>,
    /// The step to which the block leads.
    leads: Option<usize>,
    program: Program,
    /// Settled rules since the last item.
    block: Block,
}

impl Follower<'_> {
    /// Follows all steps; `None` when no way leads to their end.
    fn follow(&mut self, steps: &[Step], known: Known) -> Option<Known> {
        let mut current = Some(known);
        for (position, step) in steps.iter().enumerate() {
            self.meet(position, &mut current);
            self.program.item_of.push(u32::try_from(self.program.items.len()).unwrap_or(u32::MAX));
            let Some(known) = current.as_mut() else { continue };
            let Some((number, rule)) = rule_at(self.rules, *step) else { continue };
            let followed = self.rule(number, rule, known);
            let target = match (rule.flow, followed.outcome) {
                (Some(Flow::After(_)), Some(false)) | (None | Some(Flow::Skip(_)), _) => None,
                (Some(Flow::After(marker)), _) => {
                    Some(self.rules.after_marker(self.phase, marker, position + 1))
                }
            };
            // A marker that is nowhere ends the phase: that is left to the walk.
            let leaves = target == Some(None);
            if followed.outcome.is_some() {
                self.program.settled.insert(number);
            }
            if followed.outcome.is_some() && !leaves {
                self.settle(followed.block);
            } else {
                self.flush();
                let step = u32::try_from(position).unwrap_or(u32::MAX);
                self.program.items.push(Item::Rule { number, step });
            }
            if let Some(Some(target)) = target {
                self.lead(target, known);
            }
            if target.is_some() && followed.outcome == Some(true) {
                self.leads = target.flatten();
                current = None;
            }
        }
        self.meet(steps.len(), &mut current);
        self.flush();
        self.program.item_of.push(u32::try_from(self.program.items.len()).unwrap_or(u32::MAX));
        current
    }

    /// Joins what ways to this step know.
    fn meet(&mut self, position: usize, current: &mut Option<Known>) {
        let Some((arriving, ways)) = self.pending.remove(&position) else { return };
        // A block that alone leads here goes on here.
        if ways == 1 && self.leads == Some(position) {
            self.leads = None;
        } else {
            self.flush();
        }
        match current {
            Some(known) => join(known, &arriving),
            None => *current = Some(arriving),
        }
    }

    fn lead(&mut self, target: usize, known: &Known) {
        match self.pending.get_mut(&target) {
            Some((other, ways)) => {
                join(other, known);
                *ways += 1;
            }
            None => {
                self.pending.insert(target, (known.clone(), 1));
            }
        }
    }

    fn settle(&mut self, block: Block) {
        self.block.sets.extend(block.sets);
        if block.clears {
            self.block.clears = true;
            self.block.hits.clear();
        }
        self.block.hits.extend(block.hits);
    }

    /// Ends the block.
    fn flush(&mut self) {
        let block = Block { to: self.leads.take(), ..std::mem::take(&mut self.block) };
        if block.clears || !block.sets.is_empty() || !block.hits.is_empty() || block.to.is_some() {
            self.program.items.push(Item::Block(block));
        }
    }

    fn finish(mut self) -> Program {
        self.program.index(self.rules);
        self.program
    }

    /// What a rule does, and what is known behind it.
    fn rule(&self, number: u32, rule: &Rule, known: &mut Known) -> Followed {
        let mut block = Block::default();
        let mut now = known.clone();
        let mut outcome = Some(true);
        for (position, link) in rule.links.iter().enumerate() {
            let matching = matching(link, &now).filter(|found| found.is_empty() || is_simple(link));
            let Some(matching) = matching else {
                outcome = None;
                break;
            };
            for hit in &matching {
                block.hits.extend(hit.clone());
                self.assign(link, (number, position), &mut now, &mut block);
            }
            if matching.is_empty() {
                outcome = Some(false);
                break;
            }
        }
        let acts = rule.log
            || rule.disruptive != Disruptive::Pass
            || rule.links.iter().any(|link| !link.effects.is_empty());
        match outcome {
            Some(false) => {
                *known = now;
                block.clears = true;
                block.hits.clear();
            }
            Some(true) if !acts => *known = now,
            _ => {
                outcome = None;
                for set in rule.links.iter().flat_map(|link| &link.sets) {
                    self.set(set, known, false);
                }
                if rule.links.iter().any(|link| link.capture) {
                    for value in known.iter_mut().take(10) {
                        *value = Value::Unknown;
                    }
                }
            }
        }
        Followed { outcome, block }
    }

    /// Follows the `setvar`s of a link that matches, and writes down what they do.
    fn assign(&self, link: &Link, (number, position): (u32, usize), now: &mut Known, block: &mut Block) {
        let mut all = Vec::new();
        for set in &link.sets {
            self.set(set, now, true);
            all.push(match &set.name {
                SetName::Slot(slot) => match now.get(slot.0 as usize) {
                    Some(Value::Set(text, number)) => Some(Assignment::Set(*slot, Arc::clone(text), *number)),
                    Some(Value::Unset) => Some(Assignment::Unset(*slot)),
                    _ => None,
                },
                SetName::Text(_) => None,
            });
        }
        match all.into_iter().collect::<Option<Vec<_>>>() {
            Some(known) => block.sets.extend(known),
            None => block.sets.push(Assignment::Run(number, position)),
        }
    }

    /// Follows a `setvar`, which runs for certain or perhaps.
    fn set(&self, set: &Set, known: &mut Known, certain: bool) {
        if set.to != SetTo::Tx {
            return;
        }
        let slot = match &set.name {
            SetName::Slot(slot) => *slot,
            SetName::Text(text) => {
                self.forget_named(text, known);
                return;
            }
        };
        let value = if certain { changed(&set.change, slot, known) } else { Value::Unknown };
        if let Some(place) = known.get_mut(slot.0 as usize) {
            *place = value;
        }
    }

    /// A computed name may be any that begins as it does.
    fn forget_named(&self, name: &Text, known: &mut Known) {
        let prefix = match name {
            Text::Fixed { bytes, .. } => bytes.as_ref(),
            Text::Slot(_) => b"",
            Text::Parts(parts) => match parts.first() {
                Some(TextPart::Bytes(bytes)) => bytes.as_ref(),
                _ => b"",
            },
        };
        for (slot, value) in (0..).zip(known.iter_mut()) {
            let written = self.names.written(Slot(slot));
            if written.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
                *value = Value::Unknown;
            }
        }
    }
}

fn join(known: &mut Known, other: &Known) {
    for (value, other) in known.iter_mut().zip(other) {
        if value != other {
            *value = Value::Unknown;
        }
    }
}

/// Whether what a link sets can be followed.
fn is_simple(link: &Link) -> bool {
    link.sets.iter().all(|set| set.to == SetTo::Tx && change_reads_tx(set))
}

fn change_reads_tx(set: &Set) -> bool {
    let of_tx = |text: &Text| match text {
        Text::Fixed { .. } | Text::Slot(_) => true,
        Text::Parts(parts) => parts.iter().all(|part| match part {
            TextPart::Bytes(_) => true,
            TextPart::Value(source) => source.from == Origin::Tx,
        }),
    };
    let name = match &set.name {
        SetName::Slot(_) => true,
        SetName::Text(text) => of_tx(text),
    };
    name && match &set.change {
        SetChange::Set(text) | SetChange::Add(text) | SetChange::Subtract(text) => of_tx(text),
        SetChange::Remove => true,
    }
}

/// For each time that a link matches what it adds to `MATCHED_VARS`; `None` when only a request tells.
fn matching(link: &Link, known: &Known) -> Option<Vec<Option<Hit>>> {
    let (compare, text) = match &link.test {
        Test::Action => return Some(vec![None]),
        Test::Number(compare, text) if !link.multi_match => (*compare, text),
        _ => return None,
    };
    let wanted = match text {
        Text::Fixed { number, .. } => *number,
        Text::Slot(slot) => match known.get(slot.0 as usize)? {
            Value::Unknown => return None,
            Value::Unset => 0,
            Value::Set(_, number) => *number,
        },
        Text::Parts(_) => return None,
    };
    // What the first match sets, the second would see.
    if link.sources.len() > 1 && !link.sets.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    for source in &link.sources {
        let Source { from: Origin::Tx, pick: Pick::Name(name, Some(slot)), .. } = source else { return None };
        if !source.without.is_empty() {
            return None;
        }
        let mut digits = [0; 20];
        let (text, number) = match (known.get(slot.0 as usize)?, source.count) {
            (Value::Unknown, _) => return None,
            (Value::Unset, false) => continue,
            (Value::Set(text, number), false) => (text.as_ref(), *number),
            (value, true) => {
                let count = i64::from(*value != Value::Unset);
                (number::format(count, &mut digits), count)
            }
        };
        let of_text = features(text);
        if !link.pipeline.iter().all(|step| leaves_alone(*step, of_text)) {
            return None;
        }
        if compared(compare, number, wanted) != link.negated {
            let told = [source.label.as_bytes(), b":", name].concat();
            found.push(Some((told, number::format(number, &mut digits).to_vec())));
        }
    }
    Some(found)
}

/// What a variable holds after a change.
fn changed(change: &SetChange, slot: Slot, known: &Known) -> Value {
    let value = |slot: &Slot| known.get(slot.0 as usize).cloned().unwrap_or(Value::Unknown);
    let number = |text: &Text| match text {
        Text::Fixed { number, .. } => Some(*number),
        Text::Slot(slot) => match value(slot) {
            Value::Unknown => None,
            Value::Unset => Some(0),
            Value::Set(_, number) => Some(number),
        },
        Text::Parts(_) => None,
    };
    match change {
        SetChange::Set(Text::Fixed { bytes, number }) => Value::Set(Arc::from(bytes.as_ref()), *number),
        SetChange::Set(Text::Slot(from)) => match value(from) {
            Value::Unset => Value::Set(Arc::from(b"".as_slice()), 0),
            other => other,
        },
        SetChange::Set(Text::Parts(_)) => Value::Unknown,
        SetChange::Remove => Value::Unset,
        SetChange::Add(text) | SetChange::Subtract(text) => {
            let before = match value(&slot) {
                Value::Unknown => return Value::Unknown,
                Value::Unset => 0,
                Value::Set(_, number) => number,
            };
            let Some(amount) = number(text) else { return Value::Unknown };
            let amount = number::small(amount);
            let amount = if matches!(change, SetChange::Subtract(_)) { -amount } else { amount };
            let sum = number::small(before) + amount;
            let mut digits = [0; 20];
            Value::Set(Arc::from(number::format(sum, &mut digits)), sum)
        }
    }
}
