//! The texts of a policy: literal, with wildcards, with variables, with what only a deployment knows.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource", "Policy variables".
use model::{Data, Tri, Value};

/// An action or resource pattern, or a text to match against one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pattern {
    pub pieces: Vec<Piece>,
}

/// A part of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    Text(String),
    /// `?`
    One,
    /// `*`
    Any,
    /// A policy variable, without `${` and `}`: `aws:username`.
    Variable(String),
    /// What only a deployment knows, as the template writes it: `${Orders}`, `${AWS::Region}`. Equal to itself.
    Symbol(String),
}

impl Pattern {
    /// A text of a policy, in which `*`, `?` and `${aws:…}` mean what IAM says.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push_text(text);
        pattern
    }

    /// A value of the graph: references and unknown parts are symbols.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let mut pattern = Self::default();
        pattern.push(value);
        pattern
    }

    fn push(&mut self, value: &Value) {
        match &value.data {
            Data::Text(text) => self.push_text(text),
            Data::Joined(parts) => parts.iter().for_each(|part| self.push(part)),
            _ => self.pieces.push(Piece::Symbol(value.display())),
        }
    }

    fn push_text(&mut self, text: &str) {
        // The whole grammar (variables, `${*}`, `${?}`, `${$}`) is read here.
        let mut literal = String::new();
        for sign in text.chars() {
            let piece = match sign {
                '*' => Piece::Any,
                '?' => Piece::One,
                _ => {
                    literal.push(sign);
                    continue;
                }
            };
            if !literal.is_empty() {
                self.pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            self.pieces.push(piece);
        }
        if !literal.is_empty() {
            self.pieces.push(Piece::Text(literal));
        }
    }

    /// Whether every text that `self` stands for is one that `other` stands for.
    #[must_use]
    pub fn within(&self, other: &Self) -> Tri {
        if other.pieces == [Piece::Any] || self == other { Tri::True } else { Tri::Unknown }
    }

    /// Whether some text is one that both stand for.
    #[must_use]
    pub fn meets(&self, other: &Self) -> Tri {
        if other.pieces == [Piece::Any] || self == other { Tri::True } else { Tri::Unknown }
    }
}
