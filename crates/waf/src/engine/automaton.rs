//! Many patterns in one automaton, that is built while it reads.
//!
//! One pass over a value says which of a hundred patterns match it. States come into being when a value needs them, which costs a thousand times more
//! than reading a byte; benign values soon need no new ones. Hostile values could ask for new ones for ever, so each pass has a
//! budget, and gives up when it is spent: then the patterns are asked one by one.
use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Compiler, Config as NfaConfig, WhichCaptures};
use regex_automata::util::start;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};
use std::collections::BTreeMap;

/// Bytes of states that one cache keeps; it is emptied when they are more.
pub(super) const CACHE_BYTES_MAX: usize = 8 << 20;
/// Bytes of the unbuilt automaton. More patterns than fit are asked one by one.
const NFA_BYTES_MAX: usize = 64 << 20;

/// Patterns made one. Threads share it; each has its own [`Cache`].
#[derive(Debug)]
pub(super) struct Automaton {
    dfa: DFA,
}

/// What one pass found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every pattern that matches was told.
    Complete,
    /// Too many new states: nothing is known.
    GaveUp,
}

impl Automaton {
    /// `None` when the patterns are too large together.
    pub(super) fn new(patterns: &[Hir]) -> Option<Self> {
        let config = NfaConfig::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(NFA_BYTES_MAX))
            .shrink(false);
        let nfa = Compiler::new().configure(config).build_many_from_hir(patterns).ok()?;
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .starts_for_each_pattern(false)
            .specialize_start_states(false)
            .skip_cache_capacity_check(true)
            .cache_capacity(CACHE_BYTES_MAX);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self { dfa })
    }

    pub(super) fn cache(&self) -> Cache {
        self.dfa.create_cache()
    }

    /// Reads a value, and calls with every pattern that matches it, perhaps more than once. A new state costs one of `budget`.
    pub(super) fn read(
        &self,
        cache: &mut Cache,
        value: &[u8],
        budget: &mut u32,
        found: &mut dyn FnMut(usize),
    ) -> Outcome {
        let dfa = &self.dfa;
        let config = start::Config::new().anchored(Anchored::No);
        let Ok(mut state) = dfa.start_state(cache, &config) else { return Outcome::GaveUp };
        let mut rest = value;
        loop {
            let (last, met) =
                if state.is_tagged() { (state, None) } else { run(dfa, cache, state, &mut rest) };
            state = last;
            let (mut next, byte) = match (met, rest.split_first()) {
                (Some(met), _) => met,
                (None, None) => break,
                // Behind a match nobody can ask for the next state without building it.
                (None, Some(_)) if *budget == 0 => return Outcome::GaveUp,
                (None, Some((byte, behind))) => {
                    rest = behind;
                    let before = cache.memory_usage();
                    let Ok(next) = dfa.next_state(cache, state, *byte) else { return Outcome::GaveUp };
                    *budget -= u32::from(cache.memory_usage() != before);
                    (next, *byte)
                }
            };
            if next.is_unknown() {
                if *budget == 0 {
                    return Outcome::GaveUp;
                }
                *budget -= 1;
                next = match dfa.next_state(cache, state, byte) {
                    Ok(next) => next,
                    Err(_) => return Outcome::GaveUp,
                };
            }
            if next.is_match() {
                if next != state {
                    tell(dfa, cache, next, found);
                }
            } else if next.is_dead() {
                return Outcome::Complete;
            } else if next.is_quit() {
                return Outcome::GaveUp;
            }
            state = next;
        }
        match dfa.next_eoi_state(cache, state) {
            Ok(end) if end.is_match() => {
                tell(dfa, cache, end, found);
                Outcome::Complete
            }
            Ok(_) => Outcome::Complete,
            Err(_) => Outcome::GaveUp,
        }
    }
}

/// Reads while every state is there and nothing matches: the way of almost every byte, and nothing else is done on it. Gives the last such state, and what
/// came behind it with the byte that led there.
#[inline]
fn run(
    dfa: &DFA,
    cache: &Cache,
    mut state: LazyStateID,
    rest: &mut &[u8],
) -> (LazyStateID, Option<(LazyStateID, u8)>) {
    let mut bytes = rest.iter();
    let mut met = None;
    for byte in bytes.by_ref() {
        let next = dfa.next_state_untagged(cache, state, *byte);
        if next.is_tagged() {
            met = Some((next, *byte));
            break;
        }
        state = next;
    }
    *rest = bytes.as_slice();
    (state, met)
}

fn tell(dfa: &DFA, cache: &Cache, state: LazyStateID, found: &mut dyn FnMut(usize)) {
    for position in 0..dfa.match_len(cache, state) {
        found(dfa.match_pattern(cache, state, position).as_usize());
    }
}

/// Phrases in any case as one pattern: a tree of their letters, so that a thousand of them cost as few states as possible.
pub(super) fn phrases(phrases: &[Vec<u8>]) -> Hir {
    let mut root = Letters::default();
    for phrase in phrases {
        root.add(phrase);
    }
    root.pattern()
}

/// One text in any case, with any white space between its letters.
pub(super) fn spaced(text: &[u8]) -> Hir {
    let gap = Hir::repetition(Repetition {
        min: 0,
        max: None,
        greedy: true,
        sub: Box::new(Hir::class(Class::Bytes(ClassBytes::new(
            [(b'\t', b'\r'), (b' ', b' '), (0xa0, 0xa0), (0xc2, 0xc2)]
                .map(|(start, end)| ClassBytesRange::new(start, end)),
        )))),
    });
    let mut parts = Vec::new();
    for byte in text {
        if !parts.is_empty() {
            parts.push(gap.clone());
        }
        parts.push(letter(byte.to_ascii_lowercase()));
    }
    Hir::concat(parts)
}

#[derive(Default)]
struct Letters {
    next: BTreeMap<u8, Letters>,
    ends: bool,
}

impl Letters {
    fn add(&mut self, phrase: &[u8]) {
        let mut place = self;
        for byte in phrase {
            // What stands behind a phrase adds nothing: the phrase is found already.
            if place.ends {
                return;
            }
            place = place.next.entry(byte.to_ascii_lowercase()).or_default();
        }
        place.ends = true;
        place.next.clear();
    }

    fn pattern(&self) -> Hir {
        if self.ends {
            return Hir::empty();
        }
        Hir::alternation(self.next.iter().map(|(byte, rest)| prefixed(*byte, rest)).collect())
    }
}

/// A letter and what follows; runs of single letters make one sequence.
fn prefixed(byte: u8, rest: &Letters) -> Hir {
    let mut run = vec![letter(byte)];
    let mut place = rest;
    while let (false, 1, Some((byte, next))) = (place.ends, place.next.len(), place.next.iter().next()) {
        run.push(letter(*byte));
        place = next;
    }
    run.push(place.pattern());
    Hir::concat(run)
}

fn letter(byte: u8) -> Hir {
    let mut class = ClassBytes::new([ClassBytesRange::new(byte, byte)]);
    if byte.is_ascii_lowercase() {
        class.push(ClassBytesRange::new(byte.to_ascii_uppercase(), byte.to_ascii_uppercase()));
    }
    Hir::class(Class::Bytes(class))
}

/// Whether a pattern matches every value: then it says nothing.
pub(super) fn matches_empty(pattern: &Hir) -> bool {
    pattern.properties().minimum_len() == Some(0)
        && pattern.properties().look_set().is_empty()
        && !matches!(pattern.kind(), HirKind::Class(_))
}

#[cfg(test)]
mod tests {
    use super::{Automaton, Outcome};
    use regex_syntax::ParserBuilder;

    /// `x` and letters, of which each place asks for a state of its own.
    fn hostile() -> Vec<u8> {
        let mut dice = 1_u32;
        let letters = std::iter::repeat_with(|| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if dice >> 31 == 0 { b'a' } else { b'b' }
        });
        std::iter::once(b'x').chain(letters.take(2_000)).collect()
    }

    #[test]
    fn states_behind_a_match_are_counted() {
        let parse = |pattern: &str| ParserBuilder::new().utf8(false).build().parse(pattern).unwrap();
        // The first one matches at every letter, so that every state is one of a match.
        let automaton = Automaton::new(&[parse("x[ab]*"), parse("a[ab]{12}c")]).unwrap();
        let read = |budget: u32| {
            let mut left = budget;
            let outcome = automaton.read(&mut automaton.cache(), &hostile(), &mut left, &mut |_| {});
            (outcome, budget - left)
        };
        assert_eq!(read(5), (Outcome::GaveUp, 5));
        let (outcome, built) = read(10_000);
        assert_eq!(outcome, Outcome::Complete);
        assert!(built > 500, "{built}");
    }
}
