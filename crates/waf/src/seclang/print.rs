//! A rule set as files again.
use super::MemoryFiles;
use crate::rule::{RuleSet, printed};

/// The main file of [`print`]'s result.
pub const PRINTED_MAIN: &str = "rules.conf";

/// Writes a rule set as SecLang: [`PRINTED_MAIN`] and the data files that it names. Reading it gives the same rules
/// ([`RuleSet::is_same`]), without `SecDefaultAction`, removals or updates, which are already worked in.
#[must_use]
pub fn print(rules: &RuleSet) -> MemoryFiles {
    let (text, data) = printed(rules, "");
    let mut files = MemoryFiles { files: data };
    files.files.insert(PRINTED_MAIN.to_owned(), text.into_bytes());
    files
}
