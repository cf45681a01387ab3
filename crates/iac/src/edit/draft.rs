//! A text under change that remembers which of its bytes are the original's.
use std::ops::Range;
use std::sync::Arc;

use model::{FileId, Span};

use super::Edit;

/// The current text, and of which pieces it is made.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    original: Arc<str>,
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// Bytes of the original.
    Kept(Range<usize>),
    /// So many bytes of the current text that were written anew.
    New(usize),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Kept(range) => range.len(),
            Self::New(length) => *length,
        }
    }

    /// The piece in two.
    fn split(self, at: usize) -> (Self, Self) {
        match self {
            Self::Kept(range) => {
                let middle = range.start + at;
                (Self::Kept(range.start..middle), Self::Kept(middle..range.end))
            }
            Self::New(length) => (Self::New(at), Self::New(length - at)),
        }
    }
}

impl Draft {
    pub(super) fn new(original: Arc<str>) -> Self {
        let text = original.to_string();
        let pieces = vec![Piece::Kept(0..text.len())];
        Self { original, text, pieces }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Writes `text` in place of a range of the current text.
    pub(super) fn replace(&mut self, range: Range<usize>, text: &str) {
        let is_inside = range.start <= range.end && range.end <= self.text.len();
        if !is_inside || !self.text.is_char_boundary(range.start) || !self.text.is_char_boundary(range.end) {
            return;
        }
        let first = self.cut(range.start);
        let last = self.cut(range.end);
        self.pieces.splice(first..last.max(first), [Piece::New(text.len())]);
        self.pieces.retain(|piece| piece.len() > 0);
        self.text.replace_range(range, text);
    }

    /// Makes a piece begin at this place of the current text; its index.
    fn cut(&mut self, at: usize) -> usize {
        let mut start = 0;
        for index in 0..self.pieces.len() {
            if start == at {
                return index;
            }
            let length = self.pieces.get(index).map_or(0, Piece::len);
            if at < start + length {
                let piece = self.pieces.remove(index);
                let (before, after) = piece.split(at - start);
                self.pieces.splice(index..index, [before, after]);
                return index + 1;
            }
            start += length;
        }
        self.pieces.len()
    }

    /// Where an original range stands now. `None` when a part of it was changed.
    pub(super) fn now(&self, original: &Range<usize>) -> Option<Range<usize>> {
        let mut start = 0;
        for piece in &self.pieces {
            if let Piece::Kept(kept) = piece
                && kept.start <= original.start
                && original.end <= kept.end
            {
                let from = start + original.start - kept.start;
                return Some(from..from + original.len());
            }
            start += piece.len();
        }
        None
    }

    /// What was changed, in the original's places.
    pub(super) fn edits(&self, file: FileId) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut done = 0;
        let mut at = 0;
        let mut text = String::new();
        let end = Piece::Kept(self.original.len()..self.original.len());
        for piece in self.pieces.iter().chain([&end]) {
            match piece {
                Piece::New(length) => text.push_str(self.text.get(at..at + length).unwrap_or_default()),
                Piece::Kept(kept) => {
                    edits.extend(self.edit(file, done..kept.start, std::mem::take(&mut text)));
                    done = kept.end;
                }
            }
            at += piece.len();
        }
        edits
    }

    /// One edit without what it has in common with the original at both ends.
    fn edit(&self, file: FileId, range: Range<usize>, text: String) -> Option<Edit> {
        let old = self.original.get(range.clone())?;
        if old == text {
            return None;
        }
        let same = |a: &mut dyn Iterator<Item = (char, char)>| -> usize {
            a.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
        };
        let front = same(&mut old.chars().zip(text.chars()));
        let (rest_old, rest_new) = (old.get(front..)?, text.get(front..)?);
        let back = same(&mut rest_old.chars().rev().zip(rest_new.chars().rev()));
        let new = rest_new.get(..rest_new.len() - back)?;
        let at = Span::new(file, range.start + front, range.end - back);
        Some(Edit { at, text: new.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(original: &str, changes: &[(Range<usize>, &str)], expected: &[(u32, u32, &str)]) {
        let mut draft = Draft::new(original.into());
        for (range, text) in changes {
            draft.replace(range.clone(), text);
        }
        let edits = draft.edits(FileId(0));
        let found: Vec<(u32, u32, &str)> =
            edits.iter().map(|edit| (edit.at.start, edit.at.end, edit.text.as_str())).collect();
        assert_eq!(found, expected);
        assert_eq!(super::super::apply(original, &edits), draft.text());
    }

    #[test]
    fn changes_of_changed_text_are_one_edit() {
        check("abcdef", &[(2..2, "xyz"), (3..4, "Q")], &[(2, 2, "xQz")]);
    }

    #[test]
    fn places_are_the_originals() {
        check("abcdef", &[(0..1, ""), (4..5, "FG")], &[(0, 1, ""), (5, 6, "FG")]);
    }

    #[test]
    fn what_is_the_same_is_no_edit() {
        check("abc", &[(0..3, "abc")], &[]);
        check("abc", &[(0..3, "axc")], &[(1, 2, "x")]);
    }
}
