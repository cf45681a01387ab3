//! What a value must contain for a pattern to match.
//!
//! Asked when an automaton gives up: one pass of Aho-Corasick leaves a few patterns to ask one by one.
use aho_corasick::{AhoCorasick, MatchKind};
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};

/// Literals of one pattern at most; a pattern with more counts as one without.
const LITERALS_MAX: usize = 128;
/// Shorter ones stand in every other value.
const BYTES_MIN: usize = 2;

/// The literals of some patterns.
#[derive(Debug)]
pub(super) struct Literals {
    search: Option<AhoCorasick>,
    /// The pattern of each literal.
    of: Vec<usize>,
    /// Patterns without literals: always possible.
    always: Vec<usize>,
}

impl Literals {
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Hir>) -> Self {
        let mut count = 0;
        let (mut texts, mut of, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (number, pattern) in patterns.enumerate() {
            count = number + 1;
            match required(pattern) {
                Some(literals) => {
                    of.extend(std::iter::repeat_n(number, literals.len()));
                    texts.extend(literals);
                }
                None => always.push(number),
            }
        }
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&texts)
            .ok();
        if search.is_none() {
            always = (0..count).collect();
        }
        Self { search, of, always }
    }

    /// Adds every pattern that may match a value.
    pub(super) fn possible(&self, value: &[u8], out: &mut Vec<usize>) {
        out.extend_from_slice(&self.always);
        let Some(search) = &self.search else { return };
        for found in search.find_overlapping_iter(value) {
            let Some(pattern) = self.of.get(found.pattern().as_usize()) else { continue };
            if out.last() != Some(pattern) {
                out.push(*pattern);
            }
        }
    }
}

/// Texts of which every match has one, in lower case.
fn required(pattern: &Hir) -> Option<Vec<Vec<u8>>> {
    [ExtractKind::Prefix, ExtractKind::Suffix]
        .into_iter()
        .filter_map(|kind| {
            let mut extractor = Extractor::new();
            extractor
                .kind(kind)
                .limit_total(LITERALS_MAX * 8)
                .limit_literal_len(12)
                .limit_class(12)
                .limit_repeat(4);
            usable(&extractor.extract(pattern))
        })
        .max_by_key(|literals| literals.iter().map(Vec::len).min())
}

fn usable(seq: &Seq) -> Option<Vec<Vec<u8>>> {
    let mut texts: Vec<Vec<u8>> =
        seq.literals()?.iter().map(|literal| literal.as_bytes().to_ascii_lowercase()).collect();
    texts.sort_unstable();
    texts.dedup();
    let fits =
        !texts.is_empty() && texts.len() <= LITERALS_MAX && texts.iter().all(|text| text.len() >= BYTES_MIN);
    fits.then_some(texts)
}
