//! Secrets in the folder's files.
#![expect(clippy::disallowed_methods, reason = "one environment variable is read here")]
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::OnceLock;

use ignore::overrides::{Override, OverrideBuilder};
use model::{Project, Source};
use sensitive::{HashKey, Limits, Settings};

use crate::config::Loaded;

/// The environment variable that keys the hashes of secrets.
const KEY_VARIABLE: &str = "BUCKLER_HASH_KEY";

/// Searches the files that the scan sees.
pub(crate) fn attach(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    let config = &loaded.config.secrets;
    if !config.enabled.unwrap_or(true) || source.paths().is_empty() {
        return;
    }
    let excluded = patterns(&config.exclude);
    let wants = |path: &str| !is_excluded(&excluded, path);
    sensitive::attach(project, source, &settings(loaded), wants);
}

/// What secrets are compared with, and how many are kept.
pub(crate) fn settings(loaded: &Loaded) -> Settings {
    Settings {
        key: key(),
        allow: loaded.config.secrets.allow.iter().cloned().collect(),
        limits: Limits::default(),
    }
}

/// The user's key of the hashes.
fn own_key() -> Option<String> {
    std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty())
}

/// Without a key from the user, another one in each run, so that a short password cannot be guessed from a hash.
fn key() -> HashKey {
    static RANDOM: OnceLock<Vec<u8>> = OnceLock::new();
    // Every state of the standard library's hash maps has keys of the system's random source.
    let random = || std::hash::RandomState::new().build_hasher().finish().to_le_bytes();
    let random = RANDOM.get_or_init(|| [random(), random(), random(), random()].concat());
    own_key().map_or_else(|| HashKey::new(random), |key| HashKey::new(key.as_bytes()))
}

/// Takes hashes away that mean nothing after this run.
pub(crate) fn forget_hashes(project: &mut Project) {
    if own_key().is_some() {
        return;
    }
    for secret in project.apps.iter_mut().flat_map(|app| &mut app.secrets) {
        secret.hash.clear();
    }
}

/// Whether a pattern is one.
pub(crate) fn known_pattern(pattern: &str) -> Result<(), String> {
    OverrideBuilder::new(".").add(pattern).map(|_| ()).map_err(|why| why.to_string())
}

pub(super) fn patterns(exclude: &[String]) -> Override {
    let mut builder = OverrideBuilder::new("");
    for pattern in exclude {
        // INVARIANT: the configuration was validated with `known_pattern`.
        if builder.add(pattern).is_err() {
            continue;
        }
    }
    builder.build().unwrap_or_else(|_| Override::empty())
}

pub(super) fn is_excluded(excluded: &Override, path: &str) -> bool {
    excluded.matched(path, false).is_whitelist()
}
