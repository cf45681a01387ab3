//! Names of `TX`, as numbers.
use super::plan::NamePattern;
use std::collections::HashMap;
use std::sync::Arc;

/// A variable of `TX` that a rule names. 0 to 9 are the captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(pub(super) u32);

/// Every name of `TX` that rules write out, whatever its case.
#[derive(Debug)]
pub(super) struct Names {
    numbers: HashMap<Vec<u8>, Slot>,
    /// As it was written first.
    written: Vec<Vec<u8>>,
    /// A bit for the [`mark`] of each name: most computed names are none of these, and that is cheap to see.
    marks: [u64; MARKS / 64],
    /// Patterns of names that rules look for.
    patterns: Vec<Arc<NamePattern>>,
}

const MARKS: usize = 1 << 12;

/// A number that names share seldom.
fn mark(lower: &[u8]) -> usize {
    let at = |place: usize| usize::from(lower.get(place).copied().unwrap_or(0));
    let last = lower.len().saturating_sub(1);
    (lower.len() ^ at(last) << 5 ^ at(lower.len() / 2) << 2 ^ at(last.saturating_sub(1)) << 7) % MARKS
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            numbers: HashMap::new(),
            written: Vec::new(),
            marks: [0; MARKS / 64],
            patterns: Vec::new(),
        };
        for digit in b'0'..=b'9' {
            names.slot(&[digit]);
        }
        names
    }
}

impl Names {
    /// The slot of a name, a new one when it has none yet.
    pub(super) fn slot(&mut self, name: &[u8]) -> Slot {
        let next = Slot(u32::try_from(self.written.len()).unwrap_or(u32::MAX));
        let lower = name.to_ascii_lowercase();
        let mark = mark(&lower);
        if let Some(word) = self.marks.get_mut(mark / 64) {
            *word |= 1 << (mark % 64);
        }
        let slot = *self.numbers.entry(lower).or_insert(next);
        if slot == next {
            self.written.push(name.to_vec());
        }
        slot
    }

    /// The slot of a name in lower case.
    pub(super) fn find(&self, lower: &[u8]) -> Option<Slot> {
        let mark = mark(lower);
        let known = self.marks.get(mark / 64).is_some_and(|word| word & (1 << (mark % 64)) != 0);
        if known { self.numbers.get(lower).copied() } else { None }
    }

    pub(super) fn written(&self, slot: Slot) -> &[u8] {
        self.written.get(slot.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The number of the next pattern, while there is a bit for it.
    pub(super) fn next_pattern(&self) -> Option<u32> {
        u32::try_from(self.patterns.len()).ok().filter(|number| *number < u64::BITS)
    }

    pub(super) fn add_pattern(&mut self, pattern: Arc<NamePattern>) {
        self.patterns.push(pattern);
    }

    /// Which patterns match a name, a bit each.
    pub(super) fn matching(&self, name: &[u8]) -> u64 {
        let bits = (0..).zip(&self.patterns).filter(|(_, pattern)| pattern.matches(name));
        bits.fold(0, |bits, (number, _)| bits | 1 << (number % u64::BITS))
    }

    pub(super) fn len(&self) -> usize {
        self.written.len()
    }
}
