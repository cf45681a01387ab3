//! Ruby's versions, as `Gem::Version` orders them.
use std::cmp::Ordering;

/// A version of a gem.
#[derive(Debug, Clone)]
pub(super) struct Gem {
    parts: Vec<Part>,
}

/// Words come before numbers: `1.a` is before `1.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u128),
}

impl Gem {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.replace('-', ".pre.");
        let mut parts = Vec::new();
        for piece in text.split('.') {
            if piece.is_empty() || !piece.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            let mut rest = piece;
            while let Some(first) = rest.chars().next() {
                let turn = |at: char| at.is_ascii_digit() != first.is_ascii_digit();
                let (head, tail) = rest.split_at_checked(rest.find(turn).unwrap_or(rest.len()))?;
                parts.push(if first.is_ascii_digit() {
                    Part::Number(head.parse().ok()?)
                } else {
                    Part::Word(head.to_owned())
                });
                rest = tail;
            }
        }
        matches!(parts.first(), Some(Part::Number(_))).then_some(Self { parts })
    }

    pub(super) fn is_prerelease(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Word(_)))
    }

    /// Zeros at the end of the numbers, and at the end of all, mean nothing.
    fn canonical(&self) -> Vec<&Part> {
        let words = self.parts.iter().position(|part| matches!(part, Part::Word(_)));
        let (numbers, label) =
            self.parts.split_at_checked(words.unwrap_or(self.parts.len())).unwrap_or_default();
        let trim = |parts: &'_ [Part]| {
            let zeros = parts.iter().rev().take_while(|part| **part == Part::Number(0)).count();
            parts.len() - zeros
        };
        numbers.iter().take(trim(numbers)).chain(label.iter().take(trim(label))).collect()
    }
}

impl Ord for Gem {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.canonical(), other.canonical());
        let zero = Part::Number(0);
        (0..a.len().max(b.len()))
            .map(|at| a.get(at).copied().unwrap_or(&zero).cmp(b.get(at).copied().unwrap_or(&zero)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Gem {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Gem {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Gem {}
