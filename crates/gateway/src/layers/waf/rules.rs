//! Rule files from disk to plans.
use super::blocks;
use crate::config::{Config, ConfigError};
use ruleset::RuleSource;
use std::path::Path;
use std::sync::Arc;
use waf::rule::{EngineMode, RuleSet};
use waf::{Limits, Plan};

/// Most bytes of a file of the layer.
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
    let ruleset::Loaded { rules, problems, digest, .. } = ruleset::load(&source(config));
    for problem in &problems {
        if problem.fatal || !config.waf.lenient {
            let help = problem.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
            return Err(ConfigError::setting("waf.rules", format!("{problem}{help}")));
        }
    }
    let sources = Sources { text: format!("{:?} {wanted:?} {digest:x}", config.waf) };
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
    let plan = Arc::new(plan);
    let warmed = Arc::clone(&plan);
    // Beside the requests: who comes before it is done waits for what it needs itself.
    let started = std::thread::Builder::new().name("rules".to_owned()).spawn(move || warmed.prepare());
    started.map_err(|why| ConfigError::setting("waf", format!("no thread for its rules: {why}")))?;
    Ok(plan)
}

/// The rules that the configuration names.
fn source(config: &Config) -> RuleSource {
    let settings = &config.waf;
    RuleSource {
        paths: settings.rules.iter().map(|path| config.path(path)).collect(),
        with_own: settings.own || settings.rules.is_empty(),
        paranoia: settings.paranoia,
        variables: settings.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        ..RuleSource::default()
    }
}
