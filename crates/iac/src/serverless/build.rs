//! Building values: CloudFormation properties made of what the service says, each with its place.
use model::{Data, Entry, Key, Ref, Span, Value};

/// The properties of one resource while they are gathered.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties(Vec<Entry>);

impl Properties {
    /// Sets a property by its dotted path, unless there is nothing to set.
    pub(super) fn put(&mut self, path: &str, value: Option<Value>) {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            put(&mut self.0, path, value);
        }
    }

    pub(super) fn text(&mut self, path: &str, at: Span, text: impl Into<String>) {
        self.put(path, Some(Value::text(at, text)));
    }

    pub(super) fn flag(&mut self, path: &str, at: Span, on: bool) {
        self.put(path, Some(Value::new(at, Data::Bool(on))));
    }

    /// Sets each property to the setting at its path, where there is one.
    pub(super) fn copy(&mut self, from: &Value, pairs: &[(&str, &str)]) {
        for (property, setting) in pairs {
            self.put(property, from.path(setting).cloned());
        }
    }

    pub(super) fn has(&self, property: &str) -> bool {
        self.0.iter().any(|entry| entry.key.text == property)
    }

    pub(super) fn value(self, at: Span) -> Value {
        Value::new(at, Data::Map(self.0))
    }
}

fn put(entries: &mut Vec<Entry>, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let known = entries.iter_mut().find(|entry| entry.key.text == name);
    let Some(rest) = rest else {
        match known {
            Some(entry) => entry.value = value,
            None => entries.push(entry(name, value)),
        }
        return;
    };
    match known {
        Some(Entry { value: Value { data: Data::Map(inner), .. }, .. }) => put(inner, rest, value),
        Some(_) => {}
        None => {
            let at = value.at;
            let mut inner = Vec::new();
            put(&mut inner, rest, value);
            entries.push(entry(name, Value::new(at, Data::Map(inner))));
        }
    }
}

/// An entry whose key stands where its value does.
pub(super) fn entry(name: &str, value: Value) -> Entry {
    Entry { key: Key { text: name.to_owned(), at: value.at }, value }
}

pub(super) fn map(at: Span, entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let entries = entries
        .into_iter()
        .map(|(name, value)| Entry { key: Key { text: name.to_owned(), at: value.at }, value });
    Value::new(at, Data::Map(entries.collect()))
}

pub(super) fn list(at: Span, items: Vec<Value>) -> Value {
    Value::new(at, Data::List(items))
}

/// A reference to a resource by its logical id.
pub(super) fn reference(at: Span, target: &str) -> Value {
    Value::new(at, Data::Ref(Ref { target: target.to_owned(), attribute: None }))
}

pub(super) fn arn_of(at: Span, target: &str) -> Value {
    Value::new(at, Data::Ref(Ref { target: target.to_owned(), attribute: Some("Arn".to_owned()) }))
}

/// The ARN of a resource that may not exist: the CloudFormation reader looks it up, and tells.
pub(super) fn arn_by_name(at: Span, name: &str) -> Value {
    let path = list(at, vec![Value::text(at, name), Value::text(at, "Arn")]);
    map(at, [("Fn::GetAtt", path)])
}

/// The entry of a map with this key, for the place of the key.
pub(super) fn entry_of<'v>(map: &'v Value, key: &str) -> Option<&'v Entry> {
    map.entries().iter().rev().find(|entry| entry.key.text == key && !entry.value.is_null())
}

/// A setting that is there and not `null`.
pub(super) fn set<'v>(map: &'v Value, path: &str) -> Option<&'v Value> {
    map.path(path).filter(|value| !value.is_null())
}

/// Whether the value is one CloudFormation function rather than settings.
pub(super) fn is_intrinsic(value: &Value) -> bool {
    match value.entries() {
        [entry] => entry.key.text == "Ref" || entry.key.text.starts_with("Fn::"),
        _ => matches!(value.data, Data::Ref(_) | Data::Joined(_) | Data::Unknown(_)),
    }
}

/// A name as the framework puts it into logical ids.
pub(super) fn normalised(name: &str) -> String {
    let spelt = name.replace('-', "Dash").replace('_', "Underscore");
    alphanumeric(&spelt)
}

/// Only letters and digits, the first one upper case.
pub(super) fn alphanumeric(name: &str) -> String {
    let mut letters = name.chars().filter(char::is_ascii_alphanumeric);
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Lays one template's entries over another's: maps key by key, lists one after the other.
pub(super) fn merge(base: &mut Value, over: Value) {
    match (&mut base.data, over.data) {
        (Data::Map(into), Data::Map(from)) => {
            for entry in from {
                match into.iter_mut().find(|known| known.key.text == entry.key.text) {
                    Some(known) => merge(&mut known.value, entry.value),
                    None => into.push(entry),
                }
            }
        }
        (Data::List(into), Data::List(from)) => into.extend(from),
        (_, Data::Null) => {}
        (data, other) => {
            *data = other;
            base.at = over.at;
        }
    }
}
