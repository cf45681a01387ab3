//! A backtracking machine for patterns that no automaton can run: look-around, back references, atomic groups, `\K`.
//!
//! INVARIANT: a search takes at most `steps_max` steps and as many saved places; past that it says so.
mod compile;

use super::{Bytes, Look};

pub(crate) use compile::compile;

/// Instructions of a program at most.
const INSTRUCTIONS_MAX: usize = 100_000;

/// Look-arounds in look-arounds at most.
const AROUND_DEPTH_MAX: usize = 32;

/// A pattern made ready for the machine.
#[derive(Debug)]
pub(crate) struct Program {
    code: Vec<Step>,
    sets: Vec<Bytes>,
    /// Two places for each group, group 0 included; then registers.
    slots: usize,
    groups: usize,
    /// What a match begins with, where that is known.
    first: Option<Bytes>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Byte(u8),
    Set(usize),
    Look(Look),
    /// Tries the first, then the second.
    Split(usize, usize),
    Jump(usize),
    /// Puts the place into a slot.
    Save(usize),
    /// A group ends here and began at the place in a register.
    GroupEnd {
        begun: usize,
        group: usize,
    },
    /// Goes on at the exit when the round of a loop, begun at the place in the slot, took nothing.
    LeaveWhenEmpty {
        slot: usize,
        exit: usize,
    },
    Backreference {
        group: usize,
        caseless: bool,
    },
    /// Keeps in a slot how much is saved, and forgets the choices since then.
    AtomicBegin(usize),
    AtomicEnd(usize),
    /// The body follows; it ends with [`Step::Done`].
    Around {
        negated: bool,
        next: usize,
    },
    /// Goes back so many bytes.
    Back(usize),
    Done,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Start and end of each group; group 0 is the match.
    Match(Vec<Option<(usize, usize)>>),
    Nothing,
    /// Too many steps.
    LimitExceeded,
}

/// What is undone, last first.
enum Saved {
    Choice { step: usize, place: usize },
    Slot { slot: usize, before: usize },
}

const UNSET: usize = usize::MAX;

struct Machine<'a> {
    program: &'a Program,
    value: &'a [u8],
    slots: Vec<usize>,
    saved: Vec<Saved>,
    steps_left: usize,
}

/// Too many steps.
struct LimitExceeded;

impl Program {
    /// The first match at or after `from`.
    pub(crate) fn search(&self, value: &[u8], from: usize, steps_max: usize) -> Found {
        let mut machine = Machine {
            program: self,
            value,
            slots: vec![UNSET; self.slots],
            saved: Vec::new(),
            steps_left: steps_max,
        };
        for start in from..=value.len() {
            let possible =
                self.first.is_none_or(|first| value.get(start).is_some_and(|&byte| first.contains(byte)));
            if !possible {
                continue;
            }
            machine.slots.fill(UNSET);
            machine.saved.clear();
            machine.set(0, start);
            match machine.run(0, start, 0) {
                Err(LimitExceeded) => return Found::LimitExceeded,
                Ok(None) => {}
                Ok(Some(end)) => {
                    machine.set(1, end);
                    return Found::Match(machine.groups());
                }
            }
        }
        Found::Nothing
    }
}

impl Machine<'_> {
    fn get(&self, slot: usize) -> usize {
        self.slots.get(slot).copied().unwrap_or(UNSET)
    }

    fn set(&mut self, slot: usize, place: usize) {
        let before = self.get(slot);
        self.saved.push(Saved::Slot { slot, before });
        self.put(slot, place);
    }

    fn put(&mut self, slot: usize, place: usize) {
        if let Some(kept) = self.slots.get_mut(slot) {
            *kept = place;
        }
    }

    fn groups(&self) -> Vec<Option<(usize, usize)>> {
        (0..self.program.groups)
            .map(|group| {
                let (start, end) = (self.get(2 * group), self.get(2 * group + 1));
                (start != UNSET && end != UNSET).then_some((start, end))
            })
            .collect()
    }

    /// Undoes up to and with the last choice, not below `floor`.
    fn back(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.saved.len() > floor {
            match self.saved.pop()? {
                Saved::Choice { step, place } => return Some((step, place)),
                Saved::Slot { slot, before } => self.put(slot, before),
            }
        }
        None
    }

    /// Forgets the choices above `floor`; slots stay undoable.
    fn commit(&mut self, floor: usize) {
        let above = self.saved.split_off(floor.min(self.saved.len()));
        self.saved.extend(above.into_iter().filter(|saved| matches!(saved, Saved::Slot { .. })));
    }

    /// Runs from a step to [`Step::Done`]: the place there.
    fn run(&mut self, step: usize, place: usize, depth: usize) -> Result<Option<usize>, LimitExceeded> {
        if depth > AROUND_DEPTH_MAX {
            return Err(LimitExceeded);
        }
        let floor = self.saved.len();
        let mut here = Some((step, place));
        loop {
            let Some((step, place)) = here.or_else(|| self.back(floor)) else { return Ok(None) };
            self.steps_left = self.steps_left.checked_sub(1).ok_or(LimitExceeded)?;
            here = match self.program.code.get(step).copied() {
                None => None,
                Some(Step::Done) => return Ok(Some(place)),
                Some(Step::Around { negated, next }) => {
                    self.around(step, place, depth, negated)?.then_some((next, place))
                }
                Some(Step::Split(first, second)) => {
                    self.saved.push(Saved::Choice { step: second, place });
                    Some((first, place))
                }
                Some(other) => self.simple(other, step, place)?,
            };
        }
    }

    /// Whether a look-around holds; what its groups caught stays when it is positive.
    fn around(
        &mut self,
        step: usize,
        place: usize,
        depth: usize,
        negated: bool,
    ) -> Result<bool, LimitExceeded> {
        let floor = self.saved.len();
        let found = self.run(step + 1, place, depth + 1)?.is_some();
        if found && !negated {
            self.commit(floor);
        } else {
            while self.back(floor).is_some() {}
        }
        Ok(found != negated)
    }

    fn simple(
        &mut self,
        step: Step,
        at: usize,
        place: usize,
    ) -> Result<Option<(usize, usize)>, LimitExceeded> {
        let next = at + 1;
        let byte = self.value.get(place).copied();
        Ok(match step {
            Step::Byte(wanted) => (byte == Some(wanted)).then_some((next, place + 1)),
            Step::Set(set) => {
                let set = self.program.sets.get(set).copied().unwrap_or_default();
                byte.is_some_and(|byte| set.contains(byte)).then_some((next, place + 1))
            }
            Step::Look(look) => self.looks(look, place).then_some((next, place)),
            Step::Jump(target) => Some((target, place)),
            Step::Save(slot) => {
                self.set(slot, place);
                Some((next, place))
            }
            Step::GroupEnd { begun, group } => {
                let start = self.get(begun);
                self.set(2 * group, start);
                self.set(2 * group + 1, place);
                Some((next, place))
            }
            Step::LeaveWhenEmpty { slot, exit } => {
                Some((if self.get(slot) == place { exit } else { next }, place))
            }
            Step::AtomicBegin(slot) => {
                let height = self.saved.len() + 1;
                self.set(slot, height);
                Some((next, place))
            }
            Step::AtomicEnd(slot) => {
                let height = self.get(slot);
                self.steps_left = self
                    .steps_left
                    .checked_sub(self.saved.len().saturating_sub(height))
                    .ok_or(LimitExceeded)?;
                self.commit(height);
                Some((next, place))
            }
            Step::Back(length) => place.checked_sub(length).map(|place| (next, place)),
            Step::Backreference { group, caseless } => {
                self.repeats(group, caseless, place)?.map(|place| (next, place))
            }
            Step::Done | Step::Around { .. } | Step::Split(..) => None,
        })
    }

    /// The place after the text of a group, when it stands here again. A group that is not set never does.
    fn repeats(
        &mut self,
        group: usize,
        caseless: bool,
        place: usize,
    ) -> Result<Option<usize>, LimitExceeded> {
        let (start, end) = (self.get(2 * group), self.get(2 * group + 1));
        let Some(text) = self.value.get(start..end) else { return Ok(None) };
        self.steps_left = self.steps_left.checked_sub(text.len()).ok_or(LimitExceeded)?;
        let Some(here) = self.value.get(place..place + text.len()) else { return Ok(None) };
        let same = if caseless { text.eq_ignore_ascii_case(here) } else { text == here };
        Ok(same.then_some(place + text.len()))
    }

    fn looks(&self, look: Look, place: usize) -> bool {
        let after = self.value.get(place).copied();
        let before = place.checked_sub(1).and_then(|place| self.value.get(place)).copied();
        let is_word =
            |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match look {
            Look::Start => before.is_none(),
            Look::LineStart => before.is_none() || before == Some(b'\n') && after.is_some(),
            Look::End => after.is_none(),
            Look::LineEnd => after.is_none() || after == Some(b'\n'),
            Look::FinalEnd => after.is_none() || after == Some(b'\n') && place + 1 == self.value.len(),
            Look::Word => is_word(before) != is_word(after),
            Look::NotWord => is_word(before) == is_word(after),
        }
    }
}
