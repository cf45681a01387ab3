//! Builds a value from parser events, on a stack of its own: depth costs memory, never the call stack.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, ScalarStyle, Tag};
use model::{Data, Entry, FileId, Key, ProblemKind, Span, Value};

use super::DocProblem;
use crate::options::Limits;

pub(super) struct Builder<'a> {
    file: FileId,
    /// Bytes cut off before the text that the parser sees.
    skipped: usize,
    limits: &'a Limits,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, (Value, usize)>,
    /// Values made so far, aliases counted as often as they are used.
    made: usize,
    root: Option<Value>,
    problems: Vec<DocProblem>,
    /// Where the last event ended.
    end: usize,
}

struct Frame {
    start: usize,
    anchor: usize,
    tag: Option<(String, usize)>,
    made_before: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<Entry>, key: Option<Key> },
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, skipped: usize, limits: &'a Limits) -> Self {
        Self {
            file,
            skipped,
            limits,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            made: 0,
            root: None,
            problems: Vec::new(),
            end: skipped,
        }
    }

    /// Something was read already.
    pub(super) fn has_content(&self) -> bool {
        self.root.as_ref().is_some_and(|root| !root.is_null())
    }

    /// Where the last event ended.
    pub(super) fn last_end(&self) -> usize {
        self.end
    }

    /// Where the outermost `[` or `{` stands that is still open. A document that is one `{` has none:
    /// everything in it is open until its end.
    pub(super) fn open_flow(&self, text: &str) -> Option<usize> {
        let is_flow = |frame: &&Frame| matches!(text.as_bytes().get(frame.start), Some(b'[' | b'{'));
        let is_json = self.stack.first().as_ref().is_some_and(is_flow);
        if is_json { None } else { self.stack.iter().find(is_flow).map(|frame| frame.start) }
    }

    pub(super) fn more_documents(&mut self, start: usize) {
        let at = Span::new(self.file, start, start);
        let message = "the file holds more than one document".to_owned();
        self.tell(
            ProblemKind::Suspicious,
            at,
            message,
            "only the first is read; put the others into files of their own",
        );
    }

    /// Takes one event. False when a limit ends the reading.
    pub(super) fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> bool {
        let range = span.byte_range().unwrap_or_default();
        let (start, end) = (range.start + self.skipped, range.end + self.skipped);
        self.end = self.end.max(end);
        let tag_start = span.tag_start().and_then(|mark| mark.byte_offset()).map(|at| at + self.skipped);
        let tagged = |tag: Option<Cow<'_, Tag>>| tag.map(|tag| (tag.to_string(), tag_start.unwrap_or(start)));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tagged(tag);
                let at = Span::new(self.file, start, end);
                let data = scalar(text, style, tag.as_ref().map(|tag| tag.0.as_str()));
                let value = self.wrap(Value::new(at, data), tag);
                self.anchor(anchor, &value, 1);
                self.add(value, 1)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(start, anchor, tagged(tag), Content::List(Vec::new()));
                true
            }
            Event::MappingStart(_, anchor, tag) => {
                self.open(start, anchor, tagged(tag), Content::Map { entries: Vec::new(), key: None });
                true
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some((mut value, size)) => {
                    // An alias stands where it is used; its inner values keep their own place.
                    value.at = Span::new(self.file, start, end);
                    self.add(value, size)
                }
                None => {
                    let at = Span::new(self.file, start, end);
                    self.add(Value::unknown(at, "alias refers to a value that contains it", "*"), 1)
                }
            },
            _ => true,
        }
    }

    fn open(&mut self, start: usize, anchor: usize, tag: Option<(String, usize)>, content: Content) {
        self.stack.push(Frame { start, anchor, tag, made_before: self.made, content });
    }

    fn close(&mut self, end: usize) -> bool {
        let Some(frame) = self.stack.pop() else { return true };
        let size = self.made.saturating_sub(frame.made_before) + 1;
        self.made = frame.made_before;
        let (data, end) = match frame.content {
            Content::List(items) => {
                let end = items.last().map_or(end, |item| item.at.end as usize).max(frame.start);
                (Data::List(items), end)
            }
            Content::Map { entries, .. } if is_placeholder(&entries) => {
                let at = Span::new(self.file, frame.start, end);
                let message = "`{{…}}` belongs to a template language".to_owned();
                self.tell(
                    ProblemKind::Unresolved,
                    at,
                    message,
                    "render the template first; the value is unknown",
                );
                let shown = entries.first().map(|entry| entry.key.text.clone()).unwrap_or_default();
                let unknown = Value::unknown(at, "a template language fills it in", shown);
                self.anchor(frame.anchor, &unknown, 1);
                return self.add(unknown, 1);
            }
            Content::Map { entries, .. } => {
                let end = entries.last().map_or(end, |entry| entry.value.at.end as usize).max(frame.start);
                (Data::Map(self.merge(entries)), end)
            }
        };
        let value = self.wrap(Value::new(Span::new(self.file, frame.start, end), data), frame.tag);
        self.anchor(frame.anchor, &value, size);
        self.add(value, size)
    }

    /// Puts a finished value into the container that is open.
    fn add(&mut self, value: Value, size: usize) -> bool {
        self.made += size;
        if self.made > self.limits.document_values_max {
            // Refused: what is open can still be closed.
            self.made -= size;
            let message = format!("the document has more than {} values", self.limits.document_values_max);
            let help = "look for aliases that multiply each other; the rest was not read";
            self.tell(ProblemKind::Limit, value.at, message, help);
            return false;
        }
        match self.stack.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(value),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Map { entries, key }) => match key.take() {
                Some(key) => entries.push(Entry { key, value }),
                None => *key = Some(Key { text: key_text(&value), at: value.at }),
            },
        }
        true
    }

    fn anchor(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    /// Gives a short tag its long form.
    fn wrap(&mut self, value: Value, tag: Option<(String, usize)>) -> Value {
        let Some((tag, start)) = tag else { return value };
        let Some(name) = tag.strip_prefix('!').filter(|name| !name.is_empty() && !name.starts_with('!'))
        else {
            return value;
        };
        let key = match name {
            "Ref" | "Condition" => name.to_owned(),
            _ => format!("Fn::{name}"),
        };
        let at = Span::new(self.file, start, value.at.end as usize);
        let key = Key { text: key, at: Span::new(self.file, start, start + tag.len()) };
        Value::new(at, Data::Map(vec![Entry { key, value }]))
    }

    /// Applies merge keys (`<<`) and tells of keys that are written twice.
    fn merge(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        self.tell_duplicates(&entries);
        if !entries.iter().any(|entry| entry.key.text == "<<") {
            return entries;
        }
        let (merged, mut own): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.key.text == "<<");
        let mut known: BTreeSet<String> = own.iter().map(|entry| entry.key.text.clone()).collect();
        for source in merged.iter().flat_map(|entry| entry.value.one_or_many()) {
            for entry in source.entries() {
                if known.insert(entry.key.text.clone()) {
                    own.push(entry.clone());
                }
            }
        }
        own
    }

    fn tell_duplicates(&mut self, entries: &[Entry]) {
        let mut seen = std::collections::BTreeSet::new();
        for entry in entries {
            if !seen.insert(entry.key.text.as_str()) && entry.key.text != "<<" {
                let message = format!("the key `{}` is written twice in one map", entry.key.text);
                let at = entry.key.at;
                let help = "only the last one counts; remove or rename the other";
                self.tell(ProblemKind::Suspicious, at, message, help);
            }
        }
    }

    fn tell(&mut self, kind: ProblemKind, at: Span, message: String, help: &str) {
        self.problems.push(DocProblem { kind, at, message, help: help.to_owned() });
    }

    /// The document, with containers that a syntax error left open closed where it stands.
    pub(super) fn finish(mut self) -> (Option<Value>, Vec<DocProblem>) {
        self.made = 0;
        // What was read has been paid for: a limit that ended the reading must not cost it as well.
        self.stack.iter_mut().for_each(|frame| frame.made_before = 0);
        while let Some(frame) = self.stack.last() {
            let end = frame.start;
            if !self.close(end) {
                self.stack.clear();
            }
        }
        (self.root, self.problems)
    }
}

/// `{{ name }}` without quotes: a map whose only key is a map.
fn is_placeholder(entries: &[Entry]) -> bool {
    matches!(entries, [only] if only.key.text.starts_with("{{") && only.value.is_null())
}

fn key_text(value: &Value) -> String {
    match &value.data {
        Data::Map(entries) => {
            let keys: Vec<&str> = entries.iter().map(|entry| entry.key.text.as_str()).collect();
            format!("{{{{{}}}}}", keys.join(", "))
        }
        Data::Text(text) => text.clone(),
        Data::Null => "null".to_owned(),
        _ => value.display(),
    }
}

/// A plain scalar by YAML 1.2's core schema; quoted and block scalars are text.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&str>) -> Data {
    let is_text = tag.is_some_and(|tag| tag.ends_with(":str"));
    if style != ScalarStyle::Plain || is_text {
        return Data::Text(text.into_owned());
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Bool(true),
        "false" | "False" | "FALSE" => Data::Bool(false),
        _ => number(&text).unwrap_or_else(|| Data::Text(text.into_owned())),
    }
}

/// A number, unless leading zeros or size say that it is an identifier.
fn number(text: &str) -> Option<Data> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_identifier = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if is_identifier || !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Data::Int);
    }
    let is_float = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    if is_float { text.parse().ok().filter(|number: &f64| number.is_finite()).map(Data::Float) } else { None }
}
