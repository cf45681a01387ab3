//! Where files come from. Readers do no input or output themselves.
use std::collections::BTreeMap;
use std::fmt;

/// A folder of files that can be listed and read.
///
/// Paths are relative, with `/` between parts and no `..`.
///
/// Read from several threads at once.
pub trait Source: Sync {
    /// Every file that may be read, whatever its ending; vendored and ignored ones left out, sorted.
    fn paths(&self) -> &[String];

    /// The text of a file. Files that [`Source::paths`] leaves out may still be read when a
    /// template names them.
    ///
    /// # Errors
    /// When the file does not exist, is larger than `bytes_max`, is not UTF-8 or cannot be read.
    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError>;
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    NotFound,
    TooLarge {
        bytes: u64,
    },
    NotText,
    /// Outside of the scanned folder.
    Outside,
    Failed(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("does not exist"),
            Self::TooLarge { bytes } => write!(f, "is too large ({bytes} bytes)"),
            Self::NotText => f.write_str("is not UTF-8 text"),
            Self::Outside => f.write_str("is outside of the scanned folder"),
            Self::Failed(why) => write!(f, "could not be read: {why}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Files kept in memory, for tests and for embedding.
#[derive(Debug, Clone, Default)]
pub struct MemorySource {
    paths: Vec<String>,
    files: BTreeMap<String, String>,
}

impl MemorySource {
    #[must_use]
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files: BTreeMap<String, String> =
            files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { paths: files.keys().cloned().collect(), files }
    }
}

impl Source for MemorySource {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError> {
        let text = self.files.get(path).ok_or(ReadError::NotFound)?;
        let bytes = text.len() as u64;
        if bytes > bytes_max { Err(ReadError::TooLarge { bytes }) } else { Ok(text.clone()) }
    }
}

/// The path that a file names relative to itself: `../a/b.yaml` of `x/template.yaml` is `a/b.yaml`.
/// `None` when it is a URL, absolute, or leaves the folder.
#[must_use]
pub fn beside(file: &str, named: &str) -> Option<String> {
    if named.is_empty() || named.contains("://") || named.contains("${") || named.starts_with('/') {
        return None;
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in named.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
