//! Where the items of a broken file begin and end, found by brackets, quotes and heredocs alone.
use std::ops::Range;

/// How often a text is looked through at most, when blocks are left open.
const PASSES_MAX: usize = 64;

/// One attribute or block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub range: Range<usize>,
    /// What stands between the braces, when the item is a block. Counted from the item's start.
    pub inner: Option<Range<usize>>,
}

/// The items of a body, in order. Brackets that are never closed end where the next top-level block
/// begins in the first column.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut found = Vec::new();
    let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
    let mut left = text.len().saturating_mul(PASSES_MAX);
    while let Some(start) = scanner.skip_blank() {
        let open_levels = scanner.item();
        let mut end = scanner.at;
        left = left.saturating_sub(end - start);
        if open_levels > 0
            && left > 0
            && let Some(head) = text.get(start..end).and_then(next_head)
        {
            end = start + head;
            scanner.at = end;
        }
        push(&mut found, text, start..end);
    }
    found
}

fn push(found: &mut Vec<Item>, text: &str, range: Range<usize>) {
    let Some(piece) = text.get(range.clone()) else { return };
    let trimmed = piece.trim_end();
    let range = range.start..range.start + trimmed.len();
    found.push(Item { range, inner: inner(trimmed) });
}

/// What stands between the first `{` and its end, unless a `=` comes first.
fn inner(piece: &str) -> Option<Range<usize>> {
    let open = piece.find(['{', '='])?;
    if piece.as_bytes().get(open) != Some(&b'{') {
        return None;
    }
    let close = if piece.ends_with('}') { piece.len() - 1 } else { piece.len() };
    (open < close).then_some(open + 1..close)
}

/// Where the second line that looks like the head of a block stands in the first column.
fn next_head(piece: &str) -> Option<usize> {
    let mut at = 0;
    for line in piece.split_inclusive('\n') {
        let is_head = line.starts_with(|first: char| first.is_ascii_lowercase())
            && line.trim_end().ends_with('{')
            && !line.contains('=');
        if is_head && at > 0 {
            return Some(at);
        }
        at += line.len();
    }
    None
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Bracket,
    Quote,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves to the next item; `None` at the end.
    fn skip_blank(&mut self) -> Option<usize> {
        while self.at < self.text.len() {
            if self.peek(0).is_ascii_whitespace() {
                self.at += 1;
            } else if !self.comment() {
                return Some(self.at);
            }
        }
        None
    }

    /// Moves past a comment, if one begins here; a line's end stays.
    fn comment(&mut self) -> bool {
        match (self.peek(0), self.peek(1)) {
            (b'#', _) | (b'/', b'/') => {
                let length = self.rest().iter().position(|byte| *byte == b'\n');
                self.at += length.unwrap_or(self.rest().len());
                true
            }
            (b'/', b'*') => {
                let length = self.rest().windows(2).position(|pair| pair == b"*/");
                self.at += length.map_or(self.rest().len(), |length| length + 2);
                true
            }
            _ => false,
        }
    }

    /// Moves to the end of the line on which every bracket is closed again. Returns how many are
    /// still open there.
    fn item(&mut self) -> usize {
        let mut levels: Vec<Level> = Vec::new();
        while self.at < self.text.len() {
            let byte = self.peek(0);
            if levels.last() == Some(&Level::Quote) {
                self.quoted(byte, &mut levels);
                continue;
            }
            match byte {
                b'\n' if levels.is_empty() => break,
                b'{' | b'[' | b'(' => levels.push(Level::Bracket),
                b'}' | b']' | b')' => {
                    levels.pop();
                }
                b'"' => levels.push(Level::Quote),
                b'<' if self.peek(1) == b'<' => {
                    self.heredoc();
                    continue;
                }
                _ if self.comment() => continue,
                _ => {}
            }
            self.at += 1;
        }
        levels.len()
    }

    fn quoted(&mut self, byte: u8, levels: &mut Vec<Level>) {
        match byte {
            b'\\' => self.at += 1,
            b'"' => {
                levels.pop();
            }
            // A quoted text ends with its line, whatever was forgotten.
            b'\n' => {
                levels.pop();
                return;
            }
            b'$' | b'%' if self.peek(1) == b'{' => {
                levels.push(Level::Bracket);
                self.at += 1;
            }
            _ => {}
        }
        self.at += 1;
    }

    /// Moves to the line break after a heredoc, or past `<<` when it is none.
    fn heredoc(&mut self) {
        self.at += 2;
        if self.peek(0) == b'-' {
            self.at += 1;
        }
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = rest.get(..length).unwrap_or_default().to_vec();
        if name.is_empty() {
            return;
        }
        while let Some(line_end) = self.rest().iter().position(|byte| *byte == b'\n') {
            self.at += line_end + 1;
            let rest = self.rest();
            let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if line.trim_ascii() == name {
                self.at += line.len();
                return;
            }
        }
        self.at = self.text.len();
    }
}
