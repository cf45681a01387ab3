//! TOML as values with spans.
use model::{Data, Entry, FileId, Key, Span, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{DEPTH_MAX, Read, Trouble, unquoted};

/// Errors of one document that are told.
const TOLD_MAX: usize = 5;

/// Bytes that a TOML file may have: the parser's tables take many times its text.
const BYTES_MAX: usize = 16 << 20;

/// Reads a TOML document; what the parser could not take in is told and left out.
pub(crate) fn toml(text: &str, file: FileId) -> Read {
    let mut read = Read::empty(file);
    if let Some(message) = refused(text) {
        read.troubles.push(Trouble::limit(read.root.at, message));
        return read;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors.iter().take(TOLD_MAX) {
        let range = error.span().unwrap_or_default();
        let at = Span::new(file, range.start, range.end);
        read.troubles.push(Trouble::unreadable(at, format!("not valid TOML here: {}", error.message())));
    }
    let mut context = Context { text, file, is_cut: false };
    let range = table.span();
    read.root = Value::new(Span::new(file, range.start, range.end), context.table(table.get_ref(), 0));
    if context.is_cut {
        let message = format!("more than {DEPTH_MAX} tables inside each other");
        read.troubles.push(Trouble::limit(read.root.at, message));
    }
    read
}

/// Why a text is not given to the parser: it makes one table for each part of a dotted key, and takes
/// them apart one inside the other.
fn refused(text: &str) -> Option<String> {
    if text.len() > BYTES_MAX {
        return Some(format!("larger than {BYTES_MAX} bytes"));
    }
    let is_deep = |line: &str| {
        let key = line.split('=').next().unwrap_or_default();
        key.len() > DEPTH_MAX && key.bytes().filter(|byte| *byte == b'.').count() > DEPTH_MAX
    };
    text.lines().any(is_deep).then(|| format!("a key has more than {DEPTH_MAX} parts"))
}

struct Context<'a> {
    text: &'a str,
    file: FileId,
    is_cut: bool,
}

impl Context<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        let (start, end) = unquoted(self.text, start, end);
        Span::new(self.file, start, end)
    }

    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Data {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| {
                let range = key.span();
                let at = self.span(range.start, range.end);
                Entry {
                    key: Key { text: key.get_ref().to_string(), at },
                    value: self.value(value, depth + 1),
                }
            })
            .collect();
        entries.sort_by_key(|entry| entry.key.at.start);
        Data::Map(entries)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Value {
        let range = value.span();
        let at = Span::new(self.file, range.start, range.end);
        if depth > DEPTH_MAX {
            self.is_cut = true;
            return Value::unknown(at, "too deep", "…");
        }
        let data = match value.get_ref() {
            DeValue::String(text) => {
                return Value::text(self.span(range.start, range.end), text.as_ref());
            }
            DeValue::Integer(number) => number.as_str().parse().map_or(Data::Null, Data::Int),
            DeValue::Float(number) => number.as_str().parse().map_or(Data::Null, Data::Float),
            DeValue::Boolean(value) => Data::Bool(*value),
            DeValue::Datetime(date) => Data::Text(date.to_string()),
            DeValue::Array(items) => {
                Data::List(items.iter().map(|item| self.value(item, depth + 1)).collect())
            }
            DeValue::Table(table) => self.table(table, depth),
        };
        Value::new(at, data)
    }
}
