//! Around a syntax error: a document without the block that is broken.
//!
//! Blocks are found by indentation alone: the entries of a top-level section (`Resources`), or the
//! section itself. A broken block is blanked, byte for byte, so that every place stays where it was.
use std::ops::Range;

use model::{Data, Entry, Key, Value};

use super::SyntaxError;

/// A text without what the parser choked on.
pub(super) struct Repair {
    pub text: String,
    pub loss: Loss,
}

/// What a repair leaves out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Loss {
    Nothing,
    /// Lines of a template language: `{% if … %}`.
    TemplateLines,
    Line,
    Block(Block),
    /// Everything from the error on.
    Rest,
}

/// A top-level section, or one entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub range: Range<usize>,
    pub name: Option<String>,
    /// An entry of a section, not the section.
    pub is_entry: bool,
}

/// What could be read of a blanked block.
pub(super) struct Rescued {
    section: Key,
    entry: Option<Entry>,
    value: Option<Value>,
}

/// What may be tried, gentlest first.
pub(super) fn repairs<'t>(text: &'t str, error: &'t SyntaxError) -> impl Iterator<Item = Repair> + 't {
    let start = token_start(text, error.start);
    let places = if start == error.offset { vec![start] } else { vec![start, error.offset] };
    let quoted = move || join_quoted(text, error).map(|text| Repair { text, loss: Loss::Nothing });
    let foreign = move || without_template_lines(text).map(|text| Repair { text, loss: Loss::TemplateLines });
    let gentle = std::iter::once_with(quoted).chain(std::iter::once_with(foreign)).flatten();
    let lines = places.clone().into_iter().filter_map(move |place| {
        let range = line_at(text, place)?;
        // Without the line that names it, what is below would belong to something else.
        block_at(text, place).filter(|block| block.is_entry && block.range.start < range.start)?;
        Some(Repair { text: blanked(text, &range), loss: Loss::Line })
    });
    let blocks = places.into_iter().filter_map(move |place| {
        let block = block_at(text, place)?;
        Some(Repair { text: blanked(text, &block.range), loss: Loss::Block(block) })
    });
    gentle.chain(lines).chain(blocks)
}

/// The line with this offset, unless it is blank or all there is.
fn line_at(text: &str, offset: usize) -> Option<Range<usize>> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(start..)?;
    let end = start + rest.find('\n').unwrap_or(rest.len());
    let is_blank = text.get(start..end)?.trim().is_empty();
    (!is_blank && (start > 0 || end < text.len())).then_some(start..end)
}

/// A quoted text whose further lines stand too far left, which other parsers take: its line breaks become blanks.
fn join_quoted(text: &str, error: &SyntaxError) -> Option<String> {
    if !error.why.contains("quoted scalar") {
        return None;
    }
    let from = token_start(text, error.start);
    let line = text.get(from..)?.lines().next()?;
    let open = from + line.find(['\'', '"'])?;
    let close = quote_end(text, open)?;
    let inside = text.get(open..close)?;
    let behind = text.get(close..)?.lines().next().unwrap_or_default().trim_start();
    if !behind.is_empty() && !behind.starts_with([',', ']', '}', '#']) {
        return None;
    }
    inside
        .contains('\n')
        .then(|| replaced(text, &(open..close), |byte| if byte == b'\n' { b' ' } else { byte }))
}

/// The end of the quoted text that begins at `open`.
fn quote_end(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(open)?;
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            byte if *byte == quote && bytes.get(at + 1) == Some(&quote) && quote == b'\'' => at += 2,
            byte if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Lines such as `{% if … %}` become blank. `None` when there are none.
fn without_template_lines(text: &str) -> Option<String> {
    if !text.contains("{%") && !text.contains("{#") {
        return None;
    }
    let is_foreign = |line: &str| {
        let line = line.trim();
        (line.starts_with("{%") && line.ends_with("%}")) || (line.starts_with("{#") && line.ends_with("#}"))
    };
    let mut found = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_foreign(line) {
            found = true;
            let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
            kept.extend(line.bytes().map(blank));
        } else {
            kept.push_str(line);
        }
    }
    found.then_some(kept)
}

/// JSON with comments: they become blanks. `None` when there are none.
pub(crate) fn without_comments(text: &str) -> Option<String> {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    if !begins.starts_with(['{', '/']) || !text.contains("//") && !text.contains("/*") {
        return None;
    }
    let bytes = text.as_bytes();
    let mut kept = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        // `http://` without quotes is no comment.
        let may_begin = at == 0 || bytes.get(at - 1).is_some_and(|before| b" \t\r\n,{}[]\"".contains(before));
        let rest = text.get(at..).unwrap_or_default();
        let length = match (byte, bytes.get(at + 1)) {
            (b'"', _) => {
                at = quote_end(text, at).unwrap_or(bytes.len());
                continue;
            }
            (b'/', Some(b'/')) if may_begin => rest.find('\n').unwrap_or(rest.len()),
            (b'/', Some(b'*')) if may_begin => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => {
                at += 1;
                continue;
            }
        };
        kept.push_str(text.get(copied..at).unwrap_or_default());
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
        kept.extend(rest.bytes().take(length).map(blank));
        at += length;
        copied = at;
    }
    if copied == 0 {
        return None;
    }
    kept.push_str(text.get(copied..).unwrap_or_default());
    Some(kept)
}

fn blanked(text: &str, range: &Range<usize>) -> String {
    replaced(text, range, |byte| if byte == b'\n' || byte == b'\r' { byte } else { b' ' })
}

/// The text with the bytes of a range changed; what is no longer text becomes blanks.
fn replaced(text: &str, range: &Range<usize>, change: impl Fn(u8) -> u8) -> String {
    let inside: Vec<u8> =
        text.as_bytes().get(range.clone()).unwrap_or_default().iter().map(|byte| change(*byte)).collect();
    let length = inside.len();
    let inside = String::from_utf8(inside).unwrap_or_else(|_| " ".repeat(length));
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    [before, &inside, after].concat()
}

/// The next place that is neither blank nor comment.
fn token_start(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(rest) = text.get(at..) {
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        match trimmed.strip_prefix('#') {
            Some(comment) => at += 1 + comment.find('\n').unwrap_or(comment.len()),
            None => break,
        }
    }
    at.min(text.len())
}

struct Line<'a> {
    start: usize,
    end: usize,
    indent: usize,
    content: &'a str,
}

impl Line<'_> {
    /// Begins an entry of a map, and no more than that can be told from a line alone.
    fn begins_entry(&self) -> bool {
        !self.content.starts_with(['}', ']', '#', '-', '{', ','])
    }

    fn key(&self) -> Option<String> {
        let key = self.content.split(':').next().unwrap_or_default().trim();
        let key = key.trim_matches(['"', '\'']);
        (!key.is_empty() && key.len() < self.content.len()).then(|| key.to_owned())
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let content = line.trim_start_matches('\u{feff}').trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if !content.is_empty() && !content.starts_with('#') {
            found.push(Line { start, end, indent, content });
        }
        start = end;
    }
    found
}

/// The smallest block with this offset: an entry of a section, else the section.
fn block_at(text: &str, offset: usize) -> Option<Block> {
    let lines = lines(text);
    // YAML's sections stand where its first key does; JSON's one step inside the braces.
    let first = lines.iter().find(|line| line.begins_entry() && *line.content != *"---")?;
    let section = enclosing(&lines, first.indent, offset)?;
    let inside = lines.get(section.clone())?;
    let head = inside.first()?;
    let entry = inside.get(1..).and_then(|rest| {
        let child = rest.iter().find(|line| line.begins_entry() && line.indent > head.indent)?;
        let range = enclosing(rest, child.indent, offset)?;
        rest.get(range)
    });
    let is_entry = entry.is_some();
    let block = entry.unwrap_or(inside);
    let (start, end) = (block.first()?.start, block.last()?.end);
    let is_blank = text.get(start..end)?.trim().is_empty();
    let name = block.first().and_then(Line::key);
    (!is_blank && (start > 0 || end < text.len())).then_some(Block { range: start..end, name, is_entry })
}

/// The lines of the entry at this indentation that holds the offset.
fn enclosing(lines: &[Line<'_>], indent: usize, offset: usize) -> Option<Range<usize>> {
    let begins = |line: &Line<'_>| line.indent == indent && line.begins_entry();
    let upto = lines.partition_point(|line| line.start <= offset);
    let start = lines.get(..upto)?.iter().rposition(begins)?;
    let rest = lines.get(start + 1..)?;
    let length = rest.iter().position(|line| begins(line) || line.indent < indent).unwrap_or(rest.len());
    Some(start..start + 1 + length)
}

/// What a broken reading has of the block.
pub(super) fn rescue(value: Option<&Value>, block: &Block) -> Option<Rescued> {
    let sections = value?.entries();
    let is_inside = |key: &Key| block.range.contains(&(key.at.start as usize));
    let section = sections.iter().rev().find(|entry| {
        is_inside(&entry.key) || entry.value.entries().iter().any(|entry| is_inside(&entry.key))
    })?;
    if is_inside(&section.key) {
        return Some(Rescued {
            section: section.key.clone(),
            entry: None,
            value: Some(section.value.clone()),
        });
    }
    let entry = section.value.entries().iter().find(|entry| is_inside(&entry.key)).cloned();
    Some(Rescued { section: section.key.clone(), entry, value: None })
}

impl Rescued {
    /// Puts it where it stood.
    pub(super) fn put_into(self, document: Option<Value>) -> Value {
        let at = self.section.at;
        let mut document = document.unwrap_or_else(|| Value::new(at, Data::Map(Vec::new())));
        if !matches!(document.data, Data::Map(_)) {
            document.data = Data::Map(Vec::new());
        }
        let Data::Map(sections) = &mut document.data else { return document };
        if let Some(value) = self.value {
            sections.push(Entry { key: self.section, value });
            return document;
        }
        let known = sections.iter().position(|entry| entry.key.text == self.section.text);
        if known.is_none() {
            let value = Value::new(at, Data::Map(Vec::new()));
            sections.push(Entry { key: self.section, value });
        }
        let index = known.unwrap_or(sections.len().saturating_sub(1));
        if let (Some(section), Some(entry)) = (sections.get_mut(index), self.entry) {
            if !matches!(section.value.data, Data::Map(_)) {
                section.value.data = Data::Map(Vec::new());
            }
            if let Data::Map(entries) = &mut section.value.data {
                let place = entries.partition_point(|known| known.key.at.start < entry.key.at.start);
                entries.insert(place, entry);
            }
        }
        document
    }
}
