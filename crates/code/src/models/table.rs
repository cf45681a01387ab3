//! The tables of rules: their format, and how a call's name finds its rules.
use model::{Language, SinkKind};

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
    /// A keyword or option has this literal: `verify=False`.
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
    /// The argument, changed in a way that keeps it harmful: copies, decoders, string functions.
    Same,
    /// The structure that the argument's text describes: `json.loads`.
    Parsed,
    /// A text that holds the argument: `json.dumps`.
    Text,
    /// Runs the functions among its arguments on the other arguments, as `map` does.
    Calls,
    /// The request that a web framework handles: `flask.request`.
    Request,
    /// The claims of a token that nobody verified.
    UnverifiedToken,
}

/// The rules of a call, most exact name first.
///
/// `path` is a qualified name as [`model::Call::api`] describes.
pub(crate) fn rules(language: Language, path: &str) -> Vec<&'static Rule> {
    let _ = (language, path);
    Vec::new()
}
