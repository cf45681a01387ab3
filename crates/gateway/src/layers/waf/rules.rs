//! Rule files from disk to plans.
use super::blocks;
use crate::config::{Config, ConfigError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use waf::rule::{EngineMode, RuleSet};
use waf::seclang::{self, Files};
use waf::{Limits, Plan};

/// Most bytes of one rule or data file.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What the plans were made of, so that a reload compiles again only what changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// Settings, and every file that was read with a hash of its bytes.
    text: String,
}

/// Which plans some route needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) block: bool,
    pub(super) detect: bool,
}

/// The plans: one that blocks, one that only detects.
type Plans = (Sources, Option<Arc<Plan>>, Option<Arc<Plan>>);
/// Those of the gate before.
type Before<'a> = (&'a Sources, &'a Option<Arc<Plan>>, &'a Option<Arc<Plan>>);

/// Reads a file whole.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size = path.metadata().map_err(|error| error.to_string())?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the gateway is an outer crate: it reads what its configuration names"
    )]
    let bytes = std::fs::read(path);
    bytes.map_err(|error| error.to_string())
}

/// Reads and compiles, or takes over what did not change.
pub(super) fn plans(
    config: &Config,
    wanted: Wanted,
    before: Option<Before<'_>>,
) -> Result<Plans, ConfigError> {
    if !wanted.block && !wanted.detect {
        return Ok((Sources::default(), None, None));
    }
    let disk = Disk::new(config);
    let (rules, problems) = seclang::load(START, &disk);
    for problem in &problems {
        if problem.fatal || !config.waf.lenient {
            let help = problem.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
            return Err(ConfigError::setting("waf.rules", format!("{problem}{help}")));
        }
    }
    let seen = disk.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let sources = Sources { text: format!("{:?} {wanted:?} {seen}", config.waf) };
    if let Some((old, block, detect)) = before
        && *old == sources
    {
        return Ok((sources, block.clone(), detect.clone()));
    }
    let block = wanted.block.then(|| compile(config, &rules, EngineMode::On)).transpose()?;
    let detect = wanted.detect.then(|| compile(config, &rules, EngineMode::DetectionOnly)).transpose()?;
    Ok((sources, block, detect))
}

fn compile(config: &Config, rules: &RuleSet, mode: EngineMode) -> Result<Arc<Plan>, ConfigError> {
    let mut rules = rules.clone();
    if !config.waf.engine_of_rules {
        rules.config.engine = Some(mode);
    }
    let limits = Limits::default();
    let plan = Plan::compile(&rules, limits)
        .map_err(|error| ConfigError::setting("waf.rules", error.to_string()))?;
    if mode == EngineMode::DetectionOnly && blocks(&plan) {
        return Err(ConfigError::setting(
            "waf.engine-of-rules",
            "the rules say `On` and a route says `detect`",
        ));
    }
    Ok(Arc::new(plan))
}

/// The name of the file that includes what the configuration names.
const START: &str = "gateway configuration";

/// What stands before the names of rule files that the program itself holds.
const OWN: &str = "own:";

struct Disk {
    start: String,
    seen: Mutex<String>,
}

impl Disk {
    fn new(config: &Config) -> Self {
        let file = |path: &PathBuf| format!("Include \"{}\"\n", config.path(path).display());
        let own = |(name, _): &(&str, &str)| format!("Include \"{OWN}{name}\"\n");
        let start = match config.waf.rules.is_empty() {
            true => waf::own::FILES.iter().map(own).collect(),
            false => config.waf.rules.iter().map(file).collect(),
        };
        Self { start, seen: Mutex::default() }
    }

    fn resolve(path: &str, from: Option<&str>) -> PathBuf {
        let folder = from.filter(|from| *from != START).and_then(|from| Path::new(from).parent());
        folder.unwrap_or(Path::new("")).join(path)
    }
}

impl Files for Disk {
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
        if path == START {
            return Ok(self.start.clone().into_bytes());
        }
        if let Some(name) = path.strip_prefix(OWN) {
            let found = waf::own::FILES.iter().find(|(own, _)| *own == name);
            return found
                .map(|(_, text)| text.as_bytes().to_vec())
                .ok_or_else(|| "is none of our rule files".to_owned());
        }
        let path = Self::resolve(path, from);
        let bytes = read(&path)?;
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push_str(&format!("{} {hash:?}\n", path.display()));
        Ok(bytes)
    }

    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
        if pattern.starts_with(OWN) {
            return Ok(vec![pattern.to_owned()]);
        }
        let pattern = Self::resolve(pattern, from);
        let name = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((start, end)) = name.split_once('*') else { return Ok(vec![pattern.display().to_string()]) };
        let folder = pattern.parent().unwrap_or(Path::new(""));
        let entries = folder.read_dir().map_err(|error| format!("`{}`: {error}", folder.display()))?;
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let fits =
                name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end);
            if fits && path.is_file() {
                found.push(path.display().to_string());
            }
        }
        found.sort();
        Ok(found)
    }
}
