//! Values of arguments and cookies that no rule of a feed can match, remembered from request to request.
//!
//! What people send is not kept: only a hash of 128 bits under a key that this process drew at random (SipHash-2-4), and only of values without
//! any suspicion. Nobody outside can find two values with one hash, and who sees the memory cannot try values without the key.
//! The table has a fixed size; values that never come again push others out, and cost a hash and an entry more than without it.
//!
//! INVARIANT: what is remembered is what the automata of a feed say of a value, which depends on nothing else in the request.
use siphasher::sip128::SipHasher24;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// Pairs of entries: the newer, and the one before it.
const PAIRS: usize = 1 << 12;
/// Longer values are not remembered.
const BYTES_MAX: usize = 256;

/// The hash of a value, in a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark(u64, u64);

/// A fixed number of marks.
#[derive(Debug, Default)]
pub(super) struct Silent {
    pairs: Vec<[Mark; 2]>,
}

impl Silent {
    /// The mark of a value; none when it is not worth one.
    pub(super) fn mark(feed: u32, value: &[u8]) -> Option<Mark> {
        static KEY: OnceLock<SipHasher24> = OnceLock::new();
        if value.is_empty() || value.len() > BYTES_MAX {
            return None;
        }
        let hasher = KEY.get_or_init(|| {
            // The system's random numbers, which the standard library draws for its own maps.
            let random = RandomState::new();
            SipHasher24::new_with_keys(random.hash_one(1_u8), random.hash_one(2_u8))
        });
        let hash = hasher.hash(value);
        // Another place for each feed; 0 in both halves is an empty entry, and as unlikely as any other.
        Some(Mark(hash.h1, hash.h2.wrapping_add(u64::from(feed).wrapping_mul(MIX))))
    }

    pub(super) fn has(&self, mark: Mark) -> bool {
        self.pairs.get(place(mark)).is_some_and(|pair| pair.contains(&mark))
    }

    pub(super) fn insert(&mut self, mark: Mark) {
        if self.pairs.is_empty() {
            self.pairs.resize(PAIRS, [Mark::default(); 2]);
        }
        if let Some([newer, older]) = self.pairs.get_mut(place(mark)) {
            *older = std::mem::replace(newer, mark);
        }
    }
}

fn place(mark: Mark) -> usize {
    (mark.0 ^ mark.1) as usize % PAIRS
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use super::{Mark, PAIRS, Silent};

    #[test]
    fn a_value_is_known_in_its_feed_alone() {
        let mut silent = Silent::default();
        let mark = Silent::mark(1, b"blue").expect("a mark");
        assert!(!silent.has(mark));
        silent.insert(mark);
        assert!(silent.has(mark));
        assert!(!silent.has(Silent::mark(2, b"blue").expect("a mark")));
        assert!(!silent.has(Silent::mark(1, b"Blue").expect("a mark")));
        assert_eq!(Silent::mark(1, b""), None);
        assert_eq!(Silent::mark(1, &[b'a'; 257]), None);
    }

    #[test]
    fn a_flood_takes_no_more_memory() {
        let mut silent = Silent::default();
        for number in 0..100_000_u32 {
            silent.insert(Silent::mark(1, &number.to_le_bytes()).expect("a mark"));
        }
        assert_eq!(silent.pairs.len(), PAIRS);
        assert_eq!(std::mem::size_of::<Mark>() * 2 * PAIRS, 128 << 10);
    }
}
