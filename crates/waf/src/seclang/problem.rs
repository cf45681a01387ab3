//! What is wrong with a piece of text, before its place is known.

use super::limits::PROBLEMS_OF_DIRECTIVE_MAX;

/// What is wrong and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) is_fatal: bool,
}

impl Wrong {
    /// The rule set cannot be used.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, is_fatal: true }
    }

    /// Worth telling; the rule set can be used.
    pub(super) fn note(message: impl Into<String>) -> Self {
        Self { is_fatal: false, ..Self::new(message) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An unknown word, with the nearest known one.
    pub(super) fn unknown<'a>(kind: &str, word: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let sign = if kind == "operator" { "@" } else { "" };
        let wrong = Self::new(format!("unknown {kind} `{sign}{}`", short(word)));
        match nearest(word, known) {
            Some(near) => wrong.help(format!("did you mean `{sign}{near}`?")),
            None => wrong,
        }
    }
}

/// Whether enough is told of one directive: reading it further would only cost.
pub(super) fn is_enough(wrongs: &[Wrong]) -> bool {
    wrongs.len() >= PROBLEMS_OF_DIRECTIVE_MAX
}

/// A text that goes into quotes when it is printed must not escape the closing one.
pub(super) fn check_end(text: &str) -> Result<(), Wrong> {
    let backslashes = text.bytes().rev().take_while(|&byte| byte == b'\\').count();
    if backslashes % 2 == 1 {
        return Err(Wrong::new(format!("`{}` ends in a backslash that escapes nothing", short(text)))
            .help("write `\\\\` for a backslash"));
    }
    Ok(())
}

/// Letters of a word that a message shows.
const SHOWN_MAX: usize = 80;

/// A user's word, cut where it is too long to read.
pub(super) fn short(word: &str) -> String {
    match word.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// Letters of the longest word for which a near one is looked for.
const COMPARED_MAX: usize = 40;

/// The known word at the smallest edit distance, when it is near enough to be meant.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > COMPARED_MAX {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let far = word.len() / 3 + 1;
    known
        .filter(|name| name.len().abs_diff(word.len()) <= far)
        .map(|name| (distance(word.as_bytes(), name.to_ascii_lowercase().as_bytes()), name))
        .filter(|&(distance, _)| distance <= far)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, with) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&row, column) + usize::from(letter != with);
            let mut best = replaced.min(at(&row, column + 1) + 1).min(at(&next, column) + 1);
            let is_swap = column > 0
                && line > 0
                && other.get(column - 1) == Some(letter)
                && one.get(line - 1) == Some(with);
            if is_swap {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
