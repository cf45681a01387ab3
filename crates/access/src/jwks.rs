//! Sets of public keys (RFC 7517): which keys a set holds that we may use, and when to fetch it again.
//!
//! A key that cannot be used (weak, private, symmetric, for encryption, of an unknown kind) is left out with a reason
//! that the operator sees; the rest of the set stays in use.
pub mod fetch;
mod key;
#[cfg(test)]
mod tests;

pub use fetch::{Refresh, Source, SourceError, Step};
pub use key::{Key, KeyError, thumbprint};

use serde_json::Value;

use crate::json::{self, JsonError};
use crate::jwt::Algorithm;

/// Most bytes of a set.
pub const SET_BYTES_MAX: usize = 256 * 1024;
/// Most keys of a set.
pub const SET_KEYS_MAX: usize = 64;
/// Most keys that are tried for one token without a `kid`.
pub const KEYS_TRIED_MAX: usize = 4;

/// Why a set is not taken at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    #[error("the key set is {0}")]
    Json(#[from] JsonError),
    #[error("the key set has no list `keys`")]
    NoKeys,
    #[error("the key set has {0} keys; {SET_KEYS_MAX} is the most")]
    TooManyKeys(usize),
    /// Every key was left out: an empty set would only deny.
    #[error("the key set has no key that can be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NoneUsable(Vec<Skipped>),
}

/// A key that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub kid: Option<String>,
    pub reason: KeyError,
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "key `{}`: {}", self.kid.as_deref().unwrap_or("without kid"), self.reason)
    }
}

/// Keys of one issuer.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    /// Keys that were left out, for the operator.
    pub skipped: Vec<Skipped>,
}

impl KeySet {
    /// Reads a set as an issuer publishes it. At least one key must be usable.
    pub fn read(bytes: &[u8]) -> Result<Self, SetError> {
        let object = json::object(bytes, SET_BYTES_MAX)?;
        let written = object.get("keys").and_then(Value::as_array).ok_or(SetError::NoKeys)?;
        if written.len() > SET_KEYS_MAX {
            return Err(SetError::TooManyKeys(written.len()));
        }
        let mut set = Self::default();
        for value in written {
            match Key::read(value) {
                Ok(key) => set.keys.push(key),
                Err(reason) => {
                    let kid = value.get("kid").and_then(Value::as_str).map(str::to_owned);
                    set.skipped.push(Skipped { kid, reason });
                }
            }
        }
        if set.keys.is_empty() { Err(SetError::NoneUsable(set.skipped)) } else { Ok(set) }
    }

    /// A set of keys that the owner gave.
    #[must_use]
    pub fn of(keys: Vec<Key>) -> Self {
        Self { keys, skipped: Vec::new() }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that may have signed: with a `kid` those of this name, else the first few that fit the algorithm.
    pub fn candidates(&self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        self.keys
            .iter()
            .filter(move |key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)))
            .filter(move |key| key.takes(algorithm))
            .take(KEYS_TRIED_MAX)
    }

    /// Whether a key of this name is there, for whichever algorithm.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }
}
