//! JSON, YAML, TOML and XML as values with spans.
//!
//! What could be read before a syntax error is kept, and the error is told. Spans of strings leave
//! the quotes out, so that a replacement keeps them.
mod json;
mod toml;
mod xml;
mod yaml;

use model::{Data, FileId, ProblemKind, Span, Value};

pub(crate) use json::json;
pub(crate) use toml::toml;
pub(crate) use xml::{Element, xml};
pub(crate) use yaml::yaml;

/// Containers inside each other.
pub(crate) const DEPTH_MAX: usize = 100;

/// Values of one document.
pub(crate) const VALUES_MAX: usize = 4_000_000;

/// What went wrong inside one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub kind: ProblemKind,
    pub at: Span,
    pub message: String,
    pub help: String,
}

impl Trouble {
    /// A part of the document could not be read.
    pub(crate) fn unreadable(at: Span, message: impl Into<String>) -> Self {
        let help = "repair this place; what stands before it was read".to_owned();
        Self { kind: ProblemKind::Unreadable, at, message: message.into(), help }
    }

    /// A limit stopped the reading.
    pub(crate) fn limit(at: Span, message: impl Into<String>) -> Self {
        let help = "what stands before it was read; a file of packages is never like this".to_owned();
        Self { kind: ProblemKind::Limit, at, message: message.into(), help }
    }
}

/// A document and what went wrong in it.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub root: Value,
    pub troubles: Vec<Trouble>,
}

impl Read {
    pub(crate) fn empty(file: FileId) -> Self {
        Self { root: Value::new(Span::new(file, 0, 0), Data::Null), troubles: Vec::new() }
    }
}

/// A container that is still open.
pub(crate) struct Frame {
    start: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<model::Entry>, key: Option<model::Key> },
}

/// Builds a document from what a parser sees, on a stack of its own: depth costs no call stack.
pub(crate) struct Builder {
    file: FileId,
    stack: Vec<Frame>,
    root: Option<Value>,
    made: usize,
    pub troubles: Vec<Trouble>,
}

impl Builder {
    pub(crate) fn new(file: FileId) -> Self {
        Self { file, stack: Vec::new(), root: None, made: 0, troubles: Vec::new() }
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn depth(&self) -> usize {
        self.stack.len()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.root.is_some() && self.stack.is_empty()
    }

    /// The open container is a map and waits for a key.
    pub(crate) fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    pub(crate) fn in_list(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { content: Content::List(_), .. }))
    }

    pub(crate) fn open_list(&mut self, start: usize) -> bool {
        self.open(start, Content::List(Vec::new()))
    }

    pub(crate) fn open_map(&mut self, start: usize) -> bool {
        self.open(start, Content::Map { entries: Vec::new(), key: None })
    }

    fn open(&mut self, start: usize, content: Content) -> bool {
        if self.stack.len() >= DEPTH_MAX {
            let at = self.span(start, start);
            let message = format!("more than {DEPTH_MAX} containers inside each other");
            self.troubles.push(Trouble::limit(at, message));
            return false;
        }
        self.stack.push(Frame { start, content });
        true
    }

    pub(crate) fn key(&mut self, text: String, start: usize, end: usize) {
        let at = self.span(start, end);
        if let Some(Frame { content: Content::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some(model::Key { text, at });
        }
    }

    pub(crate) fn close(&mut self, end: usize) -> bool {
        let Some(frame) = self.stack.pop() else { return true };
        let data = match frame.content {
            Content::List(items) => Data::List(items),
            Content::Map { entries, .. } => Data::Map(entries),
        };
        let at = self.span(frame.start, end);
        self.add(Value::new(at, data))
    }

    /// Puts a finished value where it belongs. False when a limit ends the reading.
    pub(crate) fn add(&mut self, value: Value) -> bool {
        self.made += 1;
        if self.made > VALUES_MAX {
            let message = format!("the document has more than {VALUES_MAX} values");
            self.troubles.push(Trouble::limit(value.at, message));
            return false;
        }
        match self.stack.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(value),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Map { entries, key }) => {
                if let Some(key) = key.take() {
                    entries.push(model::Entry { key, value });
                }
            }
        }
        true
    }

    /// Closes what is open and gives the document.
    pub(crate) fn finish(mut self, end: usize) -> Read {
        self.made = 0;
        while !self.stack.is_empty() {
            self.close(end);
        }
        let root = self.root.take().unwrap_or_else(|| Read::empty(self.file).root);
        Read { root, troubles: self.troubles }
    }
}

/// The range without the quotes at both of its ends.
pub(crate) fn unquoted(text: &str, start: usize, end: usize) -> (usize, usize) {
    let inner = text.get(start..end).unwrap_or_default();
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        let is_quoted = inner.len() >= quote.len() * 2 && inner.starts_with(quote) && inner.ends_with(quote);
        if is_quoted {
            return (start + quote.len(), end - quote.len());
        }
    }
    (start, end)
}

#[cfg(test)]
mod tests;
