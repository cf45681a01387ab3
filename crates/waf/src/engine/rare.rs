//! Bytes without which nothing matches.
//!
//! Most patterns that look at a whole request line, or at what a rare transformation made, need a byte that seldom stands there: `%`, a colon, a
//! line feed. Looking for three bytes at once costs a fiftieth of a pass of an automaton.
use super::necessary::{bytes, share};
use regex_syntax::hir::{Hir, HirKind};

/// How often the bytes may stand at one place of a natural text, together: more, and the search finds one every time.
const SHARE_MAX: f64 = 0.02;
/// What one search looks for.
const BYTES_MAX: usize = 3;

/// At most three bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rare([u8; BYTES_MAX]);

impl Rare {
    /// `None` when some pattern needs none of few bytes.
    pub(super) fn of(patterns: &[Hir]) -> Option<Self> {
        let mut all = Vec::new();
        for pattern in patterns {
            all.extend(needed(pattern)?);
            all.sort_unstable();
            all.dedup();
            if all.len() > BYTES_MAX {
                return None;
            }
        }
        let first = *all.first()?;
        if weight(&all) > SHARE_MAX {
            return None;
        }
        let mut bytes = [first; BYTES_MAX];
        for (place, byte) in bytes.iter_mut().zip(all) {
            *place = byte;
        }
        Some(Self(bytes))
    }

    /// Whether one of the bytes stands in a text.
    pub(super) fn stands_in(self, text: &[u8]) -> bool {
        let [first, second, third] = self.0;
        if first == second && second == third {
            memchr::memchr(first, text).is_some()
        } else {
            memchr::memchr3(first, second, third, text).is_some()
        }
    }
}

fn weight(bytes: &[u8]) -> f64 {
    bytes.iter().map(|byte| share(*byte)).sum()
}

/// Bytes of which every match has one: the rarest that can be told.
fn needed(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => literal
            .0
            .iter()
            .copied()
            .min_by(|left, right| share(*left).total_cmp(&share(*right)))
            .map(|byte| vec![byte]),
        HirKind::Class(class) => {
            let all: Vec<u8> = bytes(class).take(BYTES_MAX + 1).collect();
            (!all.is_empty() && all.len() <= BYTES_MAX && is_of_bytes(class)).then_some(all)
        }
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Repetition(_) => None,
        HirKind::Concat(parts) => {
            parts.iter().filter_map(needed).min_by(|left, right| weight(left).total_cmp(&weight(right)))
        }
        HirKind::Alternation(parts) => {
            let mut all = parts.iter().map(needed).collect::<Option<Vec<_>>>()?.concat();
            all.sort_unstable();
            all.dedup();
            (all.len() <= BYTES_MAX).then_some(all)
        }
    }
}

/// A class of characters past ASCII stands for several bytes each.
fn is_of_bytes(class: &regex_syntax::hir::Class) -> bool {
    match class {
        regex_syntax::hir::Class::Bytes(_) => true,
        regex_syntax::hir::Class::Unicode(class) => class.is_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::Rare;
    use regex_syntax::hir::Hir;

    fn hir(pattern: &str) -> Hir {
        regex_syntax::ParserBuilder::new()
            .utf8(false)
            .unicode(false)
            .build()
            .parse(pattern)
            .expect("a pattern")
    }

    #[track_caller]
    fn check(patterns: &[&str], expected: Option<&[u8]>) {
        let patterns: Vec<Hir> = patterns.iter().map(|pattern| hir(pattern)).collect();
        let found = Rare::of(&patterns).map(|rare| {
            let mut bytes = rare.0.to_vec();
            bytes.sort_unstable();
            bytes.dedup();
            bytes
        });
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_rarest_byte_of_each_pattern_is_taken() {
        check(&["javascript:"], Some(b":"));
        check(&["%u[0-9a-f]{4}", r"\x00"], Some(b"\x00%"));
        check(&["(?:<!--|#!)", r"[\r\n]x"], None);
        check(&[r"[\r\n]\s*content"], Some(b"\n\r"));
        check(&["(?:;a|;b)+"], Some(b";"));
    }

    #[test]
    fn what_may_be_absent_is_not_needed() {
        check(&["(?:a:)?e"], None);
        check(&["x*"], None);
        check(&["e"], None);
        check(&["[a-z]", ":"], None);
    }

    #[test]
    fn no_match_stands_without_a_needed_byte() {
        for pattern in ["javascript:", "(?i)url=", r"%[0-9a-f]{2}|\\x", "a(?:;|&)b", "^$", "(?:x:y|:z)"] {
            let regex = regex_automata::meta::Regex::new(pattern).expect("a pattern");
            let Some(rare) = Rare::of(&[hir(pattern)]) else { continue };
            for text in ["javascript:", "url=", "URL=x", "%41", "\\x", "a;b", "a&b", "x:y", ":z", "", "none"]
            {
                assert!(rare.stands_in(text.as_bytes()) || !regex.is_match(text), "{pattern} {text}");
            }
        }
    }
}
