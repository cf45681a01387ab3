//! Pairs of neighbours without which nothing matches.
//!
//! A byte that a pattern needs stands in every second value; two bytes beside each other (`l(`, `/*`, `${`) hardly ever do. What transformations decode may
//! be made of escapes: their first byte stands *alone* for whatever they mean.
//!
//! INVARIANT: a text with none of the pairs, and none of the bytes that stand alone, contains no match of a pattern for which they were made, nor does what
//! transformations make of it.
use super::alphabet::Alphabet;
use super::necessary::share;
use super::needs::{contains, insert, members, of_class, union};
use crate::rule::Transformation;
use regex_syntax::hir::{Hir, HirKind};
use std::collections::BTreeSet;

/// More pairs than this say nothing.
const PAIRS_MAX: usize = 400;
/// How often one of the pairs may stand at one place of a text: more, and the look finds one every time.
const SHARE_MAX: f64 = 0.04;
/// How often a pair stands in a text of any bytes.
const SHARE_OF_ANY: f64 = 1.0 / 65536.0;

/// White space that `removeWhitespace` removes.
const REMOVED: &[u8] = b" \t\n\x0b\x0c\r\xa0\xc2";
/// What `compressWhitespace` makes a blank.
const SPACE: &[u8] = b" \t\n\x0b\x0c\r\xa0";
/// What `cmdLine` makes a blank, and what it removes.
const SEPARATORS: &[u8] = b" ,;\t\r\n";
const QUOTES: &[u8] = b"\"'\\^";

/// What some patterns need, while it is worked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    pairs: BTreeSet<(u8, u8)>,
    alone: [u64; 4],
}

/// How to look for them.
#[derive(Debug)]
pub(super) struct PairLook {
    table: Box<Table>,
    alone: Alone,
}

/// Pairs, for a look at each place of a text.
#[derive(Debug)]
struct Table {
    /// For each byte its number among those that pairs begin with; 0 for others. Past 63 of them some share one.
    first: [u8; 256],
    /// For each byte the numbers before which it stands, a bit each; never the lowest.
    second: [u64; 256],
}

#[derive(Debug)]
enum Alone {
    Nothing,
    Few([u8; 3]),
    Any(Box<[bool; 256]>),
}

/// Which bytes a match begins and ends with, and whether it may be empty.
struct Ends {
    first: [u64; 4],
    last: [u64; 4],
    is_empty: bool,
}

impl Pairs {
    /// What a pattern needs; `None` when nothing is known.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        needed(pattern).map(|pairs| Self { pairs, alone: [0; 4] })
    }

    /// What either needs.
    pub(super) fn or(mut self, other: Self) -> Option<Self> {
        self.pairs.extend(other.pairs);
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
            T::HtmlEntityDecode => self.entities(),
            T::JsDecode | T::CssDecode | T::EscapeSeqDecode => insert(&mut self.alone, b'\\'),
            T::CompressWhitespace => self.made_of(b' ', SPACE),
            T::ReplaceComments => {
                if self.has(b' ') {
                    self.pairs.insert((b'/', b'*'));
                }
            }
            T::CmdLine => {
                // A blank before these is removed.
                let drawn: Vec<_> =
                    self.pairs.iter().filter(|(_, second)| matches!(second, b'/' | b'(')).copied().collect();
                for (first, _) in drawn {
                    self.pairs.extend(SEPARATORS.iter().map(|byte| (first, *byte)));
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
            || self.pairs.iter().any(|(first, second)| *first == byte || *second == byte)
    }

    /// Bytes that may have stood between two others: behind the first of them, and before the second. One says enough: the rarer.
    fn removes(&mut self, removed: &[u8]) {
        let pairs: Vec<_> = self.pairs.iter().copied().collect();
        for (first, second) in pairs {
            if share(first) < share(second) {
                self.pairs.extend(removed.iter().map(|byte| (first, *byte)));
            } else {
                self.pairs.extend(removed.iter().map(|byte| (*byte, second)));
            }
        }
    }

    /// Letters that may have been of the other case.
    fn folds(&mut self) {
        let cases =
            |byte: u8| [byte, if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte }];
        let all = self.pairs.iter().flat_map(|(first, second)| {
            cases(*first).into_iter().flat_map(move |first| cases(*second).map(|second| (first, second)))
        });
        self.pairs = all.collect();
        for byte in b'a'..=b'z' {
            if contains(&self.alone, byte) {
                insert(&mut self.alone, byte.to_ascii_uppercase());
            }
        }
    }

    /// A byte that may have been one of others.
    fn made_of(&mut self, made: u8, of: &[u8]) {
        let sources = |byte: u8| {
            let others = if byte == made { of } else { &[] };
            std::iter::once(byte).chain(others.iter().copied())
        };
        let all = self.pairs.iter().flat_map(|(first, second)| {
            sources(*first).flat_map(move |first| sources(*second).map(move |second| (first, second)))
        });
        self.pairs = all.collect();
        if contains(&self.alone, made) {
            for byte in of {
                insert(&mut self.alone, *byte);
            }
        }
    }

    /// `&#…` may have been any byte, a name one of five.
    fn entities(&mut self) {
        let names = [(b'"', b'q'), (b'&', b'a'), (b'<', b'l'), (b'>', b'g'), (0xa0, b'n')];
        let made: Vec<u8> =
            names.into_iter().filter(|(made, _)| self.has(*made)).map(|(_, name)| name).collect();
        for name in made {
            self.pairs.extend([(b'&', name), (b'&', name.to_ascii_uppercase())]);
        }
        self.pairs.insert((b'&', b'#'));
    }

    /// The same in texts of an alphabet.
    pub(super) fn within(mut self, alphabet: &Alphabet) -> Self {
        self.pairs.retain(|(first, second)| alphabet.has(*first) && alphabet.has(*second));
        let mut left = [0; 4];
        for byte in members(&self.alone).filter(|byte| alphabet.has(*byte)) {
            insert(&mut left, byte);
        }
        self.alone = left;
        self
    }

    /// Whether nothing at all has them.
    pub(super) fn is_nothing(&self) -> bool {
        self.pairs.is_empty() && self.alone == [0; 4]
    }

    /// How to look for them in a text; `None` when they are too common for that.
    pub(super) fn look(&self) -> Option<PairLook> {
        let alone: Vec<u8> = members(&self.alone).collect();
        let share_alone: f64 = alone.iter().map(|byte| share(*byte)).sum();
        if weight(&self.pairs) + share_alone > SHARE_MAX {
            return None;
        }
        let table = Box::new(Table::new(&self.pairs));
        let alone = match alone.as_slice() {
            [] => Alone::Nothing,
            [one] => Alone::Few([*one; 3]),
            [one, two] => Alone::Few([*one, *two, *two]),
            [one, two, three] => Alone::Few([*one, *two, *three]),
            more => {
                let mut has = Box::new([false; 256]);
                for byte in more {
                    if let Some(has) = has.get_mut(usize::from(*byte)) {
                        *has = true;
                    }
                }
                Alone::Any(has)
            }
        };
        Some(PairLook { table, alone })
    }
}

impl PairLook {
    /// Whether a text has what is needed.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        let alone = match &self.alone {
            Alone::Nothing => false,
            Alone::Few([one, two, three]) if text.len() < 16 => {
                text.iter().any(|byte| byte == one || byte == two || byte == three)
            }
            Alone::Few([one, two, three]) => memchr::memchr3(*one, *two, *three, text).is_some(),
            Alone::Any(has) => text.iter().any(|byte| has.get(usize::from(*byte)).copied().unwrap_or(true)),
        };
        if alone {
            return true;
        }
        let Table { first, second } = self.table.as_ref();
        let mut before = 0;
        text.iter().any(|byte| {
            let at = usize::from(*byte);
            let found = second.get(at).is_none_or(|firsts| firsts >> before & 1 != 0);
            before = first.get(at).map_or(0, |number| number & 63);
            found
        })
    }
}

impl Table {
    fn new(pairs: &BTreeSet<(u8, u8)>) -> Self {
        let mut table = Self { first: [0; 256], second: [0; 256] };
        let mut next = 0;
        for (first, second) in pairs {
            let Some(number) = table.first.get_mut(usize::from(*first)) else { continue };
            if *number == 0 {
                next = next % 63 + 1;
                *number = next;
            }
            let bit = 1 << *number;
            if let Some(firsts) = table.second.get_mut(usize::from(*second)) {
                *firsts |= bit;
            }
        }
        table
    }
}

fn weight(pairs: &BTreeSet<(u8, u8)>) -> f64 {
    pairs.iter().copied().map(weight_of).sum()
}

fn weight_of((first, second): (u8, u8)) -> f64 {
    share(first) * share(second) + SHARE_OF_ANY
}

fn lighter(left: BTreeSet<(u8, u8)>, right: BTreeSet<(u8, u8)>) -> BTreeSet<(u8, u8)> {
    if weight(&right) < weight(&left) { right } else { left }
}

/// Pairs of which every match has one: the rarest that can be told.
fn needed(hir: &Hir) -> Option<BTreeSet<(u8, u8)>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
        HirKind::Literal(literal) => {
            let pairs = literal.0.array_windows().map(|[first, second]| (*first, *second));
            let rarest = pairs.min_by(|left, right| weight_of(*left).total_cmp(&weight_of(*right)));
            rarest.map(|pair| BTreeSet::from([pair]))
        }
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => {
            let ends = ends(&repetition.sub);
            let is_again = repetition.min > 1 && !ends.is_empty;
            let again = is_again.then_some((ends.last, ends.first)).and_then(Product::of);
            needed(&repetition.sub).into_iter().chain(again.map(Product::pairs)).reduce(lighter)
        }
        HirKind::Concat(parts) => {
            let ends: Vec<Ends> = parts.iter().map(ends).collect();
            let within = parts.iter().filter_map(needed);
            let between = (0..ends.len()).flat_map(|at| {
                let (before, from) = ends.split_at(at);
                let (here, behind) = match from.split_first() {
                    Some((here, behind)) if !here.is_empty => (here, behind),
                    _ => return [None, None],
                };
                let follows = nearest(behind.iter(), |ends| ends.first);
                let precedes = nearest(before.iter().rev(), |ends| ends.last);
                [follows.map(|follows| (here.last, follows)), precedes.map(|precedes| (precedes, here.first))]
            });
            // Only the lightest of those is written out.
            let between = between.flatten().filter_map(Product::of);
            let between = between.min_by(|left, right| left.weight.total_cmp(&right.weight));
            within.chain(between.map(Product::pairs)).reduce(lighter)
        }
        HirKind::Alternation(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(needed(part)?);
                if all.len() > PAIRS_MAX {
                    return None;
                }
            }
            Some(all)
        }
    }
}

/// The bytes that stand next: those of every part up to the first that is never empty. `None` when all may be.
fn nearest<'e>(
    mut parts: impl Iterator<Item = &'e Ends>,
    bytes: impl Fn(&Ends) -> [u64; 4],
) -> Option<[u64; 4]> {
    let mut all = [0; 4];
    parts
        .any(|part| {
            all = union(all, bytes(part));
            !part.is_empty
        })
        .then_some(all)
}

/// Every byte of one set before every byte of another.
struct Product {
    first: [u64; 4],
    second: [u64; 4],
    weight: f64,
}

impl Product {
    /// `None` when they are too many to say anything.
    fn of((first, second): ([u64; 4], [u64; 4])) -> Option<Self> {
        let counted = |set| members(set).fold((0, 0.0), |(count, all), byte| (count + 1, all + share(byte)));
        let ((firsts, first_share), (seconds, second_share)) = (counted(&first), counted(&second));
        let count: usize = firsts * seconds;
        let weight = first_share * second_share + count as f64 * SHARE_OF_ANY;
        (count <= PAIRS_MAX).then_some(Self { first, second, weight })
    }

    fn pairs(self) -> BTreeSet<(u8, u8)> {
        let behind = |first| members(&self.second).map(move |second| (first, second));
        members(&self.first).flat_map(behind).collect()
    }
}

fn ends(hir: &Hir) -> Ends {
    let nothing = Ends { first: [0; 4], last: [0; 4], is_empty: true };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => nothing,
        HirKind::Literal(literal) => {
            let mut ends = Ends { is_empty: literal.0.is_empty(), ..nothing };
            if let (Some(first), Some(last)) = (literal.0.first(), literal.0.last()) {
                insert(&mut ends.first, *first);
                insert(&mut ends.last, *last);
            }
            ends
        }
        HirKind::Class(class) => {
            let set = of_class(class);
            Ends { first: set, last: set, is_empty: false }
        }
        HirKind::Capture(capture) => ends(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = ends(&repetition.sub);
            Ends { is_empty: sub.is_empty || repetition.min == 0, ..sub }
        }
        HirKind::Concat(parts) => {
            let all: Vec<Ends> = parts.iter().map(ends).collect();
            let mut whole = nothing;
            whole.is_empty = all.iter().all(|ends| ends.is_empty);
            for part in &all {
                whole.first = union(whole.first, part.first);
                if !part.is_empty {
                    break;
                }
            }
            for part in all.iter().rev() {
                whole.last = union(whole.last, part.last);
                if !part.is_empty {
                    break;
                }
            }
            whole
        }
        HirKind::Alternation(parts) => {
            parts.iter().map(ends).fold(Ends { is_empty: false, ..nothing }, |left, right| Ends {
                first: union(left.first, right.first),
                last: union(left.last, right.last),
                is_empty: left.is_empty || right.is_empty,
            })
        }
    }
}
