//! Changes of YAML and JSON texts: one value is set or taken away, every other byte stays.
mod change;
mod list;
mod scalar;
mod style;
mod tree;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::NotWritten;
use super::content::Content;
use super::draft::Draft;

pub(super) use change::Doc;
pub(super) use tree::Step;

/// A range of a text and what is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub range: Range<usize>,
    pub text: String,
}

/// Single changes that one value may take at most.
const CHANGES_MAX: usize = 400;

/// Makes the value at this path the given one.
pub(super) fn set(draft: &mut Draft, path: &[Step], value: &Content) -> Result<(), NotWritten> {
    for _ in 0..CHANGES_MAX {
        let changes = Doc::parse(draft.text())?.set(path, value)?;
        if changes.is_empty() {
            return Ok(());
        }
        make(draft, changes);
    }
    Err(NotWritten::new("too many changes in one place"))
}

/// Takes the value at this path away, and what is empty then, down to `floor` steps.
pub(super) fn unset(draft: &mut Draft, path: &[Step], floor: usize) -> Result<(), NotWritten> {
    let changes = Doc::parse(draft.text())?.unset(path, floor)?;
    make(draft, changes);
    Ok(())
}

pub(super) fn make(draft: &mut Draft, mut changes: Vec<Change>) {
    changes.sort_by_key(|change| std::cmp::Reverse(change.range.start));
    for change in changes {
        draft.replace(change.range, &change.text);
    }
}
