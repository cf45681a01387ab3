//! Pairs of neighbours without which nothing matches.
//!
//! A byte that a pattern needs stands in every second value; two bytes beside each other (`l(`, `/*`, `${`) hardly ever do. What transformations decode may
//! be made of escapes: their first byte stands *alone* for whatever they mean.
//!
//! In a text of any bytes (what Base64 makes of a word) they stand by chance now and then; what must stand before a pair leaves few of those.
//!
//! INVARIANT: a text with none of the pairs behind a byte that stands before it, and none of the bytes that stand alone, contains no match of a pattern
//! for which they were made, nor does what transformations make of it.
use super::alphabet::Alphabet;
use super::necessary::share;
use super::needs::{contains, insert, members, union};
use crate::rule::Transformation;
use regex_syntax::hir::Hir;
use std::collections::BTreeMap;

mod pattern;

/// More pairs than this say nothing.
const PAIRS_MAX: usize = 400;
/// How often one of the pairs may stand at one place of a text: more, and the look finds one every time.
const SHARE_MAX: f64 = 0.04;
/// How often an anchor may stand at one place of a text: each time it does costs as much as a look at some places.
const ANCHOR_SHARE_MAX: f64 = 0.04;
/// How often a pair stands in a text of any bytes.
const SHARE_OF_ANY: f64 = 1.0 / 65536.0;

/// White space that `removeWhitespace` removes.
const REMOVED: &[u8] = b" \t\n\x0b\x0c\r\xa0\xc2";
/// What `compressWhitespace` makes a blank.
const SPACE: &[u8] = b" \t\n\x0b\x0c\r\xa0";
/// What `cmdLine` makes a blank, and what it removes.
const SEPARATORS: &[u8] = b" ,;\t\r\n";
const QUOTES: &[u8] = b"\"'\\^";

type Pair = (u8, u8);

/// In place of the bytes before a pair: any may stand there, or none.
const ANY: [u64; 4] = [u64::MAX; 4];

/// Pairs, each with the bytes of which one stands before it.
type Found = BTreeMap<Pair, [u64; 4]>;

/// What some patterns need, while it is worked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    pairs: Found,
    alone: [u64; 4],
}

/// How to look for them: at each place of a text.
#[derive(Debug)]
pub(super) struct PairLook {
    /// For each byte its number among those that pairs begin with; 0 for others. Past 63 of them some share one.
    first: Box<[u8; 256]>,
    /// For each byte the numbers before which it stands, a bit each; all of them when it stands alone.
    second: Box<[u64; 256]>,
    /// What stands before those pairs of which it is known.
    before: Found,
    anchor: Option<Anchor>,
}

/// At most three bytes of which each pair has one at the same place, or which stand alone: a text is searched for those first.
#[derive(Debug)]
enum Anchor {
    Firsts([u8; 3]),
    Seconds([u8; 3]),
}

impl Pairs {
    /// What a pattern needs; `None` when nothing is known.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        pattern::needed(pattern).map(|pairs| Self { pairs, alone: [0; 4] })
    }

    /// What either needs.
    pub(super) fn or(mut self, other: Self) -> Option<Self> {
        for (pair, before) in other.pairs {
            add(&mut self.pairs, pair, before);
        }
        self.alone = union(self.alone, other.alone);
        self.limited()
    }

    fn limited(self) -> Option<Self> {
        (self.pairs.len() <= PAIRS_MAX).then_some(self)
    }

    /// What a text needs so that a transformation makes of it a text with these.
    pub(super) fn before(mut self, transformation: Transformation) -> Option<Self> {
        use Transformation as T;
        match transformation {
            T::Trim | T::TrimLeft | T::TrimRight => {}
            T::RemoveNulls => self.removes(&[0]),
            T::RemoveWhitespace => self.removes(REMOVED),
            T::Lowercase => self.folds(),
            T::UrlDecode | T::UrlDecodeUni => {
                insert(&mut self.alone, b'%');
                self.made_of(b' ', b"+");
            }
            T::HtmlEntityDecode => {
                self.forget_before(|_| true);
                self.entities();
            }
            // Whatever it means stands for itself.
            T::JsDecode | T::CssDecode | T::EscapeSeqDecode => insert(&mut self.alone, b'\\'),
            T::CompressWhitespace => {
                self.forget_before(|(first, _)| first == b' ');
                self.made_of(b' ', SPACE);
            }
            T::ReplaceComments => {
                self.forget_before(|_| true);
                if self.has(b' ') {
                    self.pairs.insert((b'/', b'*'), ANY);
                }
            }
            T::CmdLine => {
                self.forget_before(|_| true);
                // A blank before these is removed.
                let drawn: Vec<_> =
                    self.pairs.keys().filter(|(_, second)| matches!(second, b'/' | b'(')).copied().collect();
                for (first, _) in drawn {
                    self.pairs.extend(SEPARATORS.iter().map(|byte| ((first, *byte), ANY)));
                }
                self.made_of(b' ', SEPARATORS);
                self.removes(QUOTES);
                self.folds();
            }
            _ => return None,
        }
        self.limited()
    }

    /// Whether a byte stands in a pair.
    fn has(&self, byte: u8) -> bool {
        contains(&self.alone, byte)
            || self.pairs.keys().any(|(first, second)| *first == byte || *second == byte)
    }

    /// Where it is not known any more what stood before a pair.
    fn forget_before(&mut self, of: impl Fn(Pair) -> bool) {
        for (pair, before) in &mut self.pairs {
            if of(*pair) {
                *before = ANY;
            }
        }
    }

    /// Puts others in the place of each pair.
    fn exchange(&mut self, others: impl Fn(Pair, [u64; 4]) -> Vec<(Pair, [u64; 4])>) {
        for (pair, before) in std::mem::take(&mut self.pairs) {
            for (other, before) in others(pair, before) {
                add(&mut self.pairs, other, before);
            }
        }
    }

    /// Bytes that may have stood between two others: behind the first of them, and before the second. One says enough: the rarer.
    fn removes(&mut self, removed: &[u8]) {
        let gone = removed.iter().fold([0; 4], |mut set, byte| {
            insert(&mut set, *byte);
            set
        });
        self.exchange(|(first, second), before| {
            let itself = ((first, second), union(before, gone));
            let apart = removed.iter().map(|byte| {
                if share(first) < share(second) {
                    return ((first, *byte), union(before, gone));
                }
                let mut before = gone;
                insert(&mut before, first);
                ((*byte, second), before)
            });
            std::iter::once(itself).chain(apart).collect()
        });
    }

    /// Letters that may have been of the other case.
    fn folds(&mut self) {
        let cases = |byte: u8| [byte, byte.to_ascii_uppercase()];
        let folded = |set: [u64; 4]| {
            let small = members(&set).filter(u8::is_ascii_lowercase);
            small.fold(set, |mut all, byte| {
                insert(&mut all, byte.to_ascii_uppercase());
                all
            })
        };
        self.exchange(|(first, second), before| {
            let pairs =
                cases(first).into_iter().flat_map(|first| cases(second).map(|second| (first, second)));
            pairs.map(|pair| (pair, folded(before))).collect()
        });
        self.alone = folded(self.alone);
    }

    /// A byte that may have been one of others.
    fn made_of(&mut self, made: u8, of: &[u8]) {
        let sources = |byte: u8| {
            let others = if byte == made { of } else { &[] };
            std::iter::once(byte).chain(others.iter().copied())
        };
        let widened = |mut set: [u64; 4]| {
            if contains(&set, made) {
                of.iter().for_each(|byte| insert(&mut set, *byte));
            }
            set
        };
        self.exchange(|(first, second), before| {
            let pairs = sources(first).flat_map(|first| sources(second).map(move |second| (first, second)));
            pairs.map(|pair| (pair, widened(before))).collect()
        });
        self.alone = widened(self.alone);
    }

    /// `&#…` may have been any byte, a name one of five.
    fn entities(&mut self) {
        let names = [(b'"', b'q'), (b'&', b'a'), (b'<', b'l'), (b'>', b'g'), (0xa0, b'n')];
        let made: Vec<u8> =
            names.into_iter().filter(|(made, _)| self.has(*made)).map(|(_, name)| name).collect();
        for name in made {
            self.pairs.extend([((b'&', name), ANY), ((b'&', name.to_ascii_uppercase()), ANY)]);
        }
        self.pairs.insert((b'&', b'#'), ANY);
    }

    /// The same in texts of an alphabet.
    pub(super) fn within(mut self, alphabet: &Alphabet) -> Self {
        let within = |set: &[u64; 4]| {
            let mut left = [0; 4];
            members(set).filter(|byte| alphabet.has(*byte)).for_each(|byte| insert(&mut left, byte));
            left
        };
        self.pairs.retain(|(first, second), before| {
            if *before != ANY {
                *before = within(before);
            }
            alphabet.has(*first) && alphabet.has(*second) && *before != [0; 4]
        });
        self.alone = within(&self.alone);
        self
    }

    /// Whether nothing at all has them.
    pub(super) fn is_nothing(&self) -> bool {
        self.pairs.is_empty() && self.alone == [0; 4]
    }

    /// How to look for them in a text; `None` when they are too common for that.
    pub(super) fn look(&self) -> Option<PairLook> {
        let share_alone: f64 = members(&self.alone).map(share).sum();
        if weight(&self.pairs) + share_alone > SHARE_MAX {
            return None;
        }
        let mut look = PairLook {
            first: Box::new([0; 256]),
            second: Box::new([0; 256]),
            before: Found::new(),
            anchor: self.anchor(),
        };
        let mut next = 0;
        let is_alone = |byte: u8| contains(&self.alone, byte);
        let found = self.pairs.iter().filter(|((first, second), _)| !is_alone(*first) && !is_alone(*second));
        for ((first, second), before) in found {
            let Some(number) = look.first.get_mut(usize::from(*first)) else { continue };
            if *number == 0 {
                next = next % 63 + 1;
                *number = next;
            }
            if let Some(firsts) = look.second.get_mut(usize::from(*second)) {
                *firsts |= 1 << *number;
            }
            if *before != ANY {
                look.before.insert((*first, *second), *before);
            }
        }
        for byte in members(&self.alone) {
            if let Some(firsts) = look.second.get_mut(usize::from(byte)) {
                *firsts = u64::MAX;
            }
        }
        Some(look)
    }

    /// The rarer of the two sets that are few enough.
    fn anchor(&self) -> Option<Anchor> {
        let few = |of: fn(&Pair) -> u8| {
            let mut all = self.alone;
            self.pairs.keys().for_each(|pair| insert(&mut all, of(pair)));
            let all: Vec<u8> = members(&all).collect();
            let three = match all.as_slice() {
                [one] => Some([*one; 3]),
                [one, two] => Some([*one, *two, *two]),
                [one, two, three] => Some([*one, *two, *three]),
                _ => None,
            };
            let share: f64 = all.iter().map(|byte| share(*byte)).sum();
            three.filter(|_| share <= ANCHOR_SHARE_MAX).map(|three| (share, three))
        };
        match (few(|(first, _)| *first), few(|(_, second)| *second)) {
            (Some((first, firsts)), Some((second, _))) if first <= second => Some(Anchor::Firsts(firsts)),
            (_, Some((_, seconds))) => Some(Anchor::Seconds(seconds)),
            (firsts, None) => firsts.map(|(_, firsts)| Anchor::Firsts(firsts)),
        }
    }
}

impl PairLook {
    /// Whether a text has what is needed.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        let ([one, two, three], behind) = match self.anchor {
            Some(Anchor::Firsts(firsts)) => (firsts, 1),
            Some(Anchor::Seconds(seconds)) => (seconds, 0),
            None => return self.stands_somewhere(text),
        };
        memchr::memchr3_iter(one, two, three, text).any(|at| {
            let end = at + behind;
            self.ends_at(at, text) || end != at && self.ends_at(end, text)
        })
    }

    /// Whether a pair ends at a place, or what stands alone does.
    fn ends_at(&self, place: usize, text: &[u8]) -> bool {
        let Some(here) = text.get(place) else { return false };
        let before = place.checked_sub(1).and_then(|before| text.get(before));
        let number =
            before.and_then(|before| self.first.get(usize::from(*before))).map_or(0, |number| number & 63);
        self.second.get(usize::from(*here)).is_none_or(|firsts| firsts >> number & 1 != 0)
            && self.may_end_at(place, text)
    }

    /// The same by a look at each place of a text.
    fn stands_somewhere(&self, text: &[u8]) -> bool {
        let mut before = 0;
        text.iter().enumerate().any(|(place, byte)| {
            let at = usize::from(*byte);
            let found = self.second.get(at).is_none_or(|firsts| firsts >> before & 1 != 0);
            before = self.first.get(at).map_or(0, |number| number & 63);
            found && self.may_end_at(place, text)
        })
    }

    /// Whether what stands before a pair may stand there.
    #[cold]
    fn may_end_at(&self, place: usize, text: &[u8]) -> bool {
        let (Some([first, second]), before) = (
            place.checked_sub(1).and_then(|start| text.get(start..=place)?.first_chunk()),
            place.checked_sub(2).and_then(|before| text.get(before)),
        ) else {
            return true;
        };
        let Some(known) = self.before.get(&(*first, *second)) else { return true };
        before.is_some_and(|before| contains(known, *before))
    }
}

/// Adds a pair behind certain bytes.
fn add(pairs: &mut Found, pair: Pair, before: [u64; 4]) {
    pairs.entry(pair).and_modify(|known| *known = union(*known, before)).or_insert(before);
}

fn weight(pairs: &Found) -> f64 {
    pairs.iter().map(|(pair, before)| weight_of(*pair, before)).sum()
}

/// How often a pair stands at a place of a text, behind what stands before it.
fn weight_of((first, second): Pair, before: &[u64; 4]) -> f64 {
    (share(first) * share(second) + SHARE_OF_ANY) * share_of(before)
}

/// How often one of these bytes stands before a pair.
fn share_of(before: &[u64; 4]) -> f64 {
    if *before == ANY {
        return 1.0;
    }
    members(before).map(|byte| share(byte) + 1.0 / 256.0).sum::<f64>().min(1.0)
}
