//! The texts that make a place worth a look, and the automaton that finds all of them in one pass.
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::structure::{self, Shape};
use crate::{names, providers};

/// Why a place is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trigger {
    /// The public beginning of a provider's keys.
    Provider(&'static providers::Provider),
    /// A word that may name a secret.
    Name,
    /// The beginning of something with a structure of its own.
    Shape(Shape),
}

#[derive(Debug)]
pub(crate) struct Triggers {
    automaton: Option<AhoCorasick>,
    meanings: Vec<Trigger>,
    pub(crate) bytes_max: usize,
}

static TRIGGERS: LazyLock<Triggers> = LazyLock::new(Triggers::build);

impl Triggers {
    pub(crate) fn get() -> &'static Self {
        &TRIGGERS
    }

    fn build() -> Self {
        let mut texts: Vec<&str> = Vec::new();
        let mut meanings = Vec::new();
        for provider in providers::all() {
            texts.push(provider.prefix);
            meanings.push(Trigger::Provider(provider));
        }
        for word in names::KEYWORDS {
            texts.push(word);
            meanings.push(Trigger::Name);
        }
        for (text, shape) in structure::BEGINNINGS {
            texts.push(text);
            meanings.push(Trigger::Shape(*shape));
        }
        let bytes_max = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        // A few hundred short texts are far below every limit of the builder. Were it to fail, the
        // test below does.
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&texts)
            .ok();
        Self { automaton, meanings, bytes_max }
    }

    /// Every trigger in `bytes`: where it begins, where it ends, what it is; by its end.
    pub(crate) fn find(&self, bytes: &[u8], mut found: impl FnMut(usize, usize, Trigger)) {
        let Some(automaton) = &self.automaton else { return };
        for hit in automaton.find_overlapping_iter(bytes) {
            if let Some(meaning) = self.meanings.get(hit.pattern().as_usize()) {
                found(hit.start(), hit.end(), *meaning);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_built() {
        assert!(Triggers::get().automaton.is_some());
        assert!(Triggers::get().bytes_max <= 64);
    }
}
