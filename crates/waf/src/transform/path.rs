//! Paths without `.`, `..` and repeated slashes.
//!
//! What ModSecurity does with odd paths (`a../b`, a backslash among many slashes, a climb above the root) follows from how it works
//! in place, so this works in place too.
use super::byte_at;

/// Unix: `/` separates.
pub(super) fn normalize(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(value);
    let end = Walk::new(out, false).run();
    out.truncate(end);
    out.as_slice() != value
}

/// Windows: `\` separates too, and becomes `/`.
pub(super) fn normalize_windows(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(value);
    let end = Walk::new(out, true).run();
    out.truncate(end);
    out.as_slice() != value
}

/// Reads at `source`, writes at `target`; `target` never passes `source`.
struct Walk<'a> {
    path: &'a mut [u8],
    windows: bool,
    source: usize,
    target: usize,
    relative: bool,
    hit_root: bool,
}

/// What to do after a segment was looked at.
enum Step {
    Copy,
    Skip,
}

impl<'a> Walk<'a> {
    fn new(path: &'a mut [u8], windows: bool) -> Self {
        let relative = !is_separator(byte_at(path, 0), windows);
        Self { path, windows, source: 0, target: 0, relative, hit_root: false }
    }

    fn at(&self, index: usize) -> u8 {
        byte_at(self.path, index)
    }

    fn before_target(&self) -> Option<u8> {
        self.target.checked_sub(1).map(|index| self.at(index))
    }

    fn set(&mut self, index: usize, byte: u8) {
        if let Some(place) = self.path.get_mut(index) {
            *place = byte;
        }
    }

    /// The length of the result.
    fn run(mut self) -> usize {
        let Some(end) = self.path.len().checked_sub(1) else { return 0 };
        let trailing = is_separator(self.at(end), self.windows);
        let mut done = false;
        while !done && self.source <= end {
            if self.windows {
                self.turn(self.source);
                if self.source < end {
                    self.turn(self.source + 1);
                }
            }
            done = self.source == end;
            let segment_ends = done || self.at(self.source + 1) == b'/';
            let step = if segment_ends { self.segment(end, done) } else { Step::Copy };
            if matches!(step, Step::Copy) {
                self.copy(end);
            }
        }
        if !trailing && self.before_target() == Some(b'/') {
            self.target -= 1;
        }
        self.target
    }

    fn turn(&mut self, index: usize) {
        if self.at(index) == b'\\' {
            self.set(index, b'/');
        }
    }

    /// `source` is the last byte of a segment.
    fn segment(&mut self, end: usize, done: bool) -> Step {
        match self.at(self.source) {
            b'/' if !done => Step::Copy,
            b'.' => match self.before_target() {
                Some(b'.') => self.back(end, done),
                None if done => Step::Skip,
                None => {
                    self.source += 1;
                    Step::Copy
                }
                Some(b'/') if done => Step::Skip,
                Some(b'/') => {
                    self.target -= 1;
                    self.source += 1;
                    Step::Copy
                }
                Some(_) => Step::Copy,
            },
            _ => {
                if self.target > 0 {
                    self.hit_root = false;
                }
                Step::Copy
            }
        }
    }

    /// `..`: back over the segment before, but never above the root.
    fn back(&mut self, end: usize, done: bool) -> Step {
        if self.relative && (self.hit_root || self.target <= 2) {
            self.hit_root = true;
            return Step::Copy;
        }
        let mut target = self.target.saturating_sub(3);
        while target > 0 && self.at(target) != b'/' {
            target -= 1;
        }
        self.target = target;
        if target == 0 {
            self.hit_root = true;
            if !self.relative && self.source == end {
                self.target = 1;
            }
        }
        if done {
            return Step::Skip;
        }
        self.source += 1;
        Step::Copy
    }

    fn copy(&mut self, end: usize) {
        if self.at(self.source) == b'/' {
            while self.source < end && is_separator(self.at(self.source + 1), self.windows) {
                self.source += 1;
            }
            if self.relative && self.target == 0 {
                self.source += 1;
                return;
            }
        }
        let byte = self.at(self.source);
        self.set(self.target, byte);
        self.target += 1;
        self.source += 1;
    }
}

fn is_separator(byte: u8, windows: bool) -> bool {
    byte == b'/' || windows && byte == b'\\'
}
