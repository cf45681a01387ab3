//! Patterns of ECMA-262 with its annex B, over code points.
//!
//! A pattern without look-around and back references runs on an automaton of linear cost; the rest on the bounded machine of the
//! rules ([`crate::operator::pcre`]), over the bytes of UTF-8. Read as well, since other readers of schemas read it: `\A`, `\z`
//! and `\Z`, `(?i)` and its sisters, POSIX names in classes. A reference to a group that took no part does not match, where
//! ECMA-262 takes it for empty. Refused: look-behind of no fixed length, named properties that regex-syntax does not know.
//!
//! INVARIANT: a search ends after a number of steps that is linear in the text, and says when it does not know.
mod parse;
mod tree;

use crate::operator::pcre::backtrack::{self, Found, Program};
use crate::operator::pcre::{Node as Bytes, Pattern as OfBytes};
pub(super) use parse::is_pattern;
use regex_automata::meta::{self, Regex};
use regex_automata::util::syntax;

/// Memory of one pattern's automaton at most.
const NFA_BYTES_MAX: usize = 16 << 20;
/// Repeats up to this number are left to the engine, whose automaton has a state for each.
const REPEAT_MAX: u64 = 1000;
/// Steps of the machine that looks around: at least, and for each byte.
const STEPS_MAX: usize = 50_000;
const STEPS_PER_BYTE: usize = 32;

/// A pattern, ready.
#[derive(Debug)]
pub(super) struct Pattern {
    engine: Engine,
    /// Letters of the text, at least and at most: a large count of one class.
    letters: Option<(u64, u64)>,
}

#[derive(Debug)]
enum Engine {
    Automaton(Box<Regex>),
    Machine(Program),
}

/// Whether a text matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// The steps did not suffice.
    Unknown,
}

impl Pattern {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if let Some((rest, letters)) = counted(text) {
            return Ok(Self { letters: Some(letters), ..Self::read(&rest)? });
        }
        let (tree, groups) = parse::parse(text, parse::Dialect::Everything)?;
        let Some(hir) = tree.hir() else {
            let node = tree.node().ok_or("a look-behind whose length is not fixed")?;
            // A search begins at every byte: none begins within a character.
            let within = Bytes::Class(tree::continuation());
            let start = Bytes::Around { behind: false, negated: true, node: Box::new(within) };
            let pattern = OfBytes { node: Bytes::Concat(vec![start, node]), groups };
            let program = backtrack::compile(&pattern).ok_or("the pattern is too large")?;
            return Ok(Self { engine: Engine::Machine(program), letters: None });
        };
        let config = meta::Config::new()
            .match_kind(regex_automata::MatchKind::All)
            .nfa_size_limit(Some(NFA_BYTES_MAX))
            // Only whether there is a match is asked.
            .which_captures(regex_automata::nfa::thompson::WhichCaptures::None);
        let regex = meta::Builder::new().configure(config).syntax(syntax::Config::new()).build_from_hir(&hir);
        let regex = regex.map_err(|_| "the pattern is too large".to_owned())?;
        Ok(Self { engine: Engine::Automaton(Box::new(regex)), letters: None })
    }

    pub(super) fn test(&self, text: &str) -> Answer {
        if let Some((least, most)) = self.letters
            && !(least..=most).contains(&(text.chars().count() as u64))
        {
            return Answer::No;
        }
        match &self.engine {
            Engine::Automaton(regex) if regex.is_match(text) => Answer::Yes,
            Engine::Automaton(_) => Answer::No,
            Engine::Machine(program) => {
                let steps = STEPS_MAX.saturating_add(text.len().saturating_mul(STEPS_PER_BYTE));
                match program.search(text.as_bytes(), 0, steps) {
                    Found::Match(_) => Answer::Yes,
                    Found::Nothing => Answer::No,
                    Found::LimitExceeded => Answer::Unknown,
                }
            }
        }
    }

    /// What a test of a text costs, in steps of the evaluator.
    pub(super) fn cost(&self, text: &str) -> u64 {
        let per_step = match self.engine {
            Engine::Automaton(_) => 16,
            Engine::Machine(_) => 1,
        };
        text.len() as u64 / per_step
    }
}

/// `^X{a,b}$` with a large number and one character `X`: the same as `^X*$` and a length.
fn counted(pattern: &str) -> Option<(String, (u64, u64))> {
    let inner = pattern.strip_prefix('^')?.strip_suffix("}$")?;
    let (one, numbers) = inner.rsplit_once('{')?;
    let (least, most) = numbers.split_once(',').unwrap_or((numbers, numbers));
    let (least, most): (u64, u64) = (least.parse().ok()?, most.parse().ok()?);
    let class = one.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_one = matches!(one, "." | "\\w" | "\\d" | "\\s" | "\\W" | "\\D" | "\\S")
        || class.is_some_and(|class| {
            !class.is_empty() && class != "^" && !class.contains(['[', ']']) && !class.ends_with('\\')
        });
    (is_one && least <= most && most > REPEAT_MAX).then(|| (format!("^{one}*$"), (least, most)))
}

#[cfg(test)]
mod tests;
