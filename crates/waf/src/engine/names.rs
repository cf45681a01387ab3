//! Names of `TX`, as numbers.
use std::collections::HashMap;

/// A variable of `TX` that a rule names. 0 to 9 are the captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(pub(super) u32);

/// Every name of `TX` that rules write out, whatever its case.
#[derive(Debug)]
pub(super) struct Names {
    numbers: HashMap<Vec<u8>, Slot>,
    /// As it was written first.
    written: Vec<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self { numbers: HashMap::new(), written: Vec::new() };
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
        let slot = *self.numbers.entry(name.to_ascii_lowercase()).or_insert(next);
        if slot == next {
            self.written.push(name.to_vec());
        }
        slot
    }

    /// The slot of a name in lower case.
    pub(super) fn find(&self, lower: &[u8]) -> Option<Slot> {
        self.numbers.get(lower).copied()
    }

    pub(super) fn written(&self, slot: Slot) -> &[u8] {
        self.written.get(slot.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.written.len()
    }
}
