//! JSON as security tokens need it: one object, each name once, few levels, bounded size.
//!
//! A name that stands twice is read differently by different programs (RFC 7515, section 4 and RFC 7519, section 4
//! let a reader refuse it); we refuse it.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most levels of objects and lists within each other.
pub const LEVELS_MAX: usize = 16;

/// Why a text is no such JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    #[error("{bytes} bytes; {bytes_max} is the most")]
    TooLarge { bytes: usize, bytes_max: usize },
    #[error("not JSON that we take: {0}")]
    Syntax(String),
    #[error("not an object")]
    NotAnObject,
}

/// Reads one object.
pub fn object(bytes: &[u8], bytes_max: usize) -> Result<Map<String, Value>, JsonError> {
    if bytes.len() > bytes_max {
        return Err(JsonError::TooLarge { bytes: bytes.len(), bytes_max });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { levels: LEVELS_MAX }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| JsonError::Syntax(error.to_string()))?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

/// A value whose objects have no name twice.
#[derive(Clone, Copy)]
struct Strict {
    levels: usize,
}

impl Strict {
    fn below<E: Error>(self) -> Result<Self, E> {
        match self.levels.checked_sub(1) {
            Some(levels) => Ok(Self { levels }),
            None => Err(E::custom(format!("more than {LEVELS_MAX} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.below()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.below()?;
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// The text under a name, when it is one.
#[must_use]
pub fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
