//! A folder with some files changed in memory.
use std::collections::BTreeMap;

use model::{ReadError, Source};

/// Texts of files by their paths.
pub(in crate::commands) type Texts = BTreeMap<String, String>;

/// The files of a source, some of them with other texts.
pub(in crate::commands) struct Overlay<'a> {
    pub below: &'a dyn Source,
    pub texts: &'a Texts,
}

impl Source for Overlay<'_> {
    fn paths(&self) -> &[String] {
        self.below.paths()
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError> {
        match self.texts.get(path) {
            Some(text) if text.len() as u64 > bytes_max => {
                Err(ReadError::TooLarge { bytes: text.len() as u64 })
            }
            Some(text) => Ok(text.clone()),
            None => self.below.read(path, bytes_max),
        }
    }
}
