//! `@rx` and `@rxGlobal`: one pattern, made ready at its first use.
//!
//! Reading a pattern is cheap and happens at once, so that a wrong one is told when rules are loaded. The engine costs a hundred
//! times more in time and memory, and most patterns of a rule set never see a value that could match: it is built at first use.
use super::literals::{self, Gate};
use super::pcre::backtrack::{self, Found, Program};
use super::pcre::{self, hir::hir};
use super::{Groups, OperatorError, Outcome};
use regex_automata::meta;
use regex_automata::util::captures::Captures;
use regex_syntax::hir::Hir;
use std::sync::OnceLock;

/// Patterns up to this surely fit into an automaton.
const CERTAIN_BYTES_MAX: usize = 200;

/// Groups of a match: start and end, none where unset.
type Spans = Vec<Option<(usize, usize)>>;

#[derive(Debug)]
pub(super) struct Regex {
    source: Box<[u8]>,
    steps_max: usize,
    gate: OnceLock<Gate>,
    engine: OnceLock<Engine>,
}

#[derive(Debug)]
enum Engine {
    /// Linear. `confirm` decides about a match at the end of a value after a line feed, where PCRE's `^` does not match.
    Automaton {
        regex: meta::Regex,
        confirm: Option<Program>,
    },
    Backtrack(Program),
    /// Every value matches as a whole: `^.*$`, with which rules take a value into `TX:0`.
    Everything,
    /// Too large to build: it cannot decide.
    Broken,
}

impl Regex {
    pub(super) fn new(source: &[u8], steps_max: usize) -> Result<Self, OperatorError> {
        pcre::parse(source).map_err(|error| OperatorError { message: error.to_string() })?;
        Ok(Self { source: source.into(), steps_max, gate: OnceLock::new(), engine: OnceLock::new() })
    }

    pub(super) fn hir(&self) -> Option<Hir> {
        hir(&pcre::parse(&self.source).ok()?.node)
    }

    /// Whether it never runs into a limit: a short pattern that an automaton can read, and that repeats nothing by a number.
    pub(super) fn is_certain(&self) -> bool {
        self.source.len() <= CERTAIN_BYTES_MAX && !self.source.contains(&b'{') && self.hir().is_some()
    }

    pub(super) fn required_literals(&self) -> Option<Vec<Vec<u8>>> {
        literals::required(&pcre::parse(&self.source).ok()?.node)
    }

    pub(super) fn prepare(&self) {
        self.lets(b"");
        self.engine();
    }

    /// Whether a match is possible; costs about a nanosecond a byte.
    fn lets(&self, value: &[u8]) -> bool {
        self.gate.get_or_init(|| Gate::new(self.required_literals().as_ref())).lets(value)
    }

    fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| Engine::new(&self.source))
    }

    pub(super) fn test(&self, value: &[u8]) -> Outcome {
        if !self.lets(value) {
            return Outcome::NoMatch;
        }
        match self.engine() {
            Engine::Automaton { regex, confirm: Some(_) }
                if value.ends_with(b"\n") && regex.is_match(value) =>
            {
                self.search(value, 0).0
            }
            Engine::Automaton { regex, .. } => Outcome::from(regex.is_match(value)),
            Engine::Everything => Outcome::Match,
            Engine::Backtrack(_) | Engine::Broken => self.search(value, 0).0,
        }
    }

    /// The groups of the first match at or after a place.
    fn search(&self, value: &[u8], from: usize) -> (Outcome, Spans) {
        let found = match self.engine() {
            Engine::Broken => Found::LimitExceeded,
            Engine::Everything => match line_start(value, from) {
                Some(start) => Found::Match(vec![Some((start, value.len()))]),
                None => Found::Nothing,
            },
            Engine::Backtrack(program) => program.search(value, from, self.steps_max),
            Engine::Automaton { regex, confirm } => {
                let found = search_automaton(regex, value, from);
                match (&found, confirm) {
                    (Found::Match(spans), Some(program))
                        if value.ends_with(b"\n") && ends_at(spans, value.len()) =>
                    {
                        match program.search(value, from, self.steps_max) {
                            Found::LimitExceeded => found,
                            sure => sure,
                        }
                    }
                    _ => found,
                }
            }
        };
        match found {
            Found::Match(spans) => (Outcome::Match, spans),
            Found::Nothing => (Outcome::NoMatch, Vec::new()),
            Found::LimitExceeded => (Outcome::LimitExceeded, Vec::new()),
        }
    }

    pub(super) fn find(&self, value: &[u8], groups: &mut Groups) -> Outcome {
        if !self.lets(value) {
            return Outcome::NoMatch;
        }
        let (outcome, spans) = self.search(value, 0);
        push_groups(value, &spans, groups);
        outcome
    }

    /// The groups of every match, one after another.
    pub(super) fn find_all(&self, value: &[u8], groups: &mut Groups) -> Outcome {
        let mut from = 0;
        let mut outcome = Outcome::NoMatch;
        while from <= value.len() && groups.texts.len() < GROUPS_MAX {
            let (found, spans) = self.search(value, from);
            if found == Outcome::LimitExceeded {
                return found;
            }
            let Some(&Some((start, end))) = spans.first() else { break };
            outcome = Outcome::Match;
            push_groups(value, &spans, groups);
            from = if end > start { end } else { end + 1 };
        }
        outcome
    }

    /// Whether some match, from each start, satisfies a test; its text.
    pub(super) fn find_where(&self, value: &[u8], test: impl Fn(&[u8]) -> bool) -> (Outcome, Vec<u8>) {
        let mut from = 0;
        let mut bytes_left = self.steps_max;
        while from < value.len() {
            let (outcome, spans) = self.search(value, from);
            let (Outcome::Match, Some(&Some((start, _)))) = (outcome, spans.first()) else {
                return (outcome, Vec::new());
            };
            for (start, end) in spans.iter().flatten() {
                let text = value.get(*start..*end).unwrap_or_default();
                let Some(left) = bytes_left.checked_sub(text.len() + 1) else {
                    return (Outcome::LimitExceeded, Vec::new());
                };
                bytes_left = left;
                if test(text) {
                    return (Outcome::Match, text.to_vec());
                }
            }
            from = start + 1;
        }
        (Outcome::NoMatch, Vec::new())
    }
}

/// Where `^` matches at or behind a place: at the start, and behind a line feed that is not the last byte.
fn line_start(value: &[u8], from: usize) -> Option<usize> {
    let Some(before) = from.checked_sub(1) else { return Some(0) };
    let feed = memchr::memchr(b'\n', value.get(before..)?)?;
    Some(from + feed).filter(|start| *start < value.len())
}

/// Groups that `@rxGlobal` keeps.
const GROUPS_MAX: usize = 1000;

fn ends_at(spans: &Spans, end: usize) -> bool {
    matches!(spans.first(), Some(Some((_, last))) if *last == end)
}

fn search_automaton(regex: &meta::Regex, value: &[u8], from: usize) -> Found {
    let mut captures: Captures = regex.create_captures();
    regex.search_captures(&regex_automata::Input::new(value).range(from..), &mut captures);
    if !captures.is_match() {
        return Found::Nothing;
    }
    Found::Match(captures.iter().map(|span| span.map(|span| (span.start, span.end))).collect())
}

/// As PCRE counts them: up to the last one that is set.
fn push_groups(value: &[u8], spans: &Spans, groups: &mut Groups) {
    let used = spans.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    groups.texts.extend(spans.iter().take(used).map(|span| match span {
        Some((start, end)) => value.get(*start..*end).unwrap_or_default().to_vec(),
        None => Vec::new(),
    }));
}

impl Engine {
    fn new(source: &[u8]) -> Self {
        // `.` matches line feeds (`PCRE_DOTALL`).
        if source == b"^.*$" {
            return Self::Everything;
        }
        let Ok(pattern) = pcre::parse(source) else { return Self::Broken };
        let Some(hir) = hir(&pattern.node) else {
            return backtrack::compile(&pattern).map_or(Self::Broken, Self::Backtrack);
        };
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(NFA_BYTES_MAX));
        let Ok(regex) = meta::Builder::new().configure(config).build_from_hir(&hir) else {
            return Self::Broken;
        };
        let confirm = pattern.node.line_may_start_at_end(0).then(|| backtrack::compile(&pattern)).flatten();
        Self::Automaton { regex, confirm }
    }
}

/// Memory of one pattern's automaton at most.
const NFA_BYTES_MAX: usize = 16 << 20;
