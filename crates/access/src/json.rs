//! JSON as security tokens need it: one object, each name once, few levels, bounded size.
//!
//! A name that stands twice is read differently by different programs (RFC 7515, section 4 and RFC 7519, section 4
//! let a reader refuse it); we refuse it.
use serde_json::{Map, Value};

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
    match strict::json(bytes, LEVELS_MAX) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(JsonError::NotAnObject),
        Err(error) => Err(JsonError::Syntax(error.to_string())),
    }
}

/// The text under a name, when it is one.
#[must_use]
pub fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
