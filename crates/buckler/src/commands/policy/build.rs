//! `buckler policy build`.
use std::collections::BTreeMap;
use std::path::Path;

use model::{App, Project};
use policy::build::{self, Given};
use policy::learn::Learned;
use policy::{SigningKey, signed};
use serde_json::json;

use super::{CommandError, Configured, configured, package, policy_error, pretty, read, text};
use crate::args::BuildArguments;
use crate::commands::reading;
use crate::config::Loaded;
use crate::exit::Exit;
use crate::{clock, facts, output};

pub(super) fn run(arguments: &BuildArguments) -> Result<Exit, CommandError> {
    let mut read_project = reading::read(&arguments.reading)?;
    facts::attach_code(&mut read_project.project, &read_project.disk, &read_project.loaded);
    let project = &read_project.project;
    let Some(app) = chosen(project, arguments.app.as_deref())? else {
        output::tell("no application was found: name its folder or template");
        return Ok(Exit::Incomplete);
    };
    let given = given(arguments, &read_project.loaded)?;
    let file = read_project.loaded.path.clone().unwrap_or_else(|| "buckler.toml".into());
    let mut built = build::build(project, app, &given).map_err(|error| policy_error(&file, error))?;
    built.leave_out_unread(waf::schema::Api::is_read);
    if let Some(path) = &arguments.learned {
        let learned = Learned::read(&read(path)?).map_err(|error| policy_error(path, error))?;
        learned.apply(&mut built.bundle);
    }
    let out = match &arguments.key {
        Some(path) => {
            let key = SigningKey::read(&text(path)?).map_err(|error| policy_error(path, error))?;
            let bytes = signed::sign(&built.bundle, &key).map_err(|error| policy_error(path, error))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => pretty(&built.bundle),
    };
    output::put(&arguments.reading.writing, &out)?;
    if !arguments.reading.writing.quiet {
        for note in &built.notes {
            output::tell(&if arguments.json { json!({ "note": note }).to_string() } else { note.clone() });
        }
    }
    Ok(if built.bundle.functions.is_empty() { Exit::Incomplete } else { Exit::Clean })
}

/// The application that is meant.
fn chosen<'p>(project: &'p Project, name: Option<&str>) -> Result<Option<&'p App>, CommandError> {
    let apps: Vec<&App> = project.templates().filter(|app| app.functions().next().is_some()).collect();
    let names = || apps.iter().map(|app| format!("`{}`", app.name)).collect::<Vec<_>>().join(", ");
    match (name, apps.as_slice()) {
        (Some(name), all) => all.iter().find(|app| app.name == name).copied().map(Some).ok_or_else(|| {
            policy_error(Path::new(name), format!("no application has this name; there are {}", names()))
        }),
        (None, []) => Ok(None),
        (None, [one]) => Ok(Some(one)),
        (None, _) => Err(policy_error(
            Path::new("."),
            format!("there are several applications; choose one with `--app`: {}", names()),
        )),
    }
}

fn given(arguments: &BuildArguments, loaded: &Loaded) -> Result<Given, CommandError> {
    let Configured { text, rules } = configured(loaded)?;
    let mut keys = BTreeMap::new();
    for (issuer, path) in &arguments.keys {
        let set = serde_json::from_slice(&read(Path::new(path))?)
            .map_err(|error| policy_error(Path::new(path), error))?;
        keys.insert(issuer.clone(), set);
    }
    let mut packages = BTreeMap::new();
    for (function, folder) in &arguments.packages {
        packages.insert(function.clone(), package::digest(Path::new(folder))?);
    }
    Ok(Given { now: clock::seconds(), guard: loaded.config.guard.clone(), text, rules, keys, packages })
}
