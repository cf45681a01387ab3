//! Where something was written: a byte range in a file of the project.
use std::sync::Arc;

/// Index of a file in [`crate::Project::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// Half-open byte range `start..end` of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// Of what nobody wrote. Names no file.
    pub const NONE: Self = Self { file: FileId(u32::MAX), start: 0, end: 0 };

    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clip(start), end: clip(end.max(start)) }
    }

    /// The smallest span that holds both; `self` when they are in different files.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A position as people count it: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// A file that was read, with its text and an index of its lines.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Relative to the scanned folder, with `/` between parts.
    pub path: String,
    pub text: Arc<str>,
    line_starts: Vec<u32>,
    /// Characters before every [`STEP_BYTES`]th byte, so that a file of one long line costs no more.
    characters: Vec<u32>,
}

const STEP_BYTES: usize = 4096;

impl SourceFile {
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut line_starts = vec![0];
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        line_starts.extend(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        let mut characters = vec![0];
        let steps = text.as_bytes().chunks(STEP_BYTES).scan(0, |sum, step| {
            *sum += count(step);
            Some(clip(*sum))
        });
        characters.extend(steps);
        Self { path: path.into(), text, line_starts, characters }
    }

    #[must_use]
    pub fn place(&self, offset: u32) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = match self.text.as_bytes().get(start as usize..offset as usize) {
            Some(bytes) if bytes.len() < STEP_BYTES => count(bytes),
            _ => self.characters_before(offset).saturating_sub(self.characters_before(start)),
        };
        Place { line: clip(line), column: clip(column + 1) }
    }

    fn characters_before(&self, offset: u32) -> usize {
        let offset = (offset as usize).min(self.text.len());
        let step = offset / STEP_BYTES;
        let known = self.characters.get(step).copied().unwrap_or(0) as usize;
        known + self.text.as_bytes().get(step * STEP_BYTES..offset).map_or(0, count)
    }

    /// The text of a line counted from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: u32) -> Option<&str> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)? as usize;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }

    /// Where a line counted from 1 begins.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        (line as usize).checked_sub(1).and_then(|index| self.line_starts.get(index)).copied()
    }

    #[must_use]
    pub fn line_count(&self) -> u32 {
        clip(self.line_starts.len())
    }

    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// Characters that begin in these bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

fn clip(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_in_characters() {
        let file = SourceFile::new("a", "é: 1\nb: 2\n");
        assert_eq!(file.place(0), Place { line: 1, column: 1 });
        assert_eq!(file.place(2), Place { line: 1, column: 2 });
        assert_eq!(file.place(6), Place { line: 2, column: 1 });
        assert_eq!(file.line(2), Some("b: 2"));
    }

    #[test]
    fn columns_of_a_long_line_count_characters() {
        let file = SourceFile::new("a", "é".repeat(10_000));
        assert_eq!(file.place(19_998), Place { line: 1, column: 10_000 });
        assert_eq!(file.place(8_192), Place { line: 1, column: 4_097 });
    }

    #[test]
    fn place_past_the_end_is_the_last_line() {
        assert_eq!(SourceFile::new("a", "x").place(99).line, 1);
    }
}
