//! Rule sets of the inspection engine from the disk: SecLang files, a folder of the Core Rule Set, or the rules of ours.
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use waf::rule::{EngineMode, RuleSet};
use waf::seclang::{self, Files, SeclangProblem};

/// The engine's settings for rules that bring none, but for `SecRuleEngine`, which tells whether they do.
pub const RECOMMENDED: &str = include_str!("recommended.conf");
/// The name of the text that the configuration makes; no file is called so.
const ENTRY: &str = "<configuration>";

/// Which rules to load. Paths are SecLang files, folders of them, or a folder of the Core Rule Set
/// (`crs-setup.conf` or `crs-setup.conf.example` beside `rules/`), in order.
#[derive(Clone, Debug, Default)]
pub struct RuleSource {
    pub paths: Vec<PathBuf>,
    /// The rules of ours, too.
    pub with_own: bool,
    /// The Core Rule Set's paranoia level, 1 to 4, where not the set's own default.
    pub paranoia: Option<u8>,
    /// Variables to set before any rule: `tx.name` without `tx.`, and the value.
    pub variables: Vec<(String, String)>,
    /// Only tell, never stop, whatever the rules say.
    pub detect_only: bool,
    /// SecLang before every rule, and after every rule: exclusions that are tried.
    pub before: String,
    pub after: String,
}

/// What was loaded, and from which files (to watch them).
#[derive(Debug)]
pub struct Loaded {
    pub rules: RuleSet,
    pub problems: Vec<SeclangProblem>,
    pub files: Vec<PathBuf>,
    /// Changes when a file's name or content does; not the same from one version of the program to the next.
    pub digest: u64,
}

/// Most bytes of one rule or data file.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Loads rules. What is wrong is in [`Loaded::problems`]; a fatal one means that the rules must not be used.
#[must_use]
pub fn load(source: &RuleSource) -> Loaded {
    let mut loaded = load_entry(source, RECOMMENDED);
    if loaded.rules.config.engine.is_some() {
        // Whoever configures the engine in the rules themselves means it so, down to what is left out.
        loaded = load_entry(source, "");
    }
    let engine = &mut loaded.rules.config.engine;
    *engine =
        if source.detect_only { Some(EngineMode::DetectionOnly) } else { engine.or(Some(EngineMode::On)) };
    loaded
}

fn load_entry(source: &RuleSource, first: &str) -> Loaded {
    let disk = Disk { entry: entry(source, first), seen: Mutex::default() };
    let (rules, problems) = seclang::load(ENTRY, &disk);
    let seen = disk.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut hasher = DefaultHasher::new();
    seen.hash(&mut hasher);
    Loaded { rules, problems, files: seen.into_keys().collect(), digest: hasher.finish() }
}

/// The text that includes everything, in the order that the Core Rule Set wants: set-up, own settings, rules.
fn entry(source: &RuleSource, first: &str) -> String {
    let mut setup = String::new();
    let mut rules = String::new();
    for path in &source.paths {
        match setup_of(path) {
            Some(file) => {
                setup.push_str(&include(&file));
                rules.push_str(&include(&path.join("rules").join("*.conf")));
            }
            None if path.is_dir() => rules.push_str(&include(&path.join("*.conf"))),
            None => rules.push_str(&include(path)),
        }
    }
    if source.with_own {
        for (name, _) in waf::own::FILES {
            rules.push_str(&include(&Path::new(OWN).join(name)));
        }
    }
    format!("{first}\n{setup}{}{}\n{rules}{}\n", variables(source), source.before, source.after)
}

/// Where the rules of ours stand among the files; not a place on the disk.
const OWN: &str = "<buckler>";

fn setup_of(folder: &Path) -> Option<PathBuf> {
    let names = ["crs-setup.conf", "crs-setup.conf.example"];
    names.iter().map(|name| folder.join(name)).find(|file| file.is_file() && folder.join("rules").is_dir())
}

fn include(path: &Path) -> String {
    format!("Include \"{}\"\n", path.display())
}

fn variables(source: &RuleSource) -> String {
    let level = source.paranoia.map(|level| {
        [("blocking_paranoia_level", level), ("detection_paranoia_level", level)]
            .map(|(name, level)| (name.to_owned(), level.to_string()))
    });
    let all: Vec<String> = level
        .into_iter()
        .flatten()
        .chain(source.variables.iter().cloned())
        .map(|(name, value)| format!(",setvar:'tx.{name}={value}'"))
        .collect();
    if all.is_empty() {
        String::new()
    } else {
        format!("SecAction \"id:7700000,phase:1,pass,nolog{}\"\n", all.concat())
    }
}

/// Files of the disk, with the configuration's own text among them.
struct Disk {
    entry: String,
    /// The files that were read, and a hash of what stood there.
    seen: Mutex<BTreeMap<PathBuf, u64>>,
}

impl Disk {
    fn path(name: &str, from: Option<&str>) -> PathBuf {
        let folder = from.filter(|from| *from != ENTRY).and_then(|from| Path::new(from).parent());
        // `join` takes the name alone when it is absolute.
        folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
    }
}

impl Files for Disk {
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
        if path == ENTRY {
            return Ok(self.entry.clone().into_bytes());
        }
        let path = Self::path(path, from);
        if let Ok(own) = path.strip_prefix(OWN) {
            let text = waf::own::FILES.iter().find(|(name, _)| Path::new(name) == own).map(|(_, text)| text);
            return text.map(|text| text.as_bytes().to_vec()).ok_or_else(|| "no such rules".to_owned());
        }
        let size = path.metadata().map_err(|error| error.to_string())?.len();
        if size > FILE_BYTES_MAX {
            return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
        }
        #[expect(clippy::disallowed_methods, reason = "rule files are read here and nowhere else")]
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(path, hasher.finish());
        Ok(bytes)
    }

    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
        let path = Self::path(pattern, from);
        if path.starts_with(OWN) {
            return Ok(vec![path.display().to_string()]);
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(format!("`{pattern}` names no file"));
        };
        if !name.contains(['*', '?']) {
            return if path.is_file() { Ok(vec![path.display().to_string()]) } else { Ok(Vec::new()) };
        }
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let entries = fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| error.to_string())?;
            let is_named =
                entry.file_name().to_str().is_some_and(|own| matches_glob(name.as_bytes(), own.as_bytes()));
            if is_named && entry.path().is_file() {
                found.push(entry.path().display().to_string());
            }
        }
        found.sort();
        Ok(found)
    }
}

/// `*` and `?`, nothing else; linear but for one step back.
fn matches_glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut pattern_at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(pattern_at) {
            Some(b'*') => {
                star = Some((pattern_at, at));
                pattern_at += 1;
            }
            Some(byte) if *byte == b'?' || name.get(at) == Some(byte) => {
                at += 1;
                pattern_at += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    star = Some((star_at, from + 1));
                    pattern_at = star_at + 1;
                    at = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(pattern_at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests;
