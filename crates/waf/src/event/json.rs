//! JSON as a tree that keeps every member, also those whose key stands twice.
//!
//! Keys and texts without an escape are those of the JSON itself: nothing is copied.
use super::{EventError, EventLimits};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'j> {
    Null,
    /// A number, `true` or `false`, as text.
    Plain(Cow<'j, str>, Plain),
    Text(Cow<'j, str>),
    List(Vec<Value<'j>>),
    Object(Vec<(Cow<'j, str>, Value<'j>)>),
}

/// What a value without quotes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    Bool,
    Integer,
    /// Written with a fraction or an exponent, or larger than 64 bits.
    Float,
}

/// A value that another reader has, as [`parse`] reads it.
pub(crate) fn of(value: &serde_json::Value) -> Value<'static> {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::Null,
        Json::Bool(is_true) => Value::Plain(if *is_true { "true" } else { "false" }.into(), Plain::Bool),
        Json::Number(number) => of_number(number),
        Json::String(text) => Value::Text(text.clone().into()),
        Json::Array(items) => Value::List(items.iter().map(of).collect()),
        Json::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone().into(), of(value))).collect())
        }
    }
}

pub(crate) fn of_number(number: &serde_json::Number) -> Value<'static> {
    let float = number.as_f64().filter(|_| number.is_f64());
    match float {
        Some(float) => Value::Plain(float.to_string().into(), Plain::Float),
        None => Value::Plain(number.to_string().into(), Plain::Integer),
    }
}

impl<'j> Value<'j> {
    /// The last member of a name, as most readers have it.
    pub(crate) fn get(&self, name: &str) -> Option<&Value<'j>> {
        match self {
            Self::Object(members) => {
                members.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// A member of a member: `requestContext.http.method`.
    pub(crate) fn at(&self, path: &str) -> Option<&Value<'j>> {
        path.split('.').try_fold(self, |value, name| match value {
            Self::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => value.get(name),
        })
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text, _) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn members(&self) -> &[(Cow<'j, str>, Value<'j>)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Value<'j>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }
}

/// Why parsing stopped before the end: a limit, or broken JSON.
const TOO_DEEP: &str = "deeper than depth_max";
const TOO_MANY: &str = "more than values_max";

/// Parses one text. `values` counts on over all texts of an event.
pub(super) fn parse<'j>(
    bytes: &'j [u8],
    limits: &EventLimits,
    values: &mut usize,
) -> Result<Value<'j>, EventError> {
    // Once for the whole is cheaper than once for each text in it.
    let text = std::str::from_utf8(bytes).map_err(|error| EventError::NotJson(error.to_string()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
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
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The name of a member.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
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
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Plain(Cow::Borrowed(if value { "true" } else { "false" }), Plain::Bool))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Plain(value.to_string().into(), Plain::Integer))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        // The smallest numbers stand in a list of most events, many times.
        const FEW: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let known = usize::try_from(value).ok().and_then(|value| FEW.get(value));
        Ok(Value::Plain(
            known.map_or_else(|| value.to_string().into(), |text| (*text).into()),
            Plain::Integer,
        ))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Plain(value.to_string().into(), Plain::Float))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            self.count::<A::Error>()?;
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            self.count::<A::Error>()?;
            members.push((name, map.next_value_seed(inner)?));
        }
        Ok(Value::Object(members))
    }
}

/// Members of an object up to which each pair of names is compared: cheaper than sorting.
const FEW_MEMBERS: usize = 12;

/// Keys that stand more than once, each once, in order of the alphabet.
pub(super) fn duplicates<'m>(members: &'m [(Cow<'_, str>, Value<'_>)]) -> Vec<&'m str> {
    let is_few = members.len() <= FEW_MEMBERS;
    let is_twice = || {
        members.iter().enumerate().any(|(at, (name, _))| {
            members.iter().skip(at + 1).any(|(other, _)| name.len() == other.len() && name == other)
        })
    };
    if is_few && !is_twice() {
        return Vec::new();
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    let mut found: Vec<&str> = names
        .windows(2)
        .filter_map(|pair| pair.first().filter(|first| Some(*first) == pair.get(1)))
        .copied()
        .collect();
    found.dedup();
    found
}
