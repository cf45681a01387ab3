//! Whether it pays to remember the values of a feed.
//!
//! Where each request brings values of its own (identifiers, tokens, what somebody typed), looking for them costs a hash and finds nothing. So each
//! feed is tried for a while, and left alone for a longer one when few of its values came again.
//!
//! INVARIANT: this decides what is remembered, never what is said of a value.

/// Looks of one try.
const TRY: u16 = 256;
/// Values that pass without a look after a try that was not worth it.
const REST: u16 = 8 * TRY;
/// Where fewer looks than one in so many find something, they are not worth it.
const ONE_IN: u16 = 8;

/// What became of the looks of each feed.
#[derive(Debug, Default)]
pub(super) struct Worth {
    feeds: Vec<Feed>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Feed {
    looks: u16,
    hits: u16,
    rest: u16,
}

impl Worth {
    /// Whether to look for a value of this feed.
    pub(super) fn is_tried(&mut self, feed: u32) -> bool {
        let Some(feed) = self.feed(feed) else { return true };
        let is_tried = feed.rest == 0;
        feed.rest = feed.rest.saturating_sub(1);
        is_tried
    }

    /// What such a look found.
    pub(super) fn note(&mut self, feed: u32, is_hit: bool) {
        let Some(feed) = self.feed(feed) else { return };
        feed.looks += 1;
        feed.hits += u16::from(is_hit);
        if feed.looks == TRY {
            let rest = if feed.hits < TRY / ONE_IN { REST } else { 0 };
            *feed = Feed { rest, ..Feed::default() };
        }
    }

    fn feed(&mut self, number: u32) -> Option<&mut Feed> {
        let number = number as usize;
        if self.feeds.len() <= number {
            self.feeds.resize(number + 1, Feed::default());
        }
        self.feeds.get_mut(number)
    }
}

#[cfg(test)]
mod tests {
    use super::{REST, TRY, Worth};

    /// How many of so many values were looked for, when one in `every` comes again.
    fn looks(worth: &mut Worth, feed: u32, values: usize, every: usize) -> usize {
        let mut looks = 0;
        for number in 0..values {
            if worth.is_tried(feed) {
                worth.note(feed, number % every == 0);
                looks += 1;
            }
        }
        looks
    }

    #[test]
    fn a_feed_whose_values_never_come_again_is_left_alone() {
        let mut worth = Worth::default();
        let round = usize::from(TRY + REST);
        assert_eq!(looks(&mut worth, 7, round * 4, usize::MAX), usize::from(TRY) * 4);
        // Others are none of its business.
        assert_eq!(looks(&mut worth, 3, round, 4), round);
    }

    #[test]
    fn values_that_come_again_later_are_looked_for_again() {
        let mut worth = Worth::default();
        looks(&mut worth, 1, usize::from(TRY), usize::MAX);
        looks(&mut worth, 1, usize::from(REST), 2);
        assert_eq!(looks(&mut worth, 1, 10_000, 2), 10_000);
    }
}
