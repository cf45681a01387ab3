//! Sets of bytes.

/// A set of bytes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::operator) struct Bytes([u64; 4]);

impl Bytes {
    pub(in crate::operator) const ALL: Self = Self([u64::MAX; 4]);

    pub(in crate::operator) fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let mut set = Self::default();
        bytes.into_iter().for_each(|byte| set.insert(byte));
        set
    }

    pub(in crate::operator) fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    pub(in crate::operator) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    pub(in crate::operator) fn union(self, other: Self) -> Self {
        let Self([a, b, c, d]) = self;
        let Self([e, f, g, h]) = other;
        Self([a | e, b | f, c | g, d | h])
    }

    pub(in crate::operator) fn negated(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    pub(in crate::operator) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    /// With both cases of every ASCII letter.
    pub(in crate::operator) fn caseless(self) -> Self {
        let Self([low, letters, high, higher]) = self;
        const UPPER: u64 = 0x07ff_fffe;
        let upper = letters & UPPER;
        let lower = letters >> 32 & UPPER;
        Self([low, letters | lower | upper << 32, high, higher])
    }

    pub(in crate::operator) fn iter(self) -> impl Iterator<Item = u8> {
        (0..=255).filter(move |&byte| self.contains(byte))
    }

    /// Runs of neighbours, both ends included.
    pub(in crate::operator) fn ranges(self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in self.iter() {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == byte => *last = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }
}
