//! Whether one pattern's texts are all texts of another.
//!
//! The right pattern is an automaton; a set of its states is what reading some text can lead to. The left pattern is
//! read letter by letter. Where it has a wildcard, every text must work; the hardest ones are those of characters
//! that the right side does not write, so that only those (and colons) are tried.
use std::collections::BTreeSet;

use model::Tri;

use super::Pattern;
use super::token::{Letter, Token, View, tokens};

/// States that are visited before the answer is [`Tri::Unknown`].
const STEPS_MAX: usize = 2_000_000;

pub(super) fn within(left: &Pattern, right: &Pattern) -> Tri {
    if left == right || right.is_everything() {
        return Tri::True;
    }
    match includes(&tokens(left, View::Wide), &tokens(right, View::Exact)) {
        Some(true) => return Tri::True,
        None => return Tri::Unknown,
        Some(false) => {}
    }
    if !left.is_open() && !right.is_open() {
        return Tri::False;
    }
    never_within(left, right)
}

pub(super) fn matches_plain(pattern: &Pattern, text: &str) -> Tri {
    let text: Vec<Token<'_>> = text.chars().map(Token::Char).collect();
    match includes(&text, &tokens(pattern, View::Plain)) {
        Some(true) => Tri::True,
        Some(false) if !pattern.is_open() => Tri::False,
        Some(false) => match includes(&text, &tokens(pattern, View::PlainAny)) {
            Some(false) => Tri::False,
            _ => Tri::Unknown,
        },
        None => Tri::Unknown,
    }
}

/// Whether no value of the symbols and variables could make it true.
fn never_within(left: &Pattern, right: &Pattern) -> Tri {
    if super::meet::meets(left, right) == Tri::False {
        return Tri::False;
    }
    // What both begin and end with stands for the same text on both sides and can be taken away.
    let (left, right) = (tokens(left, View::Exact), tokens(right, View::Exact));
    let (left, right) = strip(&left, &right);
    if left.iter().any(|token| matches!(token, Token::Atom(_))) {
        return Tri::Unknown;
    }
    // Atoms are one text each, however long: many texts are not within one.
    let many = |row: &[Token<'_>]| row.iter().any(|token| !matches!(token, Token::Char(_) | Token::Atom(_)));
    if many(left) && !many(right) {
        return Tri::False;
    }
    let right: Vec<Token<'_>> = right
        .iter()
        .map(|token| match token {
            Token::Atom(_) => Token::Star { colon: true },
            other => *other,
        })
        .collect();
    match includes(left, &right) {
        Some(false) => Tri::False,
        _ => Tri::Unknown,
    }
}

type Row<'t, 'p> = &'t [Token<'p>];

fn strip<'t, 'p>(left: Row<'t, 'p>, right: Row<'t, 'p>) -> (Row<'t, 'p>, Row<'t, 'p>) {
    let same = |(left, right): &(&Token<'_>, &Token<'_>)| {
        left == right && matches!(left, Token::Char(_) | Token::Atom(_))
    };
    let first = left.iter().zip(right).take_while(same).count();
    let left = left.get(first..).unwrap_or_default();
    let right = right.get(first..).unwrap_or_default();
    let last = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    (left.get(..left.len() - last).unwrap_or_default(), right.get(..right.len() - last).unwrap_or_default())
}

/// The states that reading led to, sorted.
type States = Vec<u32>;

struct Reader<'t, 'p> {
    right: &'t [Token<'p>],
    /// Some wildcard of the right side does not take colons: these are tried, too.
    narrow: bool,
    steps: usize,
}

/// `None` when that would take too long.
fn includes(left: &[Token<'_>], right: &[Token<'_>]) -> Option<bool> {
    let narrow = right.iter().any(|token| token.is_narrow());
    let mut reader = Reader { right, narrow, steps: 0 };
    let mut work = vec![(0_usize, reader.close(vec![0]))];
    let mut seen: BTreeSet<(usize, States)> = BTreeSet::new();
    while let Some((mut at, mut states)) = work.pop() {
        // Straight parts need no memory.
        loop {
            if states.is_empty() {
                return Some(false);
            }
            let Some(token) = left.get(at) else {
                if !states.iter().any(|state| *state as usize == right.len()) {
                    return Some(false);
                }
                break;
            };
            let letter = match token {
                Token::Char(sign) => Letter::Char(*sign),
                Token::Atom(piece) => Letter::Atom(piece),
                Token::One { .. } | Token::Star { .. } => {
                    if seen.insert((at, states.clone())) {
                        reader.branch(at, *token, &states, &mut work);
                    }
                    break;
                }
            };
            states = reader.read(&states, letter);
            at += 1;
            if reader.steps > STEPS_MAX {
                return None;
            }
        }
        if reader.steps > STEPS_MAX {
            return None;
        }
    }
    Some(true)
}

impl Reader<'_, '_> {
    /// Every text that a wildcard of the left side stands for must work.
    fn branch(&mut self, at: usize, token: Token<'_>, states: &States, work: &mut Vec<(usize, States)>) {
        let next = if token.is_star() { at } else { at + 1 };
        let takes_colon = !token.is_narrow();
        if takes_colon && self.narrow {
            work.push((next, self.read(states, Letter::Char(':'))));
        }
        work.push((next, self.read(states, Letter::Fresh)));
        if token.is_star() {
            work.push((at + 1, states.clone()));
        }
    }

    fn read(&mut self, states: &States, letter: Letter<'_>) -> States {
        let mut next = Vec::with_capacity(states.len());
        for state in states {
            self.steps += 1;
            let Some(token) = self.right.get(*state as usize) else { continue };
            if token.takes(letter) {
                next.push(if token.is_star() { *state } else { *state + 1 });
            }
        }
        self.close(next)
    }

    /// A star may stand for nothing. What comes before the last star that takes everything is no longer needed: the
    /// star takes whatever that would have.
    fn close(&mut self, mut states: States) -> States {
        states.sort_unstable();
        states.dedup();
        let mut at = 0;
        while let Some(state) = states.get(at).copied() {
            self.steps += 1;
            if self.right.get(state as usize).is_some_and(|token| token.is_star())
                && states.get(at + 1) != Some(&(state + 1))
            {
                states.insert(at + 1, state + 1);
            }
            at += 1;
        }
        let everything = |state: &u32| self.right.get(*state as usize) == Some(&Token::Star { colon: true });
        if let Some(last) = states.iter().rposition(everything) {
            states.drain(..last);
        }
        states
    }
}
