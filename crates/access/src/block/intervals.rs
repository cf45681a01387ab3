//! Which prefixes hold an address: the address space cut at the ends of all prefixes, and the narrowest prefix of each
//! piece. Prefixes either nest or do not touch, so each has one parent.
//!
//! Immutable. A look-up is a binary search over every 64th cut (small enough to stay in the processor's cache), another
//! one over 64 cuts, then a walk from the narrowest prefix outwards, at most as long as an address has bits.

/// Cuts between two samples.
const SAMPLE: usize = 64;
/// No prefix.
const NONE: u32 = u32::MAX;

/// Prefixes over one kind of address (`u32` for IPv4, `u128` for IPv6).
#[derive(Debug)]
pub(super) struct Intervals<K> {
    /// Where pieces begin, ascending.
    cuts: Vec<K>,
    /// Every [`SAMPLE`]th of them.
    samples: Vec<K>,
    /// The narrowest prefix of each piece.
    owners: Vec<u32>,
    /// Each prefix's parent and the item it stands for.
    prefixes: Vec<(u32, u32)>,
}

/// A prefix with the item it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range<K> {
    pub first: K,
    pub last: K,
    pub item: u32,
}

/// The next address, where there is one.
pub(super) trait Next: Copy + Ord {
    fn next(self) -> Option<Self>;
}

impl Next for u32 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl Next for u128 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl<K: Next> Intervals<K> {
    /// Builds from prefixes in any order. Of equal ones, all are kept, the later inside of the earlier.
    pub(super) fn new(mut ranges: Vec<Range<K>>) -> Self {
        ranges.sort_by(|a, b| a.first.cmp(&b.first).then(b.last.cmp(&a.last)).then(a.item.cmp(&b.item)));
        let mut built = Self {
            cuts: Vec::with_capacity(ranges.len() * 2),
            samples: Vec::new(),
            owners: Vec::with_capacity(ranges.len() * 2),
            prefixes: Vec::with_capacity(ranges.len()),
        };
        let mut open: Vec<(K, u32)> = Vec::new();
        for range in ranges {
            while let Some((last, _)) = open.last().copied().filter(|(last, _)| *last < range.first) {
                open.pop();
                built.close(last, open.last());
            }
            let index = u32::try_from(built.prefixes.len()).unwrap_or(NONE - 1);
            let parent = open.last().map_or(NONE, |(_, index)| *index);
            built.prefixes.push((parent, range.item));
            built.cut(range.first, index);
            open.push((range.last, index));
        }
        while let Some((last, _)) = open.pop() {
            built.close(last, open.last());
        }
        built.samples = built.cuts.iter().step_by(SAMPLE).copied().collect();
        built
    }

    fn close(&mut self, last: K, outer: Option<&(K, u32)>) {
        if let Some(after) = last.next() {
            self.cut(after, outer.map_or(NONE, |(_, index)| *index));
        }
    }

    /// A piece begins. A later cut at the same place replaces the earlier.
    fn cut(&mut self, at: K, owner: u32) {
        if self.cuts.last() == Some(&at) {
            if let Some(last) = self.owners.last_mut() {
                *last = owner;
            }
            return;
        }
        self.cuts.push(at);
        self.owners.push(owner);
    }

    /// The items of the prefixes that hold an address, the narrowest first.
    pub(super) fn holding(&self, address: K) -> Holding<'_> {
        let block = self.samples.partition_point(|cut| *cut <= address);
        let begin = block.saturating_sub(1) * SAMPLE;
        let end = (begin + SAMPLE).min(self.cuts.len());
        let inside = self.cuts.get(begin..end).unwrap_or_default().partition_point(|cut| *cut <= address);
        let owner = (begin + inside).checked_sub(1).and_then(|piece| self.owners.get(piece));
        Holding { prefixes: &self.prefixes, at: owner.copied().unwrap_or(NONE) }
    }
}

/// Items from the narrowest prefix outwards.
#[derive(Debug)]
pub(super) struct Holding<'a> {
    prefixes: &'a [(u32, u32)],
    at: u32,
}

impl Iterator for Holding<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        // `NONE` is past the end.
        let (parent, item) = self.prefixes.get(self.at as usize)?;
        self.at = *parent;
        Some(*item)
    }
}
