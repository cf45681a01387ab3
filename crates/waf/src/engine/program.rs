//! A phase with everything worked out that is known before a request comes.
//!
//! Most rules that run for every request only look at `TX`: they set defaults, compare a paranoia level, step over others. What they do is the
//! same for all requests, so [`settled`](super::settled) works it out once. What is left of a phase is a program: rules that must be asked,
//! and blocks of assignments. A program is run only while everything before it went as foreseen; else the phase's
//! own list is walked.
use super::absent::Condition;
use super::inputs::Inputs;
use super::names::Slot;
use super::plan::Rules;
use super::scan::Suspects;
use super::walk::{At, Walk};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One phase, shortened.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) items: Vec<Item>,
    /// For each step of the phase, and for its end, the first item at or behind it.
    pub(super) item_of: Vec<u32>,
    pub(super) groups: Vec<GroupItems>,
    /// What rules need to match, and their items, a bit each.
    conditions: Vec<(Condition, Vec<u64>)>,
    /// The rules whose outcome was known.
    pub(super) settled: BTreeSet<u32>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It came to its end.
    Done,
    /// A rule ended the phase.
    Stopped,
    /// What was worked out beforehand no longer holds; the phase's own list goes on at this step.
    At(usize),
}

/// What a program does at one place.
#[derive(Debug)]
pub(super) enum Item {
    /// A rule, and where it stands in the phase.
    Rule {
        number: u32,
        step: u32,
    },
    Block(Block),
}

/// What a `setvar` of a rule of known outcome does.
#[derive(Clone, Debug)]
pub(super) enum Assignment {
    /// Only a request tells: the rule and the link whose `setvar`s are to run.
    Run(u32, usize),
    /// What the variable holds then, and that as a number.
    Set(Slot, Arc<[u8]>, i64),
    Unset(Slot),
}

/// What rules of known outcome do together.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) sets: Vec<Assignment>,
    /// Whether a rule among them does not match, so that `MATCHED_VARS` begins again.
    pub(super) clears: bool,
    /// What the rules behind that one add to `MATCHED_VARS`: name and value.
    pub(super) hits: Vec<(Vec<u8>, Vec<u8>)>,
    /// The step to go on at, when the last of them steps over others.
    pub(super) to: Option<usize>,
}

/// Where the rules of a group stand in a program.
#[derive(Debug)]
pub(super) struct GroupItems {
    pub(super) group: usize,
    /// A bit for each item that is a rule of the group.
    mask: Vec<u64>,
    /// For each bit of the group its item.
    items: Vec<Option<u32>>,
}

impl Program {
    fn item_of(&self, step: usize) -> usize {
        self.item_of.get(step).map_or(self.items.len(), |item| *item as usize)
    }

    /// Finds the groups of the rules that are left.
    pub(super) fn index(&mut self, rules: &Rules) {
        let words = self.items.len().div_ceil(64);
        for (place, item) in (0_u32..).zip(&self.items) {
            let Item::Rule { number, .. } = item else { continue };
            let Some(rule) = rules.rules.get(*number as usize) else { continue };
            if let Some(condition) = Condition::of(rule) {
                add_condition(&mut self.conditions, condition, (place, words));
            }
            let Some(member) = rule.member else { continue };
            let known = self.groups.iter().position(|other| other.group == member.group);
            let position = known.unwrap_or_else(|| {
                let mask = vec![0; words];
                self.groups.push(GroupItems { group: member.group, mask, items: Vec::new() });
                self.groups.len() - 1
            });
            let Some(group) = self.groups.get_mut(position) else { continue };
            if group.items.len() <= member.bit {
                group.items.resize(member.bit + 1, None);
            }
            if let Some(slot) = group.items.get_mut(member.bit) {
                *slot = Some(place);
            }
            if let Some(word) = group.mask.get_mut(place as usize / 64) {
                *word |= 1 << (place % 64);
            }
        }
    }
}

/// Adds an item to those of a condition.
fn add_condition(
    conditions: &mut Vec<(Condition, Vec<u64>)>,
    condition: Condition,
    (place, words): (u32, usize),
) {
    let known = conditions.iter().position(|(other, _)| *other == condition);
    let position = known.unwrap_or_else(|| {
        conditions.push((condition, vec![0; words]));
        conditions.len() - 1
    });
    let mask = conditions.get_mut(position).map(|(_, mask)| mask);
    if let Some(word) = mask.and_then(|mask| mask.get_mut(place as usize / 64)) {
        *word |= 1 << (place % 64);
    }
}

/// The items of a program that must be looked at, and those that cannot match in this request, a bit each.
#[derive(Debug, Default)]
pub(super) struct Marks {
    live: Vec<u64>,
    dead: Vec<u64>,
}

impl Marks {
    fn begin(&mut self, program: &Program, inputs: &Inputs) {
        let words = program.items.len().div_ceil(64);
        self.live.clear();
        self.live.resize(words, u64::MAX);
        self.dead.clear();
        self.dead.resize(words, 0);
        for (condition, mask) in &program.conditions {
            if !condition.holds(inputs) {
                for (dead, mask) in self.dead.iter_mut().zip(mask) {
                    *dead |= mask;
                }
            }
        }
        for (live, dead) in self.live.iter_mut().zip(&self.dead) {
            *live &= !dead;
        }
    }
}

impl GroupItems {
    /// Leaves the rules of the group out, but for the suspicious.
    fn keep(&self, suspects: &Suspects, marks: &mut Marks) {
        for (word, mask) in marks.live.iter_mut().zip(&self.mask) {
            *word &= !mask;
        }
        for bit in suspects.bits() {
            let Some(item) = self.items.get(bit).copied().flatten() else { continue };
            let place = item as usize / 64;
            let dead = marks.dead.get(place).copied().unwrap_or(0);
            if let Some(word) = marks.live.get_mut(place) {
                *word |= 1 << (item % 64) & !dead;
            }
        }
    }
}

impl<'w> Walk<'w> {
    /// Runs a program.
    pub(super) fn program(&mut self, phase: usize, program: &'w Program) -> End {
        let mut marks = std::mem::take(&mut self.scratch.marks);
        marks.begin(program, self.inputs);
        let end = self.items(phase, program, &mut marks);
        self.scratch.marks = marks;
        end
    }

    fn items(&mut self, phase: usize, program: &'w Program, marks: &mut Marks) -> End {
        let mut position = 0;
        loop {
            // Rules that `ctl` removed do not begin `MATCHED_VARS` again: they must be met one by one.
            let next = if self.vars.has_removed() { position } else { next_live(&marks.live, position) };
            if next > position {
                // What was stepped over did not match.
                self.vars.forget_matched();
            }
            position = next + 1;
            match program.items.get(next) {
                None => return End::Done,
                Some(Item::Block(block)) => {
                    self.block(block);
                    if let Some(step) = block.to {
                        position = program.item_of(step);
                    }
                }
                Some(Item::Rule { number, step }) => {
                    if !self.item(*number, program, marks) {
                        continue;
                    }
                    if self.disruption.is_some() || self.vars.allowed != super::vars::Allowed::No {
                        return End::Stopped;
                    }
                    let step = *step as usize + 1;
                    let next = if self.vars.marker.is_some() { self.jump(phase, step) } else { Some(step) };
                    let Some(next) = next else { return End::Stopped };
                    if self.vars.foreseen != phase {
                        return End::At(next);
                    }
                    if next != step {
                        position = program.item_of(next);
                    }
                }
            }
        }
    }

    /// Evaluates a rule, and leaves out its group's other rules when the group is asked here and clears them.
    fn item(&mut self, number: u32, program: &Program, marks: &mut Marks) -> bool {
        if self.vars.is_removed(number) {
            return false;
        }
        let member = self.plan.rules.rules.get(number as usize).and_then(|rule| rule.member);
        if let Some(member) = member
            && !self.is_asked(member.group)
        {
            self.ask(member.group);
            let items = program.groups.iter().find(|items| items.group == member.group);
            if let (Some(items), Some(suspects)) = (items, self.scratch.suspects.get(member.group)) {
                items.keep(suspects, marks);
            }
        }
        self.rule(number)
    }

    fn block(&mut self, block: &'w Block) {
        let rules = &self.plan.rules.rules;
        for set in &block.sets {
            match set {
                Assignment::Set(slot, text, number) => self.vars.tx.set_fixed(*slot, text, *number),
                Assignment::Unset(slot) => self.vars.tx.remove(*slot),
                Assignment::Run(number, link) => {
                    let Some(rule) = rules.get(*number as usize) else { continue };
                    let Some(found) = rule.links.get(*link) else { continue };
                    self.run_sets(At { number: *number, rule, link: found, first: *link == 0 });
                }
            }
        }
        if block.clears {
            self.vars.forget_matched();
        }
        for (name, value) in &block.hits {
            self.vars.matched.push(name, value);
        }
    }
}

/// The first item that must be looked at, from one on.
fn next_live(live: &[u64], from: usize) -> usize {
    let mut place = from / 64;
    let mut mask = u64::MAX << (from % 64);
    while let Some(word) = live.get(place) {
        let left = word & mask;
        if left != 0 {
            return place * 64 + left.trailing_zeros() as usize;
        }
        place += 1;
        mask = u64::MAX;
    }
    // Behind the last one.
    (live.len() * 64).max(from)
}
