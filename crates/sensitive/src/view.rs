//! A window of bytes around a place, with the few ways of looking that detectors need.
use std::cell::Cell;
use std::ops::Range;

/// Bytes before a place that may be looked at.
pub(crate) const BACK_BYTES_MAX: usize = 256;
/// Bytes after a place that may be looked at: an RSA key of 16384 bits in PEM has 12.5 KB.
pub(crate) const AHEAD_BYTES_MAX: usize = 16 << 10;

/// Part of a text. Outside of the window there is nothing, whatever the text holds.
///
/// INVARIANT: every loop over bytes is in this type, so `steps` counts all that detectors read.
#[derive(Debug)]
pub(crate) struct View<'a> {
    bytes: &'a [u8],
    steps: &'a Cell<u64>,
    /// The end of what was read.
    reach: Cell<At>,
}

/// An index relative to the window.
pub(crate) type At = usize;

impl<'a> View<'a> {
    pub(crate) fn new(bytes: &'a [u8], steps: &'a Cell<u64>) -> Self {
        Self { bytes, steps, reach: Cell::new(0) }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn reach(&self) -> At {
        self.reach.get()
    }

    /// Counts a value that is judged: that reads it about ten times.
    pub(crate) fn judges(&self, length: usize) {
        const PASSES: u64 = 10;
        self.steps.set(self.steps.get() + PASSES * length as u64);
    }

    fn count(&self, at: At, length: usize) {
        self.steps.set(self.steps.get() + length as u64 + 1);
        self.reach.set(self.reach.get().max(at + length));
    }

    /// The byte at `at`, or 0 where there is none.
    pub(crate) fn at(&self, at: At) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The byte before `at`, or 0 where there is none.
    pub(crate) fn before(&self, at: At) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.at(at))
    }

    pub(crate) fn slice(&self, range: Range<At>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    pub(crate) fn has(&self, at: At, text: &[u8]) -> bool {
        self.slice(at..at + text.len()) == text
    }

    pub(crate) fn has_any_case(&self, at: At, text: &[u8]) -> bool {
        self.slice(at..at + text.len()).eq_ignore_ascii_case(text)
    }

    /// The end of the run of bytes from `at` on that are `kind`, at most `max` of them.
    pub(crate) fn run(&self, at: At, max: usize, kind: impl Fn(u8) -> bool) -> At {
        let bytes = self.slice(at..at.saturating_add(max).min(self.bytes.len()));
        let length = bytes.iter().position(|byte| !kind(*byte)).unwrap_or(bytes.len());
        self.count(at, length);
        at + length
    }

    /// The start of the run of bytes before `at` that are `kind`, at most `max` of them.
    pub(crate) fn run_back(&self, at: At, max: usize, kind: impl Fn(u8) -> bool) -> At {
        let at = at.min(self.bytes.len());
        let bytes = self.slice(at.saturating_sub(max)..at);
        let length = bytes.iter().rev().position(|byte| !kind(*byte)).unwrap_or(bytes.len());
        self.steps.set(self.steps.get() + length as u64 + 1);
        at - length
    }

    /// Where `text` begins first, from `at` on within `max` bytes.
    pub(crate) fn find(&self, at: At, max: usize, text: &[u8]) -> Option<At> {
        let bytes = self.slice(at..at.saturating_add(max).min(self.bytes.len()));
        let found = bytes.windows(text.len()).position(|window| window == text);
        self.count(at, found.unwrap_or(bytes.len()));
        found.map(|found| at + found)
    }

    /// Skips spaces and tabs, at most `max`.
    pub(crate) fn skip_blanks(&self, at: At, max: usize) -> At {
        self.run(at, max, |byte| matches!(byte, b' ' | b'\t'))
    }

    /// The text of the line before `at`, at most `max` bytes.
    pub(crate) fn line_before(&self, at: At, max: usize) -> &'a [u8] {
        let start = self.run_back(at, max, |byte| !matches!(byte, b'\n' | b'\r'));
        self.slice(start..at)
    }
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `text` holds `part`, in any case. `part` is in small letters.
pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}
