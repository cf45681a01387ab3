//! Sets of bytes.

/// A set of bytes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    pub(crate) fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let mut set = Self::default();
        bytes.into_iter().for_each(|byte| set.insert(byte));
        set
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        let Self([a, b, c, d]) = self;
        let Self([e, f, g, h]) = other;
        Self([a | e, b | f, c | g, d | h])
    }

    pub(crate) fn negated(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    /// With both cases of every ASCII letter.
    pub(crate) fn caseless(self) -> Self {
        let Self([low, letters, high, higher]) = self;
        const UPPER: u64 = 0x07ff_fffe;
        let upper = letters & UPPER;
        let lower = letters >> 32 & UPPER;
        Self([low, letters | lower | upper << 32, high, higher])
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..=255).filter(move |&byte| self.contains(byte))
    }

    /// The first byte from a place on that is in the set, or not in it.
    fn next(self, from: usize, is_in: bool) -> Option<usize> {
        let Self(words) = if is_in { self } else { self.negated() };
        let mut word = from / 64;
        let mut bits = words.get(word)? & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = *words.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// Runs of neighbours, both ends included.
    pub(crate) fn ranges(self) -> Vec<(u8, u8)> {
        let mut ranges = Vec::new();
        let mut from = 0;
        while let Some(first) = self.next(from, true) {
            from = self.next(first, false).unwrap_or(256);
            if let (Ok(first), Ok(last)) = (u8::try_from(first), u8::try_from(from - 1)) {
                ranges.push((first, last));
            }
        }
        ranges
    }
}
