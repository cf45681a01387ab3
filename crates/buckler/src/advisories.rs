//! The local database of advisories: where it lies, and how it is filled.
#![expect(clippy::disallowed_methods, reason = "the database is read and written here")]
mod fetch;
mod sources;

use std::path::PathBuf;

use supply::advisory::{Compiler, Database, Meta};

use crate::clock;
use crate::commands::CommandError;
use crate::config::Loaded;

/// What became of opening the database.
pub(crate) enum Opened {
    /// The configuration says not to look packages up.
    Off,
    Ready(Box<Database>),
    Missing {
        path: String,
        why: String,
    },
}

/// Opens the database that the configuration names, or the one of the cache directory.
pub(crate) fn open(loaded: &Loaded) -> Opened {
    if loaded.config.advisories.enabled == Some(false) {
        return Opened::Off;
    }
    let Some(path) = path(loaded) else {
        let why = "there is no cache directory; set `database` in `[advisories]`".to_owned();
        return Opened::Missing { path: String::new(), why };
    };
    let shown = path.display().to_string();
    match std::fs::read(&path) {
        Ok(bytes) => match Database::open(bytes) {
            Ok(database) => Opened::Ready(Box::new(database)),
            Err(why) => Opened::Missing { path: shown, why: format!("the database is broken: {why}") },
        },
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            Opened::Missing { path: shown, why: "there is no database of advisories".to_owned() }
        }
        Err(why) => Opened::Missing { path: shown, why: why.to_string() },
    }
}

/// Where the database lies.
pub(crate) fn path(loaded: &Loaded) -> Option<PathBuf> {
    match &loaded.config.advisories.database {
        Some(path) => Some(loaded.beside(path)),
        None => cache().map(|folder| folder.join("advisories.db")),
    }
}

/// The user's cache directory for this program.
fn cache() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("buckler"))
}

/// Reads every source and replaces the database. A source that fails leaves the old database as it is.
pub(crate) fn update(loaded: &Loaded) -> Result<(PathBuf, Meta), CommandError> {
    let path = path(loaded).ok_or_else(|| CommandError::Advisories {
        why: "there is no cache directory; set `database` in `[advisories]`".to_owned(),
    })?;
    let sources = &loaded.config.advisories.sources;
    if sources.is_empty() {
        return Err(CommandError::Advisories { why: "no source is configured".to_owned() });
    }
    let mut compiler = Compiler::default();
    for source in sources {
        sources::read(source, loaded, cache().as_deref(), &mut compiler)
            .map_err(|why| CommandError::Advisories { why: format!("source `{source}`: {why}") })?;
    }
    if compiler.count() == 0 {
        return Err(CommandError::Advisories { why: "the sources hold no advisories".to_owned() });
    }
    let bytes = compiler.finish(clock::today());
    let error = |why: std::io::Error| CommandError::Write { path: path.clone(), why: why.to_string() };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(error)?;
    }
    crate::output::write_bytes(&path, &bytes)?;
    let database = Database::open(bytes).map_err(|why| CommandError::Advisories { why: why.to_string() })?;
    Ok((path, database.meta))
}
