//! The name in the first record of TLS (`server_name`, RFC 6066), read without changing a byte.

/// A first record is at most this long (RFC 8446, 5.1), with its header.
pub(super) const RECORD_BYTES_MAX: usize = 16_384 + 5;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;

/// What the first bytes of a connection are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    /// More bytes are needed.
    Partial,
    /// No TLS, or something that no client sends.
    Other,
    /// A client's first message, with the name where it has one.
    Client(Option<String>),
}

/// Reads a ClientHello.
pub(super) fn read(bytes: &[u8]) -> Hello {
    let Some((&kind, rest)) = bytes.split_first() else { return Hello::Partial };
    if kind != HANDSHAKE {
        return Hello::Other;
    }
    if rest.first().is_some_and(|major| *major != 3) {
        return Hello::Other;
    }
    let Some(length) = number(rest, 2, 2) else { return Hello::Partial };
    if length + 5 > RECORD_BYTES_MAX {
        return Hello::Other;
    }
    let Some(record) = rest.get(4..4 + length) else { return Hello::Partial };
    // A message in several records hides its name; clients that do so have thousands of extensions.
    parse(record).map_or(Hello::Other, Hello::Client)
}

fn parse(record: &[u8]) -> Option<Option<String>> {
    if *record.first()? != CLIENT_HELLO {
        return None;
    }
    let length = number(record, 1, 3)?;
    let body = record.get(4..4 + length)?;
    // Version and random.
    let rest = body.get(34..)?;
    let rest = skip(rest, 1)?;
    let rest = skip(rest, 2)?;
    let rest = skip(rest, 1)?;
    if rest.is_empty() {
        return Some(None);
    }
    let mut extensions = rest.get(2..2 + number(rest, 0, 2)?)?;
    let mut name = None;
    while !extensions.is_empty() {
        let kind = number(extensions, 0, 2)?;
        let length = number(extensions, 2, 2)?;
        let content = extensions.get(4..4 + length)?;
        if kind == usize::from(SERVER_NAME) {
            // Twice: this reader and the server could each mean another one.
            if name.is_some() {
                return None;
            }
            name = Some(one_name(content)?);
        }
        extensions = extensions.get(4 + length..)?;
    }
    Some(name)
}

/// A list of one name, whose kind is 0. More of them, or of another kind, no client sends: which one a server takes is not known.
fn one_name(list: &[u8]) -> Option<String> {
    let entry = list.get(2..)?;
    let (kind, name) = (*entry.first()?, entry.get(3..)?);
    let is_one = number(list, 0, 2)? == entry.len() && number(entry, 1, 2)? == name.len();
    if !is_one || kind != 0 || name.is_empty() {
        return None;
    }
    String::from_utf8(name.to_vec()).ok()
}

/// Past a field whose length stands in its first `width` bytes.
fn skip(bytes: &[u8], width: usize) -> Option<&[u8]> {
    bytes.get(width + number(bytes, 0, width)?..)
}

/// A big-endian number.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    Some(bytes.get(at..at + width)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}
