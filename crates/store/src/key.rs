//! Keys: segments joined by dots, in the form that NATS allows.
use std::fmt;

/// A key: segments joined by `.`, each of `A-Z a-z 0-9 - _ = /`, at most 512 bytes. The form that NATS allows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key is empty, or one of its segments is")]
    Empty,
    #[error("`{0}` cannot stand in a key; encode it with `Key::of`")]
    Character(char),
    #[error("a key has {0} bytes or more; 512 is the most: hash the long segment")]
    Length(usize),
}

impl Key {
    /// The longest key, in bytes.
    pub const BYTES_MAX: usize = 512;

    /// A key as written.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if text.len() > Self::BYTES_MAX {
            return Err(KeyError::Length(text.len()));
        }
        if text.split('.').any(str::is_empty) {
            return Err(KeyError::Empty);
        }
        match text.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_=/.".contains(*c))) {
            Some(character) => Err(KeyError::Character(character)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// A key of arbitrary segments: what a key cannot hold is written `=XX` (hexadecimal), an empty segment `=`.
    /// [`Key::segments`] gives them back.
    pub fn of<I>(segments: I) -> Result<Self, KeyError>
    where
        I: IntoIterator<Item: AsRef<[u8]>>,
    {
        let mut text = String::new();
        for segment in segments {
            if !text.is_empty() {
                text.push('.');
            }
            escape(segment.as_ref(), &mut text);
            if text.len() > Self::BYTES_MAX {
                return Err(KeyError::Length(text.len()));
            }
        }
        Self::new(&text)
    }

    /// The segments that [`Key::of`] was given. `None`: it did not make this key.
    #[must_use]
    pub fn segments(&self) -> Option<Vec<Vec<u8>>> {
        self.0.split('.').map(unescape).collect()
    }

    /// Does it begin with these whole segments (`""`: every key does)?
    #[must_use]
    pub fn is_below(&self, prefix: &str) -> bool {
        prefix.is_empty()
            || self.0.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// A prefix that some key can begin with: nothing, or whole segments.
    pub fn check_prefix(prefix: &str) -> Result<(), KeyError> {
        if prefix.is_empty() { Ok(()) } else { Self::new(prefix).map(|_| ()) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.0)
    }
}

/// Letters, digits, `-` and `_` stand for themselves; every other byte is `=XX`; nothing at all is `=`.
fn escape(segment: &[u8], text: &mut String) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    if segment.is_empty() {
        text.push('=');
    }
    for byte in segment.iter().take(Key::BYTES_MAX + 1) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            text.push(char::from(*byte));
        } else {
            text.push('=');
            text.extend([byte >> 4, byte & 15].iter().filter_map(|digit| DIGITS.get(usize::from(*digit))));
        }
    }
}

fn unescape(segment: &str) -> Option<Vec<u8>> {
    if segment == "=" {
        return Some(Vec::new());
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'=' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            b'/' => return None,
            plain => plain,
        });
    }
    Some(bytes)
}

/// Capital digits only: a key has one spelling.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
