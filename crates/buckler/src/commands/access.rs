//! `buckler access`: rules, policies, keys and tokens, tried out without a gateway.
mod explain;
mod keys;
mod token;

use std::path::{Path, PathBuf};

use access::policy::{Authorizer, CedarConfig, Config, File, Files, Problem};
use serde_json::json;

use super::CommandError;
use crate::args::{AccessArguments, AccessCheckArguments, AccessCommand, PolicyFiles};
use crate::exit::Exit;
use crate::{input, output};

pub(super) fn run(arguments: &AccessArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        AccessCommand::Check(arguments) => check(arguments),
        AccessCommand::Explain(arguments) => explain::run(arguments),
        AccessCommand::Schema(arguments) => schema(arguments),
        AccessCommand::Key(arguments) => keys::run(arguments),
        AccessCommand::DecodeToken(arguments) => token::run(arguments),
    }
}

fn check(arguments: &AccessCheckArguments) -> Result<Exit, CommandError> {
    let Named { config, files, .. } = read(&arguments.files)?;
    let result = Authorizer::new(config, &files);
    let (problems, warnings, count) = match &result {
        Ok(authorizer) => (&[] as &[Problem], authorizer.warnings(), authorizer.policies()),
        Err(problems) => (problems.as_slice(), &[] as &[Problem], 0),
    };
    let text = if arguments.json {
        let told = json!({ "usable": result.is_ok(), "policies": count, "problems": problems, "warnings": warnings });
        format!("{told:#}\n")
    } else {
        let lines = problems.iter().map(|problem| format!("{problem}\n"));
        let warned = warnings.iter().map(|warning| format!("{warning} (warning)\n"));
        lines.chain(warned).collect()
    };
    output::put(&arguments.files.writing, &text)?;
    if !arguments.files.writing.quiet {
        let told = match problems.len() {
            0 => format!("{count} policies can be used"),
            count => format!("{count} problems"),
        };
        output::tell(&told);
    }
    Ok(if result.is_ok() { Exit::Clean } else { Exit::Findings })
}

#[cfg(feature = "cedar")]
fn schema(arguments: &PolicyFiles) -> Result<Exit, CommandError> {
    let Named { config, .. } = read(arguments)?;
    let mapping = config.cedar.as_ref().map(|cedar| cedar.mapping.clone()).unwrap_or_default();
    let text = access::cedar::Policies::own_schema(&mapping, &access::policy::routes(&config));
    output::put(&arguments.writing, &text)?;
    Ok(Exit::Clean)
}

#[cfg(not(feature = "cedar"))]
fn schema(_: &PolicyFiles) -> Result<Exit, CommandError> {
    let why = "this program was built without Cedar; build it with `cargo build --release -p buckler --features cedar`";
    Err(CommandError::Access { why: why.to_owned() })
}

/// What the arguments name: rules with their files, and the gateway whose they are, where they are one's.
struct Named {
    config: Config,
    files: Files,
    gateway: Option<gateway::Config>,
}

/// Reads them. Files that the rules name stand beside the rules.
fn read(arguments: &PolicyFiles) -> Result<Named, CommandError> {
    let mut config = Config::default();
    let mut folder = PathBuf::new();
    let mut gateway = None;
    if let Some(path) = &arguments.rules {
        let text = text(path)?;
        gateway = gateway_of(path, &text).transpose()?;
        config = gateway.as_ref().map_or_else(|| rules(path, &text), |gateway| Ok(gateway.permissions()))?;
        folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    }
    let given = [&arguments.schema, &arguments.entities, &arguments.links];
    if !arguments.policies.is_empty() || given.iter().any(|path| path.is_some()) {
        config.cedar.get_or_insert_with(CedarConfig::default);
    }
    let mut files = Files::default();
    if let Some(cedar) = &config.cedar {
        let named = |own: &Option<PathBuf>, of: &Option<PathBuf>| {
            own.clone().or_else(|| of.as_ref().map(|path| folder.join(path)))
        };
        let policies = if arguments.policies.is_empty() {
            cedar.policies.iter().map(|path| folder.join(path)).collect()
        } else {
            arguments.policies.clone()
        };
        for path in policies {
            files.policies.extend(policy_files(&path)?);
        }
        let one = |path: Option<PathBuf>| path.as_deref().map(file).transpose();
        files.schema = one(named(&arguments.schema, &cedar.schema))?;
        files.entities = one(named(&arguments.entities, &cedar.entities))?;
        files.links = one(named(&arguments.links, &cedar.links))?;
    }
    Ok(Named { config, files, gateway })
}

/// A gateway's configuration, where the rules are one's.
fn gateway_of(path: &Path, text: &str) -> Option<Result<gateway::Config, CommandError>> {
    let table: toml::Table = toml::from_str(text).ok()?;
    // Rules by themselves know neither.
    if !table.contains_key("route") && !table.contains_key("authorization") {
        return None;
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let wrong =
        |why: gateway::ConfigError| CommandError::Access { why: format!("{}: {why}", path.display()) };
    Some(gateway::Config::from_toml(text, folder).map_err(wrong))
}

/// Rules by themselves.
fn rules(path: &Path, text: &str) -> Result<Config, CommandError> {
    let wrong = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        CommandError::Access { why: format!("{}:{line}: {}", path.display(), error.message()) }
    };
    toml::from_str(text).map_err(wrong)
}

/// A file, or the files of a folder that end in `.cedar`, ordered by name.
fn policy_files(path: &Path) -> Result<Vec<File>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![file(path)?]);
    }
    let failed = |why: std::io::Error| CommandError::Read { path: path.into(), why: why.to_string() };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        if entry.extension().is_some_and(|end| end == "cedar") {
            paths.push(entry);
        }
    }
    paths.sort();
    paths.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<File, CommandError> {
    Ok(File { name: path.display().to_string(), text: text(path)? })
}

/// A file's text. `-` is the standard input.
fn text(path: &Path) -> Result<String, CommandError> {
    input::text(path, input::DOCUMENT_BYTES_MAX)
}
