//! What a group said of all names of a store, or of all its values, remembered from request to request.
//!
//! Clients come back with the headers and cookies of their last request, and many with its arguments; names are nearly always the same. Of such a
//! store a [mark](Mark) is kept, and beside it which places were suspected by which rules: numbers, never a value. The tables have a fixed size, their
//! entries as well. What comes for the first time leaves its mark and nothing else, and pushes out nothing that came again.
//!
//! INVARIANT: what the feeds of a store say depends on its names and values in their order and on which of them came in the query, and on
//! nothing else in the request.
use super::mark::Mark;

const ENTRIES: usize = 1 << 11;
/// Words of suspects that an entry holds at most; a store with more is asked about each time.
const WORDS_MAX: usize = 32;

/// Suspects of stores that were seen.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    entries: Vec<Entry>,
    /// What came: again, and for the first time.
    came: Vec<[Mark; 2]>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    mark: Mark,
    /// For each suspect its feed, its position, and its rules' bits.
    suspects: Vec<u64>,
}

impl Recalled {
    /// The suspects of a store, as they were [kept](Self::keep).
    pub(super) fn get(&self, mark: Mark) -> Option<&[u64]> {
        let entry = self.entries.get(mark.place(ENTRIES))?;
        (entry.mark == mark).then_some(entry.suspects.as_slice())
    }

    /// Whether a store came before, in another request; from now on it did.
    pub(super) fn comes_again(&mut self, mark: Mark) -> bool {
        if self.came.is_empty() {
            self.came.resize(ENTRIES, Default::default());
        }
        let Some([again, once]) = self.came.get_mut(mark.place(ENTRIES)) else { return false };
        if *again == mark {
            return true;
        }
        if *once == mark {
            std::mem::swap(again, once);
            return true;
        }
        *once = mark;
        false
    }

    /// Keeps suspects, when they are few.
    pub(super) fn keep(&mut self, mark: Mark, suspects: impl Iterator<Item = u64> + Clone) {
        if suspects.clone().take(WORDS_MAX + 1).count() > WORDS_MAX {
            return;
        }
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, Entry::default());
        }
        if let Some(entry) = self.entries.get_mut(mark.place(ENTRIES)) {
            entry.mark = mark;
            entry.suspects.clear();
            entry.suspects.extend(suspects);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, Mark, Recalled, WORDS_MAX};
    use crate::engine::mark::Kind;

    #[test]
    fn few_suspects_are_known_again() {
        let mut recalled = Recalled::default();
        let (silent, loud, louder) = (Mark::of_value(b"1"), Mark::of_value(b"2"), Mark::of_value(b"3"));
        assert_eq!(recalled.get(silent), None);
        recalled.keep(silent, std::iter::empty());
        recalled.keep(loud, 0..6);
        recalled.keep(louder, 0..33);
        assert_eq!(recalled.get(silent), Some([].as_slice()));
        assert_eq!(recalled.get(loud), Some([0, 1, 2, 3, 4, 5].as_slice()));
        assert_eq!(recalled.get(louder), None);
        assert_eq!(recalled.get(loud.within(Kind::Rule(1))), None);
    }

    #[test]
    fn what_came_again_outlives_a_flood() {
        let mut recalled = Recalled::default();
        let known = Mark::of_value(b"known");
        assert!(!recalled.comes_again(known));
        assert!(recalled.comes_again(known));
        for number in 0..20_000_u32 {
            recalled.comes_again(Mark::of_value(&number.to_le_bytes()));
        }
        assert!(recalled.comes_again(known));
    }

    #[test]
    fn a_flood_takes_no_more_memory() {
        let mut recalled = Recalled::default();
        for number in 0..20_000_u32 {
            let mark = Mark::of_value(&number.to_le_bytes());
            assert!(!recalled.comes_again(mark));
            recalled.keep(mark, 0..u64::from(number % 100));
        }
        assert_eq!((recalled.entries.len(), recalled.came.len()), (ENTRIES, ENTRIES));
        let most = recalled.entries.iter().map(|entry| entry.suspects.capacity()).max();
        assert!(most.is_some_and(|most| most <= 2 * WORDS_MAX), "{most:?}");
    }
}
