//! The texts of a policy: literal, with wildcards, with variables, with what only a deployment knows.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource", "IAM policy elements: Variables and tags".
mod include;
mod meet;
mod read;
#[cfg(test)]
mod tests;
mod token;

use std::fmt;

use model::{Tri, Value};

/// An action or resource pattern, or a text to match against one.
///
/// A pattern stands for a set of texts. `*` is any text, `?` any one character. In the first five parts of an ARN, a
/// `*` passes a colon only when it ends its part, as AWS documents; `?` never does. An ARN with missing parts has `*`
/// there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pattern {
    pub pieces: Vec<Piece>,
}

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// Literal text; a `*`, `?` or `$` in it was written as `${*}`, `${?}`, `${$}`.
    Text(String),
    /// `?`
    One,
    /// `*`
    Any,
    /// A policy variable, without `${` and `}`: `aws:username`, `aws:PrincipalTag/team, 'none'`.
    Variable(String),
    /// What only a deployment knows, as the template writes it: `${Orders}`, `${AWS::Region}`. Equal to itself.
    Symbol(String),
}

/// What a request says about a policy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Value(String),
    /// The request has no such key: only a default helps.
    Missing,
    /// Not known, or not known to be there.
    Unknown,
}

impl Pattern {
    /// A text of a policy, in which `*`, `?` and `${…}` mean what IAM says (version 2012-10-17).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        read::text(&mut pattern, text);
        pattern
    }

    /// A text without any special sign: an ARN or a name of a request.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self { pieces: vec![Piece::Text(text.to_owned())] }
    }

    /// An action: case does not count and there are no variables. Compare it with other actions only.
    #[must_use]
    pub fn action(text: &str) -> Self {
        let mut pattern = Self::default();
        read::wildcards(&mut pattern, &text.to_ascii_lowercase());
        pattern
    }

    /// A value of the graph: references and unknown parts are symbols.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let mut pattern = Self::default();
        read::value(&mut pattern, value);
        pattern
    }

    /// An action of the graph; case does not count.
    #[must_use]
    pub fn action_of(value: &Value) -> Self {
        value.as_str().map_or_else(|| Self::of(value), Self::action)
    }

    /// The text when there is no wildcard, variable or symbol.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Stands for every text: `*`, `**`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        !self.pieces.is_empty() && self.pieces.iter().all(|piece| *piece == Piece::Any)
    }

    /// Has a `*` or `?`.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Any | Piece::One))
    }

    /// Has a symbol or a variable: parts that are not known now.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Symbol(_) | Piece::Variable(_)))
    }

    /// Whether it stands for this text. Unknown when that depends on a symbol or a variable.
    #[must_use]
    pub fn matches(&self, text: &str) -> Tri {
        include::within(&Self::literal(text), self)
    }

    /// The same for what is no resource: an ARN has no parts then, and `*` and `?` stand for colons, too.
    #[must_use]
    pub fn matches_plain(&self, text: &str) -> Tri {
        include::matches_plain(self, text)
    }

    /// Whether every text that `self` stands for is one that `other` stands for. Exact for wildcards; a symbol or
    /// variable is only within itself and `*`, and Unknown beside everything else that it could be. Unknown, too,
    /// for pairs of patterns that would cost too much.
    #[must_use]
    pub fn within(&self, other: &Self) -> Tri {
        include::within(self, other)
    }

    /// Whether some text is one that both stand for.
    #[must_use]
    pub fn meets(&self, other: &Self) -> Tri {
        meet::meets(self, other)
    }

    /// The pattern in a request: variables become text. `None` when a variable has neither value nor default: then
    /// it matches nothing. Variables whose value is not known stay.
    #[must_use]
    pub fn resolve(&self, look_up: &dyn Fn(&str) -> Lookup) -> Option<Self> {
        let mut resolved = Self::default();
        for piece in &self.pieces {
            let Piece::Variable(variable) = piece else {
                read::push(&mut resolved, piece.clone());
                continue;
            };
            let (name, default) = variable_parts(variable);
            match (look_up(name), default) {
                (Lookup::Value(value), _) => read::push(&mut resolved, Piece::Text(value)),
                (Lookup::Missing, Some(default)) => {
                    read::push(&mut resolved, Piece::Text(default.to_owned()));
                }
                (Lookup::Missing, None) => return None,
                (Lookup::Unknown, _) => resolved.pieces.push(piece.clone()),
            }
        }
        Some(resolved)
    }
}

/// The key and the default of a variable: `aws:PrincipalTag/team, 'none'`.
#[must_use]
pub fn variable_parts(variable: &str) -> (&str, Option<&str>) {
    let Some((name, rest)) = variable.split_once(',') else { return (variable.trim(), None) };
    let rest = rest.trim();
    let default = rest.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    (name.trim(), default)
}

/// Whether an action pattern of a policy covers an action, without regard to case: `s3:Get*` and `s3:GetObject`.
/// Needs no memory, for the many questions that a catalogue asks. Cost: the product of the lengths at worst.
#[must_use]
pub fn action_matches(pattern: &str, action: &str) -> bool {
    glob(pattern, action, u8::to_ascii_lowercase)
}

/// The two-pointer match of wildcards: on a mismatch, the last `*` takes one byte more.
pub(crate) fn glob(pattern: &str, text: &str, fold: fn(&u8) -> u8) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut seen, mut retry) = (0, 0, None);
    while let Some(byte) = text.get(seen) {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, seen));
                at += 1;
            }
            Some(sign) if *sign == b'?' || fold(sign) == fold(byte) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((behind, from)) = retry else { return false };
                retry = Some((behind, from + 1));
                at = behind;
                seen = from + 1;
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|sign| *sign == b'*')
}

impl fmt::Display for Pattern {
    /// As a policy writes it. Symbols as the template writes them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => f.write_str(&escape(text))?,
                Piece::One => f.write_str("?")?,
                Piece::Any => f.write_str("*")?,
                Piece::Variable(name) => write!(f, "${{{name}}}")?,
                Piece::Symbol(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}

/// Literal text so that a policy reads it as literal.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '*' => escaped.push_str("${*}"),
            '?' => escaped.push_str("${?}"),
            '$' if signs.peek() == Some(&'{') => escaped.push_str("${$}"),
            _ => escaped.push(sign),
        }
    }
    escaped
}
