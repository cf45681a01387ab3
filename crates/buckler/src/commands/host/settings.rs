//! From arguments to the settings of the host.
#![expect(clippy::disallowed_methods, reason = "named variables and files are read here")]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use host::{Aws, Gateway, Settings};

use super::wrong;
use crate::args::{AwsChoice, GuardMode, HostArguments, InvokeArguments, RunArguments};
use crate::commands::CommandError;
use crate::commands::policy::configured;
use crate::commands::reading::Read;

pub(super) fn of_run(arguments: &RunArguments, read: &Read) -> Result<Settings, CommandError> {
    let mut settings = common(&arguments.host, read)?;
    settings.port = arguments.port;
    settings.aws_port = arguments.aws_port;
    settings.retry_ms = arguments.retry;
    settings.watch_ms = if arguments.no_reload { 0 } else { 1_000 };
    settings.gateway = if arguments.no_gateway { None } else { Some(gateway(arguments, read)?) };
    Ok(settings)
}

/// A file that is named replaces `[gateway]` of the configuration: paths of both would start in different folders.
fn gateway(arguments: &RunArguments, read: &Read) -> Result<Gateway, CommandError> {
    let Some(path) = &arguments.gateway else {
        let folder = read.loaded.beside(Path::new(""));
        return Ok(Gateway { config: read.loaded.config.gateway.clone(), folder });
    };
    let text = String::from_utf8(read_file(path)?).map_err(wrong)?;
    let config = text.parse().map_err(|why| wrong(format!("`{}`: {why}", path.display())))?;
    Ok(Gateway { config, folder: path.parent().unwrap_or(Path::new("")).to_owned() })
}

pub(super) fn of_invoke(arguments: &InvokeArguments, read: &Read) -> Result<Settings, CommandError> {
    let mut settings = common(&arguments.host, read)?;
    settings.port = 0;
    settings.aws_port = 0;
    settings.watch_ms = 0;
    Ok(settings)
}

fn common(arguments: &HostArguments, read: &Read) -> Result<Settings, CommandError> {
    let folder = read.folder.canonicalize().map_err(wrong)?;
    let mut settings = Settings::new(folder);
    if let Some(region) = &read.options.region {
        settings.region.clone_from(region);
    }
    settings.aws = match &arguments.aws {
        AwsChoice::None => Aws::None,
        AwsChoice::Local => Aws::Local,
        AwsChoice::Url(url) => Aws::Url(url.clone()),
    };
    settings.guard = if arguments.no_guard { None } else { Some(guard(arguments)?) };
    settings.guard_config = read.loaded.config.guard.clone();
    let configured = configured(&read.loaded)?;
    (settings.guard_text, settings.guard_rules) = (configured.text, configured.rules);
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), guard::hooks::shipped(name, text));
    settings.guard_files = guard::hooks::FILES.iter().map(own).collect();
    settings.detect = arguments.mode == GuardMode::Detect;
    settings.python = given(arguments.python.as_ref(), "BUCKLER_PYTHON")?;
    settings.node = given(arguments.node.as_ref(), "BUCKLER_NODE")?;
    settings.moto = given(None, "BUCKLER_MOTO")?;
    settings.environments_max = arguments.environments.max(1);
    settings.enforce = !arguments.no_enforce;
    settings.memory_limits = !arguments.no_memory_limit;
    for path in &arguments.packages {
        settings.packages.push(existing(path)?);
    }
    for (name, path) in &arguments.code {
        settings.code.insert(name.clone(), existing(Path::new(path))?);
    }
    if let Some(path) = &arguments.env_file {
        settings.environment = variables(path)?;
    }
    Ok(settings)
}

/// The access key of the environment.
pub(super) fn key() -> Option<String> {
    std::env::var("AWS_ACCESS_KEY_ID").ok().filter(|key| !key.is_empty())
}

fn existing(path: &Path) -> Result<PathBuf, CommandError> {
    path.canonicalize().map_err(|why| CommandError::Read { path: path.to_owned(), why: why.to_string() })
}

fn given(argument: Option<&PathBuf>, variable: &str) -> Result<Option<PathBuf>, CommandError> {
    let path = argument.cloned().or_else(|| std::env::var_os(variable).map(PathBuf::from));
    match path {
        // A bare name is looked up on the PATH; a link of a virtual environment stays one.
        Some(path) if path.components().count() == 1 => Ok(Some(path)),
        Some(path) => std::path::absolute(&path).map(Some).map_err(wrong),
        None => Ok(None),
    }
}

/// The guard's program: named, of the variable, or beside this program.
fn guard(arguments: &HostArguments) -> Result<PathBuf, CommandError> {
    if let Some(path) = given(arguments.guard.as_ref(), "BUCKLER_GUARD")? {
        return existing(&path);
    }
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name("buckler-guard"));
    beside.filter(|path| path.is_file()).ok_or_else(|| {
        wrong("`buckler-guard` is not beside this program; build it (`cargo build -p guard`), name it with `--guard FILE`, or say `--no-guard`")
    })
}

pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|why| CommandError::Read { path: path.to_owned(), why: why.to_string() })
}

/// Variables by function: NAME=VALUE lines are for all; JSON is by function, `Parameters` for all.
fn variables(path: &Path) -> Result<BTreeMap<String, BTreeMap<String, String>>, CommandError> {
    let bytes = read_file(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    if text.trim_start().starts_with('{') {
        let wrong_json = |why: serde_json::Error| wrong(format!("`{}`: {why}", path.display()));
        let given: BTreeMap<String, BTreeMap<String, serde_json::Value>> =
            serde_json::from_str(&text).map_err(wrong_json)?;
        for (function, list) in given {
            let name = if function == "Parameters" { String::new() } else { function };
            let own = all.entry(name).or_default();
            for (key, value) in list {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                own.insert(key, text);
            }
        }
        return Ok(all);
    }
    let own = all.entry(String::new()).or_default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| wrong(format!("`{}`: `{line}` has no `=`; write NAME=VALUE", path.display())))?;
        own.insert(name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned());
    }
    Ok(all)
}
