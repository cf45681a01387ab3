//! Operators: what a rule asks of one value.
//!
//! Answers are those of ModSecurity v3; deliberate differences stand at the modules that have them. Engines are built at first
//! use: a rule set has hundreds of operators, and most of them never see a value that passes the engine's prefilters.
//!
//! INVARIANT: an operator's cost is linear in the value, or bounded by `steps_max`, and then [`Outcome::LimitExceeded`] says so.
mod address;
mod literals;
mod number;
pub(crate) mod pcre;
mod phrases;
mod regex;
mod sqli;
mod text;
mod validate;
mod verify;
mod xss;

use crate::rule::{Macro, Operator};
use address::Networks;
use number::Comparison;
use phrases::Phrases;
use regex::Regex;
use std::sync::{Arc, Mutex};
use text::Relation;
use validate::ByteRange;
use verify::Checksum;

/// An operator made ready. Shared by threads; scratch space belongs to the caller.
#[derive(Debug)]
pub struct Matcher {
    kind: Kind,
}

/// Why an operator cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    pub message: String,
}

/// What an operator found: group 0 is the whole match, unset groups are empty.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    pub texts: Vec<Vec<u8>>,
    /// The operator gave up: `MSC_PCRE_LIMITS_EXCEEDED`.
    pub limit_exceeded: bool,
}

/// What an operator answers, before negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    NoMatch,
    Match,
    /// `steps_max` did not suffice to know (`MSC_PCRE_LIMITS_EXCEEDED`). ModSecurity takes it for no match.
    LimitExceeded,
}

impl From<bool> for Outcome {
    fn from(matches: bool) -> Self {
        if matches { Self::Match } else { Self::NoMatch }
    }
}

/// The argument of an operator.
#[derive(Debug)]
enum Argument {
    Fixed(Box<[u8]>),
    /// It comes with every value.
    Expanded,
}

impl Argument {
    fn new(text: &Macro) -> Self {
        text.as_text().map_or(Self::Expanded, |text| Self::Fixed(text.into()))
    }

    fn get<'a>(&'a self, expanded: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Fixed(text) => text,
            Self::Expanded => expanded,
        }
    }
}

#[derive(Debug)]
enum Kind {
    Never,
    Always,
    Regex { regex: Regex, global: bool },
    ExpandedRegex(Box<Expanded>),
    Phrases(Phrases),
    Text(Relation, Argument),
    Number(Comparison, Argument),
    Networks(Networks),
    Sqli,
    Xss,
    Bytes(ByteRange),
    UrlEncoding,
    Utf8,
    Checksum(Checksum, Regex),
}

/// A pattern with variables in it, and the last one that was made ready.
#[derive(Debug)]
struct Expanded {
    steps_max: usize,
    global: bool,
    last: Mutex<Option<(Vec<u8>, Arc<Regex>)>>,
}

impl Expanded {
    /// `None` when the expanded text is no pattern.
    fn regex(&self, pattern: &[u8]) -> Option<Arc<Regex>> {
        let last = self.last.lock().ok().and_then(|last| last.clone());
        if let Some((_, regex)) = last.filter(|(known, _)| known == pattern) {
            return Some(regex);
        }
        // libmodsecurity compiles an empty pattern as one that matches anything
        let source = if pattern.is_empty() { b".*" } else { pattern };
        let regex = Arc::new(Regex::new(source, self.steps_max).ok()?);
        if let Ok(mut last) = self.last.lock() {
            *last = Some((pattern.to_vec(), Arc::clone(&regex)));
        }
        Some(regex)
    }
}

impl Matcher {
    /// Makes an operator ready; `steps_max` bounds one regular expression on one value.
    pub fn new(operator: &Operator, steps_max: usize) -> Result<Self, OperatorError> {
        let text = |relation, text: &Macro| Kind::Text(relation, Argument::new(text));
        let number = |comparison, text: &Macro| Kind::Number(comparison, Argument::new(text));
        let checksum = |checksum, pattern: &String| {
            Ok(if pattern.is_empty() {
                Kind::Never
            } else {
                Kind::Checksum(checksum, Regex::new(pattern.as_bytes(), steps_max)?)
            })
        };
        let kind = match operator {
            Operator::Rx(pattern) => regex_kind(pattern, false, steps_max)?,
            Operator::RxGlobal(pattern) => regex_kind(pattern, true, steps_max)?,
            Operator::Pm(phrases) => Kind::Phrases(Phrases::new(phrases)),
            Operator::BeginsWith(argument) => text(Relation::BeginsWith, argument),
            Operator::Contains(argument) | Operator::StrMatch(argument) => text(Relation::Contains, argument),
            Operator::ContainsWord(argument) => text(Relation::ContainsWord, argument),
            Operator::EndsWith(argument) => text(Relation::EndsWith, argument),
            Operator::StrEq(argument) => text(Relation::StrEq, argument),
            Operator::Within(argument) => text(Relation::Within, argument),
            Operator::Eq(argument) => number(Comparison::Eq, argument),
            Operator::Ge(argument) => number(Comparison::Ge, argument),
            Operator::Gt(argument) => number(Comparison::Gt, argument),
            Operator::Le(argument) => number(Comparison::Le, argument),
            Operator::Lt(argument) => number(Comparison::Lt, argument),
            Operator::IpMatch(networks) => Kind::Networks(Networks::new(networks)),
            Operator::DetectSqli => Kind::Sqli,
            Operator::DetectXss => Kind::Xss,
            Operator::ValidateByteRange(ranges) => Kind::Bytes(ByteRange::new(ranges)),
            Operator::ValidateUrlEncoding => Kind::UrlEncoding,
            Operator::ValidateUtf8Encoding => Kind::Utf8,
            Operator::VerifyCc(pattern) => checksum(Checksum::Card, pattern)?,
            Operator::VerifyCpf(pattern) => checksum(Checksum::Cpf, pattern)?,
            Operator::VerifySsn(pattern) => checksum(Checksum::Ssn, pattern)?,
            Operator::VerifySvnr(pattern) => checksum(Checksum::Svnr, pattern)?,
            Operator::UnconditionalMatch => Kind::Always,
            Operator::NoMatch | Operator::Unsupported { .. } => Kind::Never,
        };
        Ok(Self { kind })
    }

    /// Whether a value matches, before negation. `argument` is the expanded macro of operators that have one; operators whose
    /// argument has no variable in it do not look at it.
    #[must_use]
    pub fn is_match(&self, value: &[u8], argument: &[u8]) -> bool {
        self.test(value, argument) == Outcome::Match
    }

    /// Like [`is_match`](Self::is_match), and tells when the limit of steps was passed.
    #[must_use]
    pub fn test(&self, value: &[u8], argument: &[u8]) -> Outcome {
        match &self.kind {
            Kind::Never => Outcome::NoMatch,
            Kind::Always => Outcome::Match,
            Kind::Regex { regex, .. } => regex.test(value),
            Kind::ExpandedRegex(expanded) => match expanded.regex(argument) {
                Some(regex) => regex.test(value),
                None => Outcome::NoMatch,
            },
            Kind::Phrases(phrases) => phrases.find(value).is_some().into(),
            Kind::Text(relation, own) => relation.holds(value, own.get(argument)).into(),
            Kind::Number(comparison, own) => comparison.holds(value, own.get(argument)).into(),
            Kind::Networks(networks) => networks.contain(value).into(),
            Kind::Sqli => sqli::detect(value).is_some().into(),
            Kind::Xss => xss::is_xss(value).into(),
            Kind::Bytes(range) => range.is_broken_by(value).into(),
            Kind::UrlEncoding => validate::breaks_url_encoding(value).into(),
            Kind::Utf8 => validate::breaks_utf8(value).into(),
            Kind::Checksum(checksum, regex) => regex.find_where(value, |text| checksum.holds(text)).0,
        }
    }

    /// Like [`is_match`](Self::is_match), and tells what was found: the groups of `@rx` (of every match, one after another, with
    /// `@rxGlobal`), the phrase of `@pm`, the fingerprint of `@detectSQLi`, the value of `@detectXSS`, the number of `@verify…`.
    /// The other operators capture nothing.
    pub fn find(&self, value: &[u8], argument: &[u8], groups: &mut Groups) -> bool {
        groups.texts.clear();
        let outcome = match &self.kind {
            Kind::Regex { regex, global } => find_regex(regex, *global, value, groups),
            Kind::ExpandedRegex(expanded) => match expanded.regex(argument) {
                Some(regex) => find_regex(&regex, expanded.global, value, groups),
                None => Outcome::NoMatch,
            },
            Kind::Phrases(phrases) => found(phrases.find(value).map(<[u8]>::to_vec), groups),
            Kind::Sqli => found(sqli::detect(value).map(|print| print.as_bytes().to_vec()), groups),
            Kind::Xss => found(xss::is_xss(value).then(|| value.to_vec()), groups),
            Kind::Checksum(checksum, regex) => match regex.find_where(value, |text| checksum.holds(text)) {
                (Outcome::Match, text) => found(Some(text), groups),
                (outcome, _) => outcome,
            },
            _ => self.test(value, argument),
        };
        groups.limit_exceeded = outcome == Outcome::LimitExceeded;
        outcome == Outcome::Match
    }

    /// Whether a value may match in which only these bytes stand (letters in both cases or in none). `true` says nothing.
    #[must_use]
    pub fn may_match_bytes(&self, has: &dyn Fn(u8) -> bool) -> bool {
        match &self.kind {
            Kind::Never => false,
            Kind::Bytes(range) => (0..=u8::MAX).any(|byte| has(byte) && !range.allows(byte)),
            Kind::UrlEncoding => has(b'%'),
            Kind::Utf8 => (0x80..=u8::MAX).any(has),
            Kind::Xss => has(b'<') || has(b'='),
            Kind::Text(relation, Argument::Fixed(text)) if *relation != Relation::Within => {
                text.iter().all(|byte| has(*byte))
            }
            _ => true,
        }
    }

    /// The phrases of `@pm`, which look at no case, for combined automata.
    #[must_use]
    pub fn phrases(&self) -> Option<&[Vec<u8>]> {
        match &self.kind {
            Kind::Phrases(phrases) => Some(phrases.phrases()),
            _ => None,
        }
    }

    /// Whether it always decides: no pattern that may give up.
    pub(crate) fn is_certain(&self) -> bool {
        match &self.kind {
            Kind::Regex { regex, .. } => regex.is_certain(),
            Kind::ExpandedRegex(_) | Kind::Checksum(..) => false,
            _ => true,
        }
    }

    /// Whether it matches what its argument is, and nothing else.
    pub(crate) fn is_equality(&self) -> bool {
        matches!(self.kind, Kind::Text(Relation::StrEq, _))
    }

    /// Whether it matches nothing that is ASCII.
    pub(crate) fn passes_ascii(&self) -> bool {
        matches!(self.kind, Kind::Utf8)
    }

    /// Builds what would be built at the first value that needs it; for a thread that warms a new rule set up.
    pub fn prepare(&self) {
        match &self.kind {
            Kind::Regex { regex, .. } | Kind::Checksum(_, regex) => regex.prepare(),
            Kind::Phrases(phrases) => phrases.prepare(),
            Kind::Sqli => {
                let _ = sqli::detect(b"1 = 1");
            }
            _ => {}
        }
    }

    /// The regular expression of `@rx` (PCRE's forms rewritten), for combined automata; nothing of it is kept.
    /// `None` when it is no `@rx`, or needs backreferences or look-around.
    ///
    /// A tree and no text: printed, an optional repetition would read as a lazy one.
    ///
    /// It says where a match is possible, not quite where one is: PCRE's `^` does not match after a line feed that ends the value,
    /// the automaton's does. Only `is_match` and `find` decide.
    #[must_use]
    pub fn hir(&self) -> Option<regex_syntax::hir::Hir> {
        match &self.kind {
            Kind::Regex { regex, .. } => regex.hir(),
            _ => None,
        }
    }

    /// Texts of which at least one stands in every value that matches, when the value's ASCII letters are made small. `None` when
    /// there is no such set that tells anything. Texts may be as short as one byte; nothing of the set is kept.
    #[must_use]
    pub fn required_literals(&self) -> Option<Vec<Vec<u8>>> {
        match &self.kind {
            Kind::Regex { regex, .. } => regex.required_literals(),
            Kind::Phrases(phrases) => {
                Some(phrases.phrases().iter().map(|phrase| phrase.to_ascii_lowercase()).collect())
            }
            Kind::Text(relation, Argument::Fixed(text))
                if *relation != Relation::Within && !text.is_empty() =>
            {
                Some(vec![text.to_ascii_lowercase()])
            }
            Kind::Checksum(_, regex) => regex.required_literals(),
            _ => None,
        }
    }
}

fn regex_kind(pattern: &Macro, global: bool, steps_max: usize) -> Result<Kind, OperatorError> {
    Ok(match pattern.as_text() {
        Some([]) => Kind::Always,
        Some(text) => Kind::Regex { regex: Regex::new(text, steps_max)?, global },
        None => Kind::ExpandedRegex(Box::new(Expanded { steps_max, global, last: Mutex::new(None) })),
    })
}

fn find_regex(regex: &Regex, global: bool, value: &[u8], groups: &mut Groups) -> Outcome {
    if global { regex.find_all(value, groups) } else { regex.find(value, groups) }
}

fn found(text: Option<Vec<u8>>, groups: &mut Groups) -> Outcome {
    let outcome = Outcome::from(text.is_some());
    groups.texts.extend(text);
    outcome
}

#[cfg(test)]
mod tests;
