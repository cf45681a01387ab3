//! Which bytes can stand in a value, and what can then match it at all.
//!
//! Most values are words, numbers, dates, addresses: letters and a few marks. A pattern that needs a bracket matches none of them, whatever they say. So
//! the patterns of a cluster are cut down once for each of a few *alphabets*, and a value is read by the automaton of the smallest alphabet
//! that has all of its bytes. What transformations make of such a value is followed in the same way: most of them need not be applied at all.
//!
//! INVARIANT: a text of an alphabet's bytes that contains a match of a pattern contains a match of what [`Alphabet::restricted`] gives.
use crate::operator::Matcher;
use crate::rule::Transformation;
use crate::transform::{Features, features_of_any, leaves_alone};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// How many alphabets there are: one for each choice of what may be added, one with all of that and the marks of addresses, and one with all bytes.
pub(super) const ALPHABETS: usize = (1 << ADDED.len()) + 2;

/// What an alphabet may have beside letters of both cases and digits: a bit of its number for each.
const ADDED: [&[u8]; 3] = [b" ", b"-._", b",/:@"];

/// What stands in addresses: queries without escapes.
const ADDRESS: &[u8] = b"?=&+";

/// The number of the smallest alphabet that has all bytes of a value with these features.
pub(super) fn number(features: Features) -> usize {
    if features.has_other() {
        return ALPHABETS - 1;
    }
    if features.has_address() {
        return ALPHABETS - 2;
    }
    usize::from(features.has_blank())
        | usize::from(features.has_joiner()) << 1
        | usize::from(features.has_mark()) << 2
}

/// Whether nearly every request has a value of an alphabet: words and numbers, several of them, and whatever has any byte.
pub(super) fn is_common(number: usize) -> bool {
    number <= 1 || number + 1 >= ALPHABETS
}

/// A set of bytes, with every letter in both cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alphabet {
    has: [bool; 256],
    /// Every feature that a text of these bytes can have.
    features: Features,
}

impl Alphabet {
    pub(super) fn new(number: usize) -> Self {
        if number + 1 >= ALPHABETS {
            return Self::all();
        }
        let is_address = number + 2 == ALPHABETS;
        let added = (0..).zip(ADDED).filter(|(bit, _)| is_address || number & (1 << bit) != 0);
        let mut added: Vec<u8> = added.flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        if is_address {
            added.extend_from_slice(ADDRESS);
        }
        let mut has = [false; 256];
        for (byte, has) in (0..=u8::MAX).zip(&mut has) {
            *has = byte.is_ascii_alphanumeric() || added.contains(&byte);
        }
        Self::of(has)
    }

    pub(super) fn all() -> Self {
        Self { has: [true; 256], features: Features(u32::MAX) }
    }

    fn of(has: [bool; 256]) -> Self {
        let bytes = (0..=u8::MAX).zip(&has).filter(|(_, has)| **has).map(|(byte, _)| byte);
        Self { has, features: features_of_any(bytes) }
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.has.get(usize::from(byte)).copied().unwrap_or(true)
    }

    /// Whether a text of these bytes may have one of some features.
    pub(super) fn may_have(&self, features: u32) -> bool {
        features == u32::MAX || self.features.0 & features != 0
    }

    fn is_all(&self) -> bool {
        self.has.iter().all(|has| *has)
    }

    fn with(&self, bytes: &[u8]) -> Self {
        let mut has = self.has;
        for byte in bytes {
            if let Some(place) = has.get_mut(usize::from(*byte)) {
                *place = true;
            }
        }
        Self::of(has)
    }

    /// Every byte that can stand behind a transformation.
    pub(super) fn behind(&self, transformation: Transformation) -> Self {
        use Transformation as T;
        if self.is_all() || leaves_alone(transformation, self.features) {
            return self.clone();
        }
        match transformation {
            T::Lowercase | T::Uppercase | T::RemoveNulls | T::Trim | T::TrimLeft | T::TrimRight => {
                self.clone()
            }
            T::RemoveWhitespace => {
                let mut has = self.has;
                for (byte, has) in (0..=u8::MAX).zip(&mut has) {
                    *has &= !byte.is_ascii_whitespace();
                }
                Self::of(has)
            }
            T::CmdLine
            | T::CompressWhitespace
            | T::RemoveComments
            | T::RemoveCommentsChar
            | T::ReplaceComments
            | T::ReplaceNulls => self.with(b" "),
            T::UrlDecode | T::UrlDecodeUni if !self.has(b'%') => self.with(b" "),
            T::HtmlEntityDecode if !self.has(b'#') => self.with(b"\"&<>\xa0"),
            T::NormalizePath | T::NormalizePathWin => self.with(b"./"),
            _ => Self::all(),
        }
    }

    /// Whether a text of these bytes may match a pattern; the same as whether anything is left of it.
    pub(super) fn allows(&self, hir: &Hir) -> bool {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(literal) => literal.0.iter().all(|byte| self.has(*byte)),
            HirKind::Class(class) => self.has_some(class),
            HirKind::Capture(capture) => self.allows(&capture.sub),
            HirKind::Concat(parts) => parts.iter().all(|part| self.allows(part)),
            HirKind::Alternation(parts) => parts.iter().any(|part| self.allows(part)),
            HirKind::Repetition(repetition) => repetition.min == 0 || self.allows(&repetition.sub),
        }
    }

    /// A pattern without what no text of these bytes can match; `None` when nothing is left.
    pub(super) fn restricted(&self, hir: &Hir) -> Option<Hir> {
        if self.is_all() {
            return Some(hir.clone());
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(hir.clone()),
            HirKind::Literal(literal) => literal.0.iter().all(|byte| self.has(*byte)).then(|| hir.clone()),
            HirKind::Class(class) => self.has_some(class).then(|| hir.clone()),
            HirKind::Capture(capture) => self.restricted(&capture.sub),
            HirKind::Concat(parts) => {
                parts.iter().map(|part| self.restricted(part)).collect::<Option<_>>().map(Hir::concat)
            }
            HirKind::Alternation(parts) => {
                let left: Vec<Hir> = parts.iter().filter_map(|part| self.restricted(part)).collect();
                if left.is_empty() { None } else { Some(Hir::alternation(left)) }
            }
            HirKind::Repetition(repetition) => match self.restricted(&repetition.sub) {
                Some(sub) => Some(Hir::repetition(Repetition { sub: Box::new(sub), ..repetition.clone() })),
                None => (repetition.min == 0).then(Hir::empty),
            },
        }
    }

    /// Whether a class has a byte of these. A character past ASCII is several bytes above 0x7F.
    fn has_some(&self, class: &Class) -> bool {
        match class {
            Class::Bytes(class) => {
                class.iter().any(|range| (range.start()..=range.end()).any(|byte| self.has(byte)))
            }
            Class::Unicode(class) => {
                let high = (0x80..=u8::MAX).any(|byte| self.has(byte));
                class.iter().any(|range| {
                    high && !range.end().is_ascii()
                        || (0..0x80).any(|byte| {
                            self.has(byte) && range.start() <= byte.into() && range.end() >= byte.into()
                        })
                })
            }
        }
    }

    /// Whether an operator may match a text of these bytes.
    pub(super) fn may_match(&self, matcher: &Matcher) -> bool {
        matcher.may_match_bytes(&|byte| self.has(byte))
    }
}

#[cfg(test)]
mod tests;
