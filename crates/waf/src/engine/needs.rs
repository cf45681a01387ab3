//! Bytes without which nothing behind a transformation matches.
//!
//! The rarest transformations (Base64 above all) make a new text of every value, which then is transformed and read again. A look for the few bytes
//! that the patterns behind need costs less than the next step does: without them the rest of the way is left out.
//!
//! INVARIANT: a text without these bytes, or shorter than that, is matched by no pattern for which [`Needs`] were made, nor is what
//! transformations make of it.
use super::alphabet::Alphabet;
use super::necessary::share;
use super::pairs::{PairLook, Pairs};
use crate::rule::Transformation;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often a byte stands in a text of any bytes, beside how often in a natural one.
const SHARE_OF_ANY: f64 = 1.0 / 256.0;

/// What some patterns need, while it is worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needs {
    /// A bit for each byte: one of them stands in what matches. `None`: nothing is known.
    bytes: Option<[u64; 4]>,
    /// The same of neighbours.
    pairs: Option<Pairs>,
    bytes_min: usize,
}

/// How to look for them.
#[derive(Debug)]
pub(super) struct Look {
    bytes_min: usize,
    search: Search,
    pairs: Option<PairLook>,
}

#[derive(Debug)]
enum Search {
    /// Everything may match.
    Always,
    Never,
    /// One of at most three.
    Few([u8; 3]),
    Any(Box<[bool; 256]>),
}

impl Needs {
    /// What no pattern at all needs: nothing can match.
    pub(super) fn nothing() -> Self {
        Self { bytes: Some([0; 4]), pairs: Some(Pairs::default()), bytes_min: usize::MAX }
    }

    /// What is known of operators without a pattern.
    pub(super) fn unknown() -> Self {
        Self { bytes: None, pairs: None, bytes_min: 0 }
    }

    /// What a pattern needs.
    pub(super) fn of(pattern: &Hir) -> Self {
        Self {
            bytes: needed(pattern),
            pairs: Pairs::of(pattern),
            bytes_min: pattern.properties().minimum_len().unwrap_or(0),
        }
    }

    /// What either needs.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.zip(other.bytes).map(|(left, right)| union(left, right)),
            pairs: self.pairs.zip(other.pairs).and_then(|(left, right)| left.or(right)),
            bytes_min: self.bytes_min.min(other.bytes_min),
        }
    }

    /// What a text needs so that a transformation makes of it a text with these needs.
    pub(super) fn before(self, transformation: Transformation) -> Self {
        use Transformation as T;
        if self == Self::nothing() {
            return self;
        }
        let pairs = self.pairs.and_then(|pairs| pairs.before(transformation));
        let has = |byte: u8| self.bytes.is_some_and(|bytes| contains(&bytes, byte));
        // What makes such bytes of itself or of what follows it; `None` where everything may.
        let made_of: Option<Vec<u8>> = match transformation {
            T::RemoveNulls | T::RemoveWhitespace | T::Trim | T::TrimLeft | T::TrimRight => Some(Vec::new()),
            T::Lowercase => Some((b'A'..=b'Z').filter(|byte| has(byte.to_ascii_lowercase())).collect()),
            T::UrlDecode | T::UrlDecodeUni if has(b' ') => Some(b"%+".to_vec()),
            T::UrlDecode | T::UrlDecodeUni => Some(b"%".to_vec()),
            T::HtmlEntityDecode => Some(b"&".to_vec()),
            T::JsDecode | T::CssDecode | T::EscapeSeqDecode => Some(b"\\".to_vec()),
            T::CompressWhitespace if has(b' ') => Some(b"\t\n\x0b\x0c\r\xa0".to_vec()),
            T::CompressWhitespace => Some(Vec::new()),
            _ => None,
        };
        let bytes_min = match (transformation, &made_of) {
            // None of those makes a text longer.
            (_, Some(_)) => self.bytes_min,
            (T::Base64Decode | T::Base64DecodeExt, None) => self.bytes_min.saturating_mul(4).div_ceil(3),
            _ => 0,
        };
        let bytes = self.bytes.zip(made_of).map(|(mut all, made_of)| {
            for byte in made_of {
                insert(&mut all, byte);
            }
            all
        });
        Self { bytes, pairs, bytes_min }
    }

    /// The same in texts of an alphabet.
    pub(super) fn within(self, alphabet: &Alphabet) -> Self {
        let bytes = self.bytes.map(|bytes| {
            let mut left = [0; 4];
            for byte in (0..=u8::MAX).filter(|byte| contains(&bytes, *byte) && alphabet.has(*byte)) {
                insert(&mut left, byte);
            }
            left
        });
        let pairs = self.pairs.map(|pairs| pairs.within(alphabet));
        Self { bytes, pairs, ..self }
    }

    /// How to look for them in a text.
    pub(super) fn look(self) -> Look {
        let pairs = self.pairs.as_ref().and_then(Pairs::look);
        if self.pairs.is_some_and(|pairs| pairs.is_nothing()) {
            return Look { bytes_min: self.bytes_min, search: Search::Never, pairs: None };
        }
        let Some(bytes) = self.bytes else {
            return Look { bytes_min: self.bytes_min, search: Search::Always, pairs };
        };
        let all: Vec<u8> = members(&bytes).collect();
        let search = match all.as_slice() {
            [] => Search::Never,
            [one] => Search::Few([*one; 3]),
            [one, two] => Search::Few([*one, *two, *two]),
            [one, two, three] => Search::Few([*one, *two, *three]),
            _ => {
                let mut has = Box::new([false; 256]);
                for (byte, has) in (0..=u8::MAX).zip(has.iter_mut()) {
                    *has = contains(&bytes, byte);
                }
                Search::Any(has)
            }
        };
        Look { bytes_min: self.bytes_min, search, pairs }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self { bytes_min: 0, search: Search::Always, pairs: None }
    }
}

impl Look {
    /// Whether it is worth a look at every value: pairs seldom stand in one.
    pub(super) fn is_telling(&self) -> bool {
        self.pairs.is_some()
    }

    /// Whether a text has what is needed.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        if text.len() < self.bytes_min {
            return false;
        }
        let pairs = self.pairs.as_ref();
        match &self.search {
            Search::Never => false,
            Search::Few([one, two, three]) => {
                memchr::memchr3(*one, *two, *three, text).is_some()
                    && pairs.is_none_or(|pairs| pairs.stands_in(text))
            }
            _ if let Some(pairs) = pairs => pairs.stands_in(text),
            Search::Always => true,
            Search::Any(has) => text.iter().any(|byte| has.get(usize::from(*byte)).copied().unwrap_or(true)),
        }
    }
}

pub(super) fn contains(set: &[u64; 4], byte: u8) -> bool {
    set.get(usize::from(byte / 64)).is_some_and(|word| word & (1 << (byte % 64)) != 0)
}

pub(super) fn insert(set: &mut [u64; 4], byte: u8) {
    if let Some(word) = set.get_mut(usize::from(byte / 64)) {
        *word |= 1 << (byte % 64);
    }
}

pub(super) fn union(left: [u64; 4], right: [u64; 4]) -> [u64; 4] {
    let mut all = left;
    for (word, other) in all.iter_mut().zip(right) {
        *word |= other;
    }
    all
}

/// The bytes of a set, from the lowest.
pub(super) fn members(set: &[u64; 4]) -> impl Iterator<Item = u8> {
    (0_u8..).zip(*set).flat_map(|(word, mut left)| {
        std::iter::from_fn(move || {
            let bit = u8::try_from(left.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
            left &= left - 1;
            Some(word * 64 + bit)
        })
    })
}

fn weight(set: &[u64; 4]) -> f64 {
    members(set).map(|byte| share(byte) + SHARE_OF_ANY).sum()
}

/// Bytes of which every match has one: the rarest that can be told.
fn needed(hir: &Hir) -> Option<[u64; 4]> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => {
            let rarest =
                literal.0.iter().copied().min_by(|left, right| share(*left).total_cmp(&share(*right)));
            rarest.map(|byte| {
                let mut set = [0; 4];
                insert(&mut set, byte);
                set
            })
        }
        HirKind::Class(class) => Some(of_class(class)),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Concat(parts) => {
            let weighed = parts.iter().filter_map(needed).map(|set| (weight(&set), set));
            weighed.min_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, set)| set)
        }
        HirKind::Alternation(parts) => {
            parts.iter().map(needed).reduce(|left, right| Some(union(left?, right?))).flatten()
        }
    }
}

/// The bytes of a class; a character past ASCII is several bytes above 0x7F.
pub(super) fn of_class(class: &Class) -> [u64; 4] {
    let mut set = [0; 4];
    match class {
        Class::Bytes(class) => {
            for byte in class.iter().flat_map(|range| range.start()..=range.end()) {
                insert(&mut set, byte);
            }
        }
        Class::Unicode(class) => {
            for range in class.iter() {
                for byte in (0..0x80)
                    .filter(|byte| range.start() <= char::from(*byte) && char::from(*byte) <= range.end())
                {
                    insert(&mut set, byte);
                }
                if !range.end().is_ascii() {
                    for byte in 0x80..=u8::MAX {
                        insert(&mut set, byte);
                    }
                }
            }
        }
    }
    set
}

#[cfg(test)]
mod tests;
