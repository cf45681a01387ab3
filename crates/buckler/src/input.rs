//! Files that arguments name, read whole within a limit.
use crate::commands::CommandError;
use std::io::Read as _;
use std::path::Path;

/// A configuration, a document, a list of keys.
pub(crate) const DOCUMENT_BYTES_MAX: u64 = 64 << 20;
/// Recorded traffic.
pub(crate) const RECORDS_BYTES_MAX: u64 = 1 << 30;

/// Reads a file; `-` is the standard input.
///
/// # Errors
/// It cannot be read, or has more than so many bytes.
pub(crate) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, CommandError> {
    let wrong = |why: String| CommandError::Read { path: path.to_owned(), why };
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
    };
    read.map_err(|why| wrong(why.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(wrong(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As of [`bytes`], and what is not UTF-8.
pub(crate) fn text(path: &Path, most: u64) -> Result<String, CommandError> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|_| CommandError::Read { path: path.to_owned(), why: "it is not UTF-8".to_owned() })
}
