//! Events of every trigger as what rules look at: requests where they are HTTP, named arguments where they are not.
//!
//! An event is JSON. Its shape tells its trigger (or the caller does); a shape that nobody knows is inspected all the same: every
//! string in it is an argument. Text that holds JSON again (an S3 event in an SNS message in an SQS body), base64 data of streams
//! and the gzip data of log subscriptions are opened, to a bounded depth.
//!
//! INVARIANT: nothing is left out without a word. What passes a limit of [`EventLimits`] is an error, so that the caller
//! can refuse the event; what is odd (a key twice, data that cannot be opened) is a note.
mod alike;
mod arguments;
mod decode;
mod http;
pub(crate) mod json;
mod shape;

use crate::Fields;
use std::net::IpAddr;

pub(crate) use decode::base64;
pub use shape::Trigger;

/// What one event may cost at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLimits {
    /// Bytes of the event as it arrives.
    pub bytes_max: usize,
    /// Depth of its JSON.
    pub depth_max: usize,
    /// JSON, base64 or gzip inside of a text, and inside of that again.
    pub nesting_max: usize,
    /// Values of all its JSON together.
    pub values_max: usize,
    /// Bytes of all names and values that come out.
    pub arguments_bytes_max: usize,
    /// Bytes that compressed data may grow to, all together.
    pub decompressed_bytes_max: usize,
    /// Notes that are kept.
    pub notes_max: usize,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            bytes_max: 12 << 20,
            depth_max: 100,
            nesting_max: 5,
            values_max: 200_000,
            arguments_bytes_max: 48 << 20,
            decompressed_bytes_max: 12 << 20,
            notes_max: 100,
        }
    }
}

/// Why an event cannot be inspected. Whoever enforces refuses it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// RFC 8259 is broken.
    #[error("the event is not JSON: {0}")]
    NotJson(String),
    /// A limit of [`EventLimits`] is passed.
    #[error("the event passes the limit `{limit}` of {max}")]
    Limit { limit: &'static str, max: usize },
}

/// An event, ready for the engine.
#[derive(Clone, Debug)]
pub struct Event {
    pub trigger: Trigger,
    /// One for each message, object or request of the event.
    pub records: Vec<Record>,
    pub notes: Vec<Note>,
}

/// One message, object or request.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Where it stands: `Records.0`, empty for the whole event.
    pub path: String,
    pub http: Option<HttpRequest>,
    /// For [`Transaction::arguments`](crate::Transaction::arguments): values by their path (`Records.0.s3.object.key`).
    pub arguments: Fields,
    /// For each of the arguments: rules judge it as one that stands before it in the event, in this record or another (an equal
    /// value of the same name, whatever the places in lists; a further number). Whoever inspects the event as a whole may
    /// pass these over.
    pub repeated: Vec<bool>,
}

/// A request as the client sent it, as far as the event tells.
#[derive(Clone, Debug, Default)]
pub struct HttpRequest {
    pub method: Vec<u8>,
    /// Path and query, percent-encoded.
    pub target: Vec<u8>,
    /// `HTTP/1.1` where the event does not tell.
    pub protocol: Vec<u8>,
    /// Cookies of their own field are one `cookie` header.
    pub headers: Fields,
    /// Base64 is undone.
    pub body: Vec<u8>,
    pub client: Option<IpAddr>,
}

/// Something odd in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A key stands twice in an object; readers differ on which counts. Both are inspected.
    DuplicateKey(String),
    /// Base64 or gzip that cannot be opened; its text is inspected.
    Unopened(String),
    /// Text inside of text, deeper than `nesting_max`; its text is inspected.
    NestedTooDeep(String),
    /// The event has not the shape of the trigger that the caller named.
    OtherShape,
}

/// An event, or a text of one, that was parsed: rules and schemas read the one tree.
pub struct Parsed<'j> {
    value: json::Value<'j>,
    values: usize,
    notes: Vec<Note>,
    limits: &'j EventLimits,
}

impl std::fmt::Debug for Parsed<'_> {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Parsed").field("values", &self.values).finish_non_exhaustive()
    }
}

/// Parses JSON.
///
/// # Errors
/// It is not JSON, or passes a limit.
pub fn parse<'j>(bytes: &'j [u8], limits: &'j EventLimits) -> Result<Parsed<'j>, EventError> {
    if bytes.len() > limits.bytes_max {
        return Err(EventError::Limit { limit: "bytes_max", max: limits.bytes_max });
    }
    let mut reader = arguments::Reader::new(limits);
    let value = reader.parse(bytes)?;
    Ok(Parsed { value, values: reader.values(), notes: reader.into_notes(), limits })
}

/// Reads an event. `trigger` is what the caller knows of it; without it the shape decides.
///
/// # Errors
/// The event is not JSON, or passes a limit.
pub fn read(bytes: &[u8], trigger: Option<Trigger>, limits: &EventLimits) -> Result<Event, EventError> {
    parse(bytes, limits)?.event(trigger)
}

impl<'j> Parsed<'j> {
    /// A text as the text that it is.
    #[must_use]
    pub fn of_text(text: &'j str, limits: &'j EventLimits) -> Self {
        Self { value: json::Value::Text(text.into()), values: 1, notes: Vec::new(), limits }
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> Tree<'_, 'j> {
        Tree(&self.value, self.notes.iter().any(|note| matches!(note, Note::DuplicateKey(_))))
    }

    /// Reads it as an event, as [`read`] does.
    ///
    /// # Errors
    /// It passes a limit.
    pub fn event(&self, trigger: Option<Trigger>) -> Result<Event, EventError> {
        let mut reader = arguments::Reader::behind(self.limits, self.values);
        self.notes.iter().for_each(|note| reader.note(note.clone()));
        let value = &self.value;
        let seen = shape::recognise(value);
        let kind = trigger.unwrap_or(seen);
        if kind != seen && seen.is_http() != kind.is_http() {
            reader.note(Note::OtherShape);
        }
        let http = if kind.is_http() { http::request(value) } else { None };
        let records = match http {
            Some(http) => vec![around(&mut reader, value, (trigger, seen), http)?],
            None => reader.records(value, seen)?,
        };
        Ok(Event { trigger: kind, records, notes: reader.into_notes() })
    }

    /// Adds to `out` what rules are to see of it, as [`distinct`] does.
    ///
    /// # Errors
    /// As [`distinct`].
    pub fn distinct(&self, name: &str, out: &mut Fields) -> Result<(), EventError> {
        let mut reader = arguments::Reader::behind(self.limits, self.values);
        let seen = shape::recognise(&self.value);
        reader.fields(&self.value, seen, name, &mut arguments::Out { fields: out, repeated: None })
    }
}

/// The record of an event that is a request: what the request has no place for is its arguments.
fn around(
    reader: &mut arguments::Reader<'_>,
    value: &json::Value<'_>,
    (trigger, seen): (Option<Trigger>, Trigger),
    http: HttpRequest,
) -> Result<Record, EventError> {
    let mut record = Record { http: Some(http), ..Record::default() };
    let mut out = arguments::Out { fields: &mut record.arguments, repeated: Some(&mut record.repeated) };
    // Whoever sends a direct call can give it the shape of a request: what the request has no place for
    // is left out only where the caller says that the platform wrote the event.
    let read = http::read_members(value);
    let mut last = std::collections::BTreeMap::new();
    last.extend(value.members().iter().enumerate().map(|(position, (name, _))| (name.as_ref(), position)));
    for (position, (name, member)) in value.members().iter().enumerate() {
        let name = name.as_ref();
        let is_read = read.contains(&name) && last.get(name) == Some(&position);
        let is_wanted = http::ARGUMENTS.contains(&name) || trigger.is_none();
        if is_wanted && !is_read {
            reader.fields(member, seen, name, &mut out)?;
        }
    }
    Ok(record)
}

/// Adds to `out` what rules are to see of a text that is JSON, as [`read`] gives it of a direct call: every value by its path
/// behind `name`, but of those that rules judge alike only the first.
///
/// # Errors
/// As [`read`]; `out` has a part of the values then.
pub fn distinct(bytes: &[u8], name: &str, limits: &EventLimits, out: &mut Fields) -> Result<(), EventError> {
    parse(bytes, limits)?.distinct(name, out)
}

/// A value of a parsed text, and whether a name may stand twice in one of its objects.
#[derive(Clone, Copy)]
pub struct Tree<'v, 'j>(pub(crate) &'v json::Value<'j>, pub(crate) bool);

impl std::fmt::Debug for Tree<'_, '_> {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tree")
    }
}

impl<'v, 'j> Tree<'v, 'j> {
    /// A member of an object, the last of its name; `a.b` is a member of a member.
    #[must_use]
    pub fn at(self, path: &str) -> Option<Self> {
        self.0.at(path).map(|value| Self(value, self.1))
    }

    /// The values of a list.
    pub fn items(self) -> impl ExactSizeIterator<Item = Self> {
        self.0.items().iter().map(move |value| Self(value, self.1))
    }

    /// A text.
    #[must_use]
    pub fn text(self) -> Option<&'v str> {
        match self.0 {
            json::Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
