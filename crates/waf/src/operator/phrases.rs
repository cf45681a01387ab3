//! `@pm` and `@pmFromFile`: many phrases at once, without case.
use super::pcre::Bytes;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::sync::OnceLock;

/// Phrases, and the automaton that finds them, built at first use.
///
/// ModSecurity's own automaton follows failures only one step, so that it overlooks a phrase that begins inside another now and
/// then; this one finds every phrase. The one that ends first is reported, and of those the longest.
#[derive(Debug)]
pub(super) struct Phrases {
    phrases: Vec<Vec<u8>>,
    /// What a phrase can begin with.
    first: Bytes,
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Phrases {
    pub(super) fn new(phrases: &[Vec<u8>]) -> Self {
        let phrases: Vec<Vec<u8>> = phrases.iter().filter(|phrase| !phrase.is_empty()).cloned().collect();
        let first = Bytes::of(phrases.iter().filter_map(|phrase| phrase.first().copied())).caseless();
        Self { phrases, first, automaton: OnceLock::new() }
    }

    pub(super) fn phrases(&self) -> &[Vec<u8>] {
        &self.phrases
    }

    pub(super) fn prepare(&self) {
        self.automaton();
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton
            .get_or_init(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::Standard)
                    .kind(Some(AhoCorasickKind::ContiguousNFA))
                    .build(&self.phrases)
                    .ok()
            })
            .as_ref()
    }

    /// The phrase that ends first, as the rule writes it.
    pub(super) fn find(&self, value: &[u8]) -> Option<&[u8]> {
        let start = value.iter().position(|&byte| self.first.contains(byte))?;
        let found = self.automaton()?.find(value.get(start..)?)?;
        self.phrases.get(found.pattern().as_usize()).map(Vec::as_slice)
    }
}
