//! JSON as a tree that keeps every member, also those whose key stands twice.
use super::{EventError, EventLimits};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    /// A number, `true` or `false`, as text.
    Plain(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The last member of a name, as most readers have it.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => {
                members.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// A member of a member: `requestContext.http.method`.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, name| match value {
            Self::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => value.get(name),
        })
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn members(&self) -> &[(String, Value)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }
}

/// Why parsing stopped before the end: a limit, or broken JSON.
const TOO_DEEP: &str = "deeper than depth_max";
const TOO_MANY: &str = "more than values_max";

/// Parses one text. `values` counts on over all texts of an event.
pub(super) fn parse(bytes: &[u8], limits: &EventLimits, values: &mut usize) -> Result<Value, EventError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let left = std::cell::Cell::new(limits.values_max.saturating_sub(*values));
    let before = left.get();
    let seed = Seed { depth: limits.depth_max, left: &left };
    let read = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    *values += before - left.get();
    read.map_err(|error| {
        let text = error.to_string();
        if text.starts_with(TOO_DEEP) || text.starts_with("recursion limit") {
            EventError::Limit { limit: "depth_max", max: limits.depth_max }
        } else if text.starts_with(TOO_MANY) {
            EventError::Limit { limit: "values_max", max: limits.values_max }
        } else {
            EventError::NotJson(text)
        }
    })
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    /// Levels that may still open.
    depth: usize,
    left: &'a std::cell::Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(E::custom(TOO_DEEP)),
        }
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(E::custom(TOO_MANY)),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            self.count::<A::Error>()?;
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            self.count::<A::Error>()?;
            members.push((name, map.next_value_seed(inner)?));
        }
        Ok(Value::Object(members))
    }
}

/// Keys that stand more than once, each once, in order of the alphabet.
pub(super) fn duplicates(members: &[(String, Value)]) -> Vec<&str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut found: Vec<&str> = names
        .windows(2)
        .filter_map(|pair| pair.first().filter(|first| Some(*first) == pair.get(1)))
        .copied()
        .collect();
    found.dedup();
    found
}
