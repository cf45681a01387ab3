//! Events that are not HTTP: every text as an argument, named by its path.
use super::alike::{Alike, Shape};
use super::decode::{Inflated, base64, gzip, percent};
use super::json::{Value, duplicates, parse};
use super::shape::{Trigger, recognise};
use super::{EventError, EventLimits, Note, Record};
use crate::Fields;

/// What reading one event has cost so far.
pub(super) struct Reader<'a> {
    limits: &'a EventLimits,
    alike: Alike,
    /// Where the value stands that is read now.
    path: String,
    values: usize,
    argument_bytes: usize,
    decompressed_bytes: usize,
    notes: Vec<Note>,
}

/// How a text is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Base64,
    /// Base64 of gzip.
    Gzip,
    Percent,
}

/// Where values go.
pub(super) struct Out<'a> {
    pub(super) fields: &'a mut Fields,
    /// For each field whether one that rules judge alike came before; none: such are left out.
    pub(super) repeated: Option<&'a mut Vec<bool>>,
}

/// The way from the event to a value.
#[derive(Clone, Copy)]
struct Way<'a> {
    trigger: Trigger,
    shape: Shape,
    /// The last two names.
    parent: &'a str,
    name: &'a str,
    /// Texts inside of texts that are already open.
    nesting: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(limits: &'a EventLimits) -> Self {
        let (alike, path) = (Alike::new(), String::new());
        Self { limits, alike, path, values: 0, argument_bytes: 0, decompressed_bytes: 0, notes: Vec::new() }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    /// Goes on counting where another reader of the same event is.
    pub(super) fn behind(limits: &'a EventLimits, values: usize) -> Self {
        Self { values, ..Self::new(limits) }
    }

    pub(super) fn values(&self) -> usize {
        self.values
    }

    pub(super) fn note(&mut self, note: Note) {
        if self.notes.len() < self.limits.notes_max {
            self.notes.push(note);
        }
    }

    /// Parses a text and tells keys that stand twice.
    pub(super) fn parse<'j>(&mut self, bytes: &'j [u8]) -> Result<Value<'j>, EventError> {
        let value = parse(bytes, self.limits, &mut self.values)?;
        let path = std::mem::take(&mut self.path);
        self.tell_duplicates(&value, &path);
        self.path = path;
        Ok(value)
    }

    fn tell_duplicates(&mut self, value: &Value<'_>, path: &str) {
        let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match value {
            Value::Object(members) => {
                for name in duplicates(members) {
                    self.note(Note::DuplicateKey(inner(name)));
                }
                // Names are only put together where something is to be told; depth is already bounded.
                for (name, value) in
                    members.iter().filter(|(_, value)| matches!(value, Value::Object(_) | Value::List(_)))
                {
                    self.tell_duplicates(value, name);
                }
            }
            Value::List(items) => {
                for item in items {
                    self.tell_duplicates(item, path);
                }
            }
            _ => {}
        }
    }

    /// One record for each message of the event.
    pub(super) fn records(&mut self, event: &Value<'_>, trigger: Trigger) -> Result<Vec<Record>, EventError> {
        let mut places: Vec<(String, &Value<'_>)> = Vec::new();
        let mut rest: Vec<(String, &Value<'_>)> = Vec::new();
        // Every member counts, also the earlier of two with one name.
        for (name, value) in event.members() {
            match (name.as_ref(), value) {
                ("Records" | "records" | "messages" | "tasks", Value::List(items)) => {
                    places.extend(items.iter().enumerate().map(|(at, item)| (format!("{name}.{at}"), item)));
                }
                // Kafka and RabbitMQ: lists of messages by topic or queue.
                ("records" | "rmqMessagesByQueue", Value::Object(groups)) => {
                    for (group, messages) in groups {
                        let items = messages.items().iter().enumerate();
                        places.extend(items.map(|(at, item)| (format!("{name}.{group}.{at}"), item)));
                    }
                    let others = groups.iter().filter(|(_, messages)| !matches!(messages, Value::List(_)));
                    rest.extend(others.map(|(group, other)| (format!("{name}.{group}"), other)));
                }
                _ => rest.push((name.clone().into_owned(), value)),
            }
        }
        places.extend(event.items().iter().enumerate().map(|(at, item)| (at.to_string(), item)));
        if matches!(event, Value::Text(_) | Value::Plain(..)) {
            rest.push(("event".to_owned(), event));
        }
        let mut records = Vec::with_capacity(places.len() + 1);
        for (path, item) in places {
            let mut record = Record { path, ..Record::default() };
            let mut out = Out { fields: &mut record.arguments, repeated: Some(&mut record.repeated) };
            self.fields(item, trigger, &record.path, &mut out)?;
            records.push(record);
        }
        let mut record = Record::default();
        let mut out = Out { fields: &mut record.arguments, repeated: Some(&mut record.repeated) };
        for (path, value) in rest {
            self.fields(value, trigger, &path, &mut out)?;
        }
        if records.is_empty() || !record.arguments.is_empty() {
            records.push(record);
        }
        Ok(records)
    }

    /// Adds every text of a value, named by its path.
    pub(super) fn fields(
        &mut self,
        value: &Value<'_>,
        trigger: Trigger,
        path: &str,
        out: &mut Out<'_>,
    ) -> Result<(), EventError> {
        let mut names = path.rsplit('.').filter(|name| name.parse::<usize>().is_err());
        let name = names.next().unwrap_or_default();
        let parent = names.next().unwrap_or_default();
        let shape = self.alike.path(path);
        self.path.clear();
        self.path.push_str(path);
        let read = self.value(value, Way { trigger, shape, parent, name, nesting: 0 }, out);
        self.path.clear();
        read
    }

    fn value(&mut self, value: &Value<'_>, way: Way<'_>, out: &mut Out<'_>) -> Result<(), EventError> {
        match value {
            // `{"$ne": null}`: an operator works by its name alone.
            Value::Null if way.name.starts_with(['$', '_']) => self.push(way.shape, b"", out),
            Value::List(items) if items.is_empty() && way.name.starts_with(['$', '_']) => {
                self.push(way.shape, b"", out)
            }
            Value::Object(members) if members.is_empty() && way.name.starts_with(['$', '_']) => {
                self.push(way.shape, b"", out)
            }
            Value::Null => Ok(()),
            Value::Plain(text, _) => self.push(way.shape, text.as_bytes(), out),
            Value::Text(text) => self.text(text, way, out),
            Value::List(items) => {
                let (length, shape) = (self.path.len(), self.alike.place(way.shape));
                for (at, item) in items.iter().enumerate() {
                    self.path.push('.');
                    push_number(&mut self.path, at);
                    self.charge(self.path.len())?;
                    self.value(item, Way { shape, ..way }, out)?;
                    self.path.truncate(length);
                }
                Ok(())
            }
            Value::Object(members) => {
                let length = self.path.len();
                for (at, (name, value)) in members.iter().enumerate() {
                    if length > 0 {
                        self.path.push('.');
                    }
                    self.path.push_str(name);
                    self.charge(self.path.len())?;
                    let shape = self.alike.member(way.shape, name, at);
                    self.value(value, Way { shape, parent: way.name, name, ..way }, out)?;
                    self.path.truncate(length);
                }
                Ok(())
            }
        }
    }

    /// Counts bytes of names and values. Names count where they are put together, so that one long name over many
    /// empty members costs no more than it may.
    fn charge(&mut self, bytes: usize) -> Result<(), EventError> {
        self.argument_bytes += bytes;
        if self.argument_bytes > self.limits.arguments_bytes_max {
            let max = self.limits.arguments_bytes_max;
            return Err(EventError::Limit { limit: "arguments_bytes_max", max });
        }
        Ok(())
    }

    fn push(&mut self, shape: Shape, value: &[u8], out: &mut Out<'_>) -> Result<(), EventError> {
        self.charge(value.len())?;
        let is_repeated = self.alike.is_repeated(shape, value);
        match &mut out.repeated {
            Some(repeated) => repeated.push(is_repeated),
            None if is_repeated => return Ok(()),
            None => {}
        }
        out.fields.push(self.path.as_bytes(), value);
        Ok(())
    }

    fn text(&mut self, text: &str, way: Way<'_>, out: &mut Out<'_>) -> Result<(), EventError> {
        let form = form(way);
        let opened = match form {
            Form::Plain => None,
            Form::Percent => return self.push(way.shape, &percent(text), out),
            Form::Base64 => base64(text),
            Form::Gzip => base64(text).map(|bytes| self.inflate(&bytes)).transpose()?.flatten(),
        };
        if opened.is_none() && form != Form::Plain {
            self.note(Note::Unopened(self.path.clone()));
        }
        let bytes = opened.as_deref().unwrap_or(text.as_bytes());
        let is_json = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['));
        if !is_json {
            return self.push(way.shape, bytes, out);
        }
        if way.nesting >= self.limits.nesting_max {
            self.note(Note::NestedTooDeep(self.path.clone()));
            return self.push(way.shape, bytes, out);
        }
        match self.parse(bytes) {
            Ok(inner) => {
                let trigger = recognise(&inner);
                self.value(
                    &inner,
                    Way { trigger, parent: "", name: "", nesting: way.nesting + 1, ..way },
                    out,
                )
            }
            // Text that only begins like JSON.
            Err(EventError::NotJson(_)) => self.push(way.shape, bytes, out),
            Err(limit) => Err(limit),
        }
    }

    /// Opens gzip; nothing when it is broken.
    fn inflate(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, EventError> {
        let left = self.limits.decompressed_bytes_max.saturating_sub(self.decompressed_bytes);
        match gzip(bytes, left) {
            Inflated::Bytes(bytes) => {
                self.decompressed_bytes += bytes.len();
                Ok(Some(bytes))
            }
            Inflated::Broken => Ok(None),
            Inflated::TooLarge => Err(EventError::Limit {
                limit: "decompressed_bytes_max",
                max: self.limits.decompressed_bytes_max,
            }),
        }
    }
}

/// Writes a number, without the machinery of formatting.
fn push_number(out: &mut String, number: usize) {
    const DIGITS_MAX: usize = 20;
    let mut digits = [b'0'; DIGITS_MAX];
    let (mut rest, mut from) = (number, DIGITS_MAX);
    for place in digits.iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        (rest, from) = (rest / 10, from - 1);
        if rest == 0 {
            break;
        }
    }
    out.push_str(digits.get(from..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default());
}

/// How the text at a place is written, by trigger and name.
fn form(way: Way<'_>) -> Form {
    match (way.trigger, way.parent, way.name) {
        (Trigger::S3, "object", "key") | (Trigger::S3Batch, _, "s3Key") => Form::Percent,
        (Trigger::Kinesis, "kinesis", "data")
        | (Trigger::Firehose, _, "data")
        | (Trigger::Kafka, _, "value" | "key")
        | (Trigger::Mq, _, "data")
        | (Trigger::PubSub, "message", "data")
        | (Trigger::CloudEvent, "message", "data")
        | (Trigger::CloudEvent, _, "data_base64")
        | (Trigger::DynamoDb, _, "B" | "BS") => Form::Base64,
        (Trigger::CloudWatchLogs, "awslogs", "data") => Form::Gzip,
        _ => Form::Plain,
    }
}
