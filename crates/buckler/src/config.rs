//! `buckler.toml`: which values, checks and acceptances apply.
#![expect(clippy::disallowed_methods, reason = "the configuration is read here")]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::Severity;
use serde::Deserialize;

/// The commented default, as `buckler init` writes it. It is the reference, and tested to parse.
pub(crate) const DEFAULT: &str = include_str!("buckler.toml");

/// The whole file. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Config {
    pub scan: Scan,
    pub parameters: BTreeMap<String, toml::Value>,
    pub options: BTreeMap<String, toml::Value>,
    pub env: BTreeMap<String, String>,
    pub checks: Checks,
    pub advisories: Advisories,
    pub secrets: Secrets,
    pub privileges: Privileges,
    /// What the guard enforces beside what is found: `policy::build` reads it.
    pub guard: toml::Table,
    /// Settings of the gateway in front of `buckler run`, in the words of `gateway.toml`.
    pub gateway: toml::Table,
    pub ignore: Vec<Ignore>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Scan {
    pub fail_on: Option<String>,
    pub severity: Option<String>,
    pub exclude: Vec<String>,
    pub region: Option<String>,
    pub baseline: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Checks {
    pub skip: Vec<String>,
    pub severity: BTreeMap<String, String>,
}

/// Which files are searched for secrets.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Secrets {
    pub enabled: Option<bool>,
    pub exclude: Vec<String>,
    pub allow: Vec<String>,
}

/// Who may have more than the code needs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Privileges {
    pub review: Option<PathBuf>,
}

/// Where advisories come from.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Advisories {
    pub enabled: Option<bool>,
    pub sources: Vec<String>,
    pub database: Option<PathBuf>,
    pub max_age_days: Option<u32>,
    pub vex: Vec<PathBuf>,
}

impl Advisories {
    /// Days after which the data counts as old.
    pub(crate) fn age_days_max(&self) -> u32 {
        self.max_age_days.unwrap_or(7)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Ignore {
    pub check: String,
    pub resource: Option<String>,
    pub path: Option<String>,
    pub reason: String,
    pub until: Option<String>,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("`{path}` could not be read: {why}")]
    Unreadable { path: PathBuf, why: String },
    #[error("`{path}` is wrong: {why}")]
    Wrong { path: PathBuf, why: String },
}

/// The configuration, and the file that it came from.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub path: Option<PathBuf>,
    pub config: Config,
}

impl Loaded {
    /// A path of the configuration: relative to the file that holds it.
    pub(crate) fn beside(&self, path: &Path) -> PathBuf {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).join(path)
    }
}

/// Loads the file that was named, or the nearest `buckler.toml` at or above `start`.
pub(crate) fn load(named: Option<&Path>, start: &Path) -> Result<Loaded, ConfigError> {
    let found = named.map(Path::to_owned).or_else(|| nearest(start));
    let Some(path) = found else { return Ok(Loaded::default()) };
    let text = std::fs::read_to_string(&path)
        .map_err(|why| ConfigError::Unreadable { path: path.clone(), why: why.to_string() })?;
    let config = parse(&text).map_err(|why| ConfigError::Wrong { path: path.clone(), why })?;
    Ok(Loaded { path: Some(path), config })
}

fn nearest(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    let folder = if start.is_dir() { start.as_path() } else { start.parent()? };
    // A configuration belongs to one repository: the search ends at its root.
    for folder in folder.ancestors() {
        let file = folder.join("buckler.toml");
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Parses and validates a configuration.
pub(crate) fn parse(text: &str) -> Result<Config, String> {
    let config: Config = toml::from_str(text).map_err(|error| explain(&error))?;
    let severities = [&config.scan.severity].into_iter().flatten().chain(config.checks.severity.values());
    for severity in severities {
        severity.parse::<Severity>().map_err(|error| error.to_string())?;
    }
    if let Some(fail_on) = &config.scan.fail_on {
        crate::args::threshold(fail_on).map_err(|error| format!("`fail-on`: {error}, or never"))?;
    }
    for name in config.checks.skip.iter().chain(config.checks.severity.keys()) {
        known_check(name)?;
    }
    for pattern in &config.secrets.exclude {
        crate::facts::known_pattern(pattern).map_err(|why| format!("`exclude` of `[secrets]`: {why}"))?;
    }
    for hash in &config.secrets.allow {
        if hash.len() != 32 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!(
                "`{hash}` in `allow` of `[secrets]` is no hash of a secret; it has 32 hexadecimal digits"
            ));
        }
    }
    for ignore in &config.ignore {
        known_check(&ignore.check)?;
        if ignore.reason.trim().is_empty() {
            return Err(format!(
                "the `ignore` entry for `{}` has no reason; say why it is accepted",
                ignore.check
            ));
        }
        if let Some(until) = &ignore.until {
            until.parse::<model::Date>().map_err(|error| error.to_string())?;
        }
    }
    Ok(config)
}

/// An error that suggests the nearest check when there is none of this name.
pub(crate) fn known_check(name: &str) -> Result<&'static model::Check, String> {
    checks::find(name).ok_or_else(|| {
        let ids = checks::all().map(|check| check.id);
        match nearest_word(name, ids) {
            Some(near) => format!("no check is called `{name}`; did you mean `{near}`?"),
            None => format!("no check is called `{name}`; `buckler checks` lists them"),
        }
    })
}

/// The word most like `name`, when one is like it at all.
fn nearest_word<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = words.map(|word| (strsim::jaro_winkler(name, word), word));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.8).then_some(best.1)
}

/// The parser's message, with a suggestion for an unknown key.
fn explain(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let mut quoted = error.message().split('`').skip(1).step_by(2);
    let suggestion = quoted.next().filter(|_| error.message().starts_with("unknown field"));
    match suggestion.and_then(|wrong| nearest_word(wrong, quoted)) {
        Some(near) => format!("{}\n  did you mean `{near}`?", text.trim_end()),
        None => text.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_parses_as_it_is_and_with_every_line_switched_on() {
        parse(DEFAULT).unwrap();
        let on: String = DEFAULT
            .lines()
            .map(|line| line.strip_prefix("#:").map_or(line, str::trim_start))
            .flat_map(|line| [line, "\n"])
            .collect();
        let config = parse(&on).unwrap();
        assert_eq!(config.ignore.len(), 1);
        assert_eq!(config.scan.fail_on.as_deref(), Some("high"));
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        let error = parse("[scan]\nfail-om = \"high\"\n").unwrap_err();
        assert!(error.contains("did you mean `fail-on`?"), "{error}");
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn a_misspelt_threshold_is_an_error() {
        assert!(parse("[scan]\nfail-on = \"hihg\"\n").unwrap_err().contains("`hihg` is no severity"));
        assert!(parse("[scan]\nfail-on = \"never\"\n").is_ok());
    }

    #[test]
    fn an_unknown_check_is_an_error_with_a_suggestion() {
        let error = parse("[checks]\nskip = [\"public-function-ulr\"]\n").unwrap_err();
        assert!(error.contains("did you mean `public-function-url`?"), "{error}");
    }

    #[test]
    fn an_acceptance_needs_a_reason() {
        let error = parse("[[ignore]]\ncheck = \"public-function-url\"\nreason = \" \"\n").unwrap_err();
        assert!(error.contains("no reason"), "{error}");
    }
}
