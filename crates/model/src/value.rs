//! A value as a template wrote it, with the place where it stands.
use crate::{Span, Tri};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub at: Span,
    pub data: Data,
}

/// What a value is. Numbers written in quotes stay text; [`Value::as_int`] and
/// [`Value::truth`] read both forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<Entry>),
    /// Another resource of the application, or one of its attributes.
    Ref(Ref),
    /// A string of which some parts are not literal: texts, references, unknowns.
    Joined(Vec<Value>),
    /// Could not be resolved. Never a pass, never a default.
    Unknown(Unknown),
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Key,
    pub value: Value,
}

/// A map key and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub text: String,
    pub at: Span,
}

/// A reference to a node by its name. `attribute` is `None` for the resource itself (`Ref`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    pub target: String,
    pub attribute: Option<String>,
}

/// Why a value is not known, and how the template wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// A sentence part for people: "parameter `Stage` has no default".
    pub reason: String,
    /// The expression, to show in its place: `${AWS::Region}`.
    pub text: String,
}

impl Data {
    /// A value that is not known, and why.
    #[must_use]
    pub fn unknown(reason: &str) -> Self {
        Self::Unknown(Unknown { reason: reason.to_owned(), text: String::new() })
    }

    /// A reference to a resource or parameter.
    #[must_use]
    pub fn reference(target: &str) -> Self {
        Self::Ref(Ref { target: target.to_owned(), attribute: None })
    }

    /// A reference to an attribute of a resource: `Arn`.
    #[must_use]
    pub fn attribute(target: &str, attribute: &str) -> Self {
        Self::Ref(Ref { target: target.to_owned(), attribute: Some(attribute.to_owned()) })
    }

    /// A list that nobody wrote yet.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().map(|item| Value::new(Span::NONE, item)).collect())
    }

    /// A map that nobody wrote yet.
    #[must_use]
    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let entry = |(key, data): (&str, Self)| Entry {
            key: Key { text: key.to_owned(), at: Span::NONE },
            value: Value::new(Span::NONE, data),
        };
        Self::Map(entries.into_iter().map(entry).collect())
    }

    /// A string of texts and references that nobody wrote yet.
    #[must_use]
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::Joined(parts.into_iter().map(|part| Value::new(Span::NONE, part)).collect())
    }
}

impl Value {
    #[must_use]
    pub fn new(at: Span, data: Data) -> Self {
        Self { at, data }
    }

    #[must_use]
    pub fn text(at: Span, text: impl Into<String>) -> Self {
        Self { at, data: Data::Text(text.into()) }
    }

    #[must_use]
    pub fn unknown(at: Span, reason: impl Into<String>, text: impl Into<String>) -> Self {
        Self { at, data: Data::Unknown(Unknown { reason: reason.into(), text: text.into() }) }
    }

    /// A map entry. With a key written twice, the last one counts, as the deployers read it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().rev().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    /// Follows `a.b.c` through maps. A list with one element is stepped through, since HCL blocks
    /// are lists and people write them as objects. What is inside an open value is that open value:
    /// it is not known to be absent.
    #[must_use]
    pub fn path(&self, path: &str) -> Option<&Value> {
        path.split('.').filter(|part| !part.is_empty()).try_fold(self, |value, key| {
            let inner = match value.only() {
                Some(element) if value.get(key).is_none() => element,
                _ => value,
            };
            if inner.is_open() { Some(inner) } else { inner.get(key) }
        })
    }

    /// A reference, a joined string or unknown: known only when deployed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.data, Data::Unknown(_) | Data::Joined(_) | Data::Ref(_))
    }

    /// The single element of a list of one.
    #[must_use]
    pub fn only(&self) -> Option<&Value> {
        match self.items() {
            [element] => Some(element),
            _ => None,
        }
    }

    /// The elements of a list; empty for everything else.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The elements of a list, or the value itself: how IAM and HCL read "one or many".
    #[must_use]
    pub fn one_or_many(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            Data::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map; empty for everything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Literal text only.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, also when written as text.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match &self.data {
            Data::Int(number) => Some(*number),
            Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53 as just tested")]
                Some(*number as i64)
            }
            Data::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether this reads as on: `true`, `"True"`, `Enabled`, `Active`. Other known values are off.
    #[must_use]
    pub fn truth(&self) -> Tri {
        match &self.data {
            Data::Bool(value) => (*value).into(),
            Data::Int(number) => (*number != 0).into(),
            Data::Text(text) => {
                let on = ["true", "enabled", "enable", "active", "yes", "on", "1"];
                on.iter().any(|word| text.eq_ignore_ascii_case(word)).into()
            }
            Data::Unknown(_) | Data::Joined(_) | Data::Ref(_) => Tri::Unknown,
            Data::Null | Data::Float(_) | Data::List(_) | Data::Map(_) => Tri::False,
        }
    }

    #[must_use]
    pub fn as_ref(&self) -> Option<&Ref> {
        match &self.data {
            Data::Ref(reference) => Some(reference),
            _ => None,
        }
    }

    /// Known through and through: no reference and nothing unknown inside.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        match &self.data {
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) => true,
            Data::List(items) => items.iter().all(Self::is_literal),
            Data::Map(entries) => entries.iter().all(|entry| entry.value.is_literal()),
            Data::Ref(_) | Data::Joined(_) | Data::Unknown(_) => false,
        }
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_))
    }

    /// The value as one line for people: references and unknowns as `${…}`.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.data {
            Data::Null => String::new(),
            Data::Bool(value) => value.to_string(),
            Data::Int(value) => value.to_string(),
            Data::Float(value) => value.to_string(),
            Data::Text(value) => value.clone(),
            Data::List(items) => items.iter().map(Self::display).collect::<Vec<_>>().join(", "),
            Data::Map(entries) => {
                let shown =
                    entries.iter().map(|entry| format!("{}: {}", entry.key.text, entry.value.display()));
                format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
            }
            Data::Ref(reference) => match &reference.attribute {
                Some(attribute) => format!("${{{}.{attribute}}}", reference.target),
                None => format!("${{{}}}", reference.target),
            },
            Data::Joined(parts) => parts.iter().map(Self::display).collect(),
            Data::Unknown(unknown) => unknown.text.clone(),
        }
    }

    /// Every reference inside, at any depth, with where it stands.
    pub fn references<'a>(&'a self, found: &mut Vec<(&'a Ref, Span)>) {
        match &self.data {
            Data::Ref(reference) => found.push((reference, self.at)),
            Data::List(items) | Data::Joined(items) => items.iter().for_each(|item| item.references(found)),
            Data::Map(entries) => entries.iter().for_each(|entry| entry.value.references(found)),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) | Data::Unknown(_) => {
            }
        }
    }

    /// The first reference inside, at any depth: the resource that an ARN expression is about.
    #[must_use]
    pub fn first_reference(&self) -> Option<&Ref> {
        match &self.data {
            Data::Ref(reference) => Some(reference),
            Data::List(items) | Data::Joined(items) => items.iter().find_map(Self::first_reference),
            Data::Map(entries) => entries.iter().find_map(|entry| entry.value.first_reference()),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Text(_) | Data::Unknown(_) => {
                None
            }
        }
    }
}

impl From<bool> for Data {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Data {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Data {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Data {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
