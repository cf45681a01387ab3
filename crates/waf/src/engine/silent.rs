//! Values of arguments and cookies that no rule of a feed can match, remembered from request to request.
//!
//! Only [marks](Mark) are kept, and only of values without any suspicion. The table has a fixed size; values that never come again push others
//! out, and cost a hash and an entry more than without it.
//!
//! INVARIANT: what is remembered is what the automata of a feed say of a value, which depends on nothing else in the request.
use super::mark::{Kind, Mark};

/// Pairs of entries: the newer, and the one before it.
const PAIRS: usize = 1 << 12;
/// Longer values are not remembered.
const BYTES_MAX: usize = 256;

/// A fixed number of marks.
#[derive(Debug, Default)]
pub(super) struct Silent {
    pairs: Vec<[Mark; 2]>,
}

impl Silent {
    /// The mark of a value; none when it is not worth one.
    pub(super) fn mark(feed: u32, value: &[u8]) -> Option<Mark> {
        (!value.is_empty() && value.len() <= BYTES_MAX)
            .then(|| Mark::of_value(value).within(Kind::Feed(feed)))
    }

    pub(super) fn has(&self, mark: Mark) -> bool {
        self.pairs.get(mark.place(PAIRS)).is_some_and(|pair| pair.contains(&mark))
    }

    pub(super) fn insert(&mut self, mark: Mark) {
        if self.pairs.is_empty() {
            self.pairs.resize(PAIRS, [Mark::default(); 2]);
        }
        if let Some([newer, older]) = self.pairs.get_mut(mark.place(PAIRS)) {
            *older = std::mem::replace(newer, mark);
        }
    }
}

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
