//! Patterns as a row of tokens, with the ARN rules applied.
use super::{Pattern, Piece};

/// Parts of an ARN before the resource.
const PARTS_BEFORE_RESOURCE: usize = 5;

/// One step of a pattern. `colon`: whether it may stand for a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Char(char),
    One {
        colon: bool,
    },
    Star {
        colon: bool,
    },
    /// A variable or symbol: some text, always the same.
    Atom(&'a Piece),
}

/// How to read what is not exactly known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// As it is written; atoms are atoms.
    Exact,
    /// The same, but a wildcard behind an atom may stand for a colon: the atom could have held some.
    Wide,
    /// Atoms could be any text.
    Any,
    /// No ARN, whatever it begins with.
    Plain,
    /// No ARN, and atoms could be any text.
    PlainAny,
}

pub(super) fn tokens(pattern: &Pattern, view: View) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let is_plain = matches!(view, View::Plain | View::PlainAny);
    let mut colons = arn_colons(pattern).filter(|_| !is_plain);
    let mut loose = false;
    for (at, piece) in pattern.pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                for sign in text.chars() {
                    colons = colons.map(|colons| colons + usize::from(sign == ':'));
                    tokens.push(Token::Char(sign));
                }
            }
            Piece::Any | Piece::One => {
                let inner = !loose && colons.is_some_and(|colons| colons < PARTS_BEFORE_RESOURCE);
                let last = *piece == Piece::Any && ends_part(pattern, at);
                let colon = !inner || last;
                let token = if *piece == Piece::Any { Token::Star { colon } } else { Token::One { colon } };
                if tokens.last() != Some(&token) || matches!(token, Token::One { .. }) {
                    tokens.push(token);
                }
            }
            Piece::Variable(_) | Piece::Symbol(_) if matches!(view, View::Any | View::PlainAny) => {
                tokens.push(Token::Star { colon: true });
            }
            Piece::Variable(_) | Piece::Symbol(_) => {
                loose = view == View::Wide;
                tokens.push(Token::Atom(piece));
            }
        }
    }
    complete(pattern, colons, &mut tokens);
    tokens
}

/// Zero when the pattern begins as an ARN does: its colons count.
fn arn_colons(pattern: &Pattern) -> Option<usize> {
    match pattern.pieces.first() {
        Some(Piece::Text(text)) if text.starts_with("arn:") => Some(0),
        _ => None,
    }
}

/// A `*` that is the last sign of its part of an ARN.
fn ends_part(pattern: &Pattern, at: usize) -> bool {
    match pattern.pieces.get(at + 1) {
        None => true,
        Some(Piece::Text(next)) => next.starts_with(':'),
        Some(Piece::Any) => ends_part(pattern, at + 1),
        Some(_) => false,
    }
}

/// AWS puts `*` into the missing parts of an ARN.
fn complete(pattern: &Pattern, colons: Option<usize>, tokens: &mut Vec<Token<'_>>) {
    let Some(colons) = colons.filter(|_| !pattern.is_open()) else { return };
    for _ in colons..PARTS_BEFORE_RESOURCE {
        tokens.push(Token::Char(':'));
        tokens.push(Token::Star { colon: true });
    }
}

/// What a token is asked to stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter<'a> {
    Char(char),
    /// A character that no pattern writes, and no colon.
    Fresh,
    Atom(&'a Piece),
}

impl Token<'_> {
    /// Stands for this letter.
    pub(super) fn takes(self, letter: Letter<'_>) -> bool {
        match (self, letter) {
            (Token::Char(own), Letter::Char(sign)) => own == sign,
            (Token::Atom(own), Letter::Atom(piece)) => own == piece,
            (Token::One { colon } | Token::Star { colon }, Letter::Char(sign)) => colon || sign != ':',
            (Token::One { .. } | Token::Star { .. }, Letter::Fresh)
            | (Token::Star { colon: true }, Letter::Atom(_)) => true,
            _ => false,
        }
    }

    pub(super) fn is_star(self) -> bool {
        matches!(self, Token::Star { .. })
    }

    /// A wildcard that never stands for a colon.
    pub(super) fn is_narrow(self) -> bool {
        matches!(self, Token::One { colon: false } | Token::Star { colon: false })
    }
}
