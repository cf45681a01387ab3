//! What can be wrong with a configuration.

/// What is wrong with a configuration, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, an unknown name, a wrong type.
    #[error("line {line}: {message}")]
    Syntax { line: usize, message: String },
    /// A setting whose value cannot be used.
    #[error("`{setting}`: {message}")]
    Setting { setting: String, message: String },
    /// A file that the configuration names.
    #[error("`{setting}`: `{path}` {message}")]
    File { setting: String, path: String, message: String },
}

impl ConfigError {
    /// A setting whose value cannot be used.
    pub fn setting(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Setting { setting: setting.into(), message: message.into() }
    }

    /// A file that cannot be used.
    pub fn file(setting: impl Into<String>, path: &std::path::Path, message: impl ToString) -> Self {
        Self::File { setting: setting.into(), path: path.display().to_string(), message: message.to_string() }
    }

    pub(super) fn from_toml(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        Self::Syntax { line, message: error.message().to_owned() }
    }
}
