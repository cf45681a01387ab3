//! The tables of rules: their format, and how a call's name finds its rules.
//!
//! The format itself is described at the top of `python.txt`; [`super::read`] parses it.
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::{Language, SinkKind};

use super::read;
use crate::taint::Kinds;

/// One fact about a function of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub effect: Effect,
    /// What of the call it is about.
    pub argument: Argument,
}

/// What a call does with an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The argument ends here and can do harm, under a condition.
    Sink(SinkKind, Condition),
    /// The result is the argument, harmless for these ends.
    Clean(Kinds),
    /// The call returns only when the argument is harmless for these ends (else it throws).
    Guard(Kinds),
    /// The call is true only when the argument is harmless for these ends.
    Test(Kinds),
    /// What the call gives back.
    Returns(Returns),
    /// What the call gives back under a condition; stands before the unconditional one and wins.
    ReturnsIf(Returns, Condition),
}

/// Which argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// At a position from 0, or by one of these keywords (also a key of an options object that stands there).
    At(usize, Vec<&'static str>),
    /// Only by keyword, or as a key of the object in the first or last argument: `Body`.
    Named(&'static str),
    /// Every argument.
    Any,
    /// From this position on.
    From(usize),
    /// What the method is called on.
    Receiver,
}

/// When a sink is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Always,
    /// A shell reads it: `shell=True`, `{ shell: true }`.
    Shell,
    /// The value is one text, not a list of arguments.
    Text,
    /// The value begins as a statement of SQL does, or the receiver is known to be a database.
    SqlText,
    /// The value is a structure of which the sender chose the keys.
    Structured,
    /// A keyword, a key of an options object (at any depth) or, for a number, the argument at that position has
    /// this literal: `verify=False`. Literals are JSON's (`true`, `false`, `null`, `1`), texts bare, names of
    /// others their path (`yaml.Loader`).
    Option(&'static str, &'static str),
    /// A keyword or option does not stand there, or not with this literal.
    Unless(&'static str, &'static str),
    /// The call has fewer arguments than this, keywords counted.
    FewerThan(usize),
}

/// What a call gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// Nothing of its arguments.
    Fresh,
    /// The argument, changed in a way that keeps it harmful: copies, decoders, string functions. A function
    /// stays that function: `util.promisify(exec)`, `captureAWS(sdk)`, `middy(handler)`.
    Same,
    /// Something of others that holds the arguments and has methods: `tarfile.open(fileobj=x)`.
    Holds,
    /// The structure that the argument's text describes: `json.loads`.
    Parsed,
    /// A text that holds the argument: `json.dumps`.
    Text,
    /// Runs the functions among its arguments on the other arguments, as `map` does.
    Calls,
    /// The request that a web framework handles: `flask.request`. Also asked for names that are only read.
    Request,
    /// The claims of a token that nobody verified.
    UnverifiedToken,
}

/// What a fact is about; a more exact name overrides a less exact one for the same class only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Sink,
    Clean,
    Guard,
    Test,
    Returns,
}

/// A line of a table.
#[derive(Debug)]
pub(super) struct Fact {
    pub patterns: Vec<Pattern>,
    pub class: Class,
    /// `None` takes back what less exact names say.
    pub rule: Option<Rule>,
}

/// Which names a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    /// The whole name.
    Exact(String),
    /// Anything under a module, with this last name.
    Under { module: String, last: String },
    /// Any receiver, with this last name.
    Anywhere(String),
}

/// Every last name, in [`Pattern::Under`] and as a key of the index.
pub(super) const ANY_NAME: &str = "*";

impl Pattern {
    /// Key of the index.
    fn last(&self) -> &str {
        match self {
            Self::Exact(path) => last_name(path),
            Self::Under { last, .. } | Self::Anywhere(last) => last,
        }
    }

    /// How exactly it names this call; `None` when it is another call. `plain` is the name without calls.
    fn exactness(&self, name: &str, plain: &str) -> Option<usize> {
        match self {
            Self::Exact(path) => (path == name).then_some(usize::MAX),
            Self::Under { module, last } => {
                let rest = plain.strip_prefix(module.as_str())?;
                let is_under = module.ends_with('/') || rest.starts_with('.');
                let named = usize::from(last != ANY_NAME);
                // What a call gives back, called itself, is another function than the one with that name.
                let is_result = last != ANY_NAME && name.ends_with("()");
                let is_under = is_under && !is_result;
                is_under.then_some(2 + 2 * module.len() + named)
            }
            Self::Anywhere(_) => (plain.contains('.') && !name.ends_with("()")).then_some(1),
        }
    }
}

/// The facts of one language.
#[derive(Debug)]
struct Table {
    facts: Vec<Fact>,
    /// Last name to positions in `facts` with the pattern.
    by_last_name: BTreeMap<String, Vec<(usize, Pattern)>>,
}

impl Table {
    fn new(text: &'static str) -> Self {
        // A test holds that every line parses.
        let facts: Vec<Fact> = read::facts(text).filter_map(Result::ok).collect();
        let mut by_last_name: BTreeMap<String, Vec<(usize, Pattern)>> = BTreeMap::new();
        for (position, fact) in facts.iter().enumerate() {
            for pattern in &fact.patterns {
                by_last_name.entry(pattern.last().to_owned()).or_default().push((position, pattern.clone()));
            }
        }
        Self { facts, by_last_name }
    }

    fn rules(&self, path: &str) -> Vec<&Rule> {
        let name = normal_name(path);
        let plain = name.replace("()", "");
        let with_last = |last: &str| self.by_last_name.get(last).into_iter().flatten();
        let mut best: BTreeMap<Class, (usize, Vec<usize>)> = BTreeMap::new();
        for (position, pattern) in with_last(last_name(&plain)).chain(with_last(ANY_NAME)) {
            let Some(fact) = self.facts.get(*position) else { continue };
            let Some(exactness) = pattern.exactness(&name, &plain) else { continue };
            let (known, positions) = best.entry(fact.class).or_default();
            if exactness > *known {
                *known = exactness;
                positions.clear();
            }
            if exactness == *known && !positions.contains(position) {
                positions.push(*position);
            }
        }
        let mut found: Vec<(usize, Class, usize)> = Vec::new();
        for (class, (exactness, positions)) in best {
            found.extend(positions.into_iter().map(|position| (exactness, class, position)));
        }
        found.sort_by_key(|(exactness, class, position)| (usize::MAX - exactness, *class, *position));
        let mut rules: Vec<&Rule> = Vec::new();
        for rule in found.iter().filter_map(|(.., position)| self.facts.get(*position)?.rule.as_ref()) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules
    }
}

/// What stands behind the last dot; calls left out.
fn last_name(path: &str) -> &str {
    let path = path.trim_end_matches("()");
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

/// A `/` inside of a package is a dot: `lodash/merge`, `@scope/package/part`.
pub(super) fn normal_name(path: &str) -> Cow<'_, str> {
    let after_scope = if path.starts_with('@') { path.find('/').map_or(0, |slash| slash + 1) } else { 0 };
    match path.split_at_checked(after_scope) {
        Some((scope, rest)) if rest.contains('/') => Cow::Owned(format!("{scope}{}", rest.replace('/', "."))),
        _ => Cow::Borrowed(path),
    }
}

/// The table's text of a language.
fn text(language: Language) -> Option<&'static str> {
    match language {
        Language::Python => Some(include_str!("python.txt")),
        Language::JavaScript | Language::TypeScript => Some(include_str!("javascript.txt")),
        _ => None,
    }
}

/// The rules of a call, most exact name first.
///
/// `path` is a qualified name as [`model::Call::api`] describes.
pub(crate) fn rules(language: Language, path: &str) -> Vec<&'static Rule> {
    static PYTHON: OnceLock<Table> = OnceLock::new();
    static JAVASCRIPT: OnceLock<Table> = OnceLock::new();
    let table = match language {
        Language::Python => &PYTHON,
        _ => &JAVASCRIPT,
    };
    text(language).map_or_else(Vec::new, |text| table.get_or_init(|| Table::new(text)).rules(path))
}

#[cfg(test)]
mod tests;
