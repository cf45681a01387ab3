//! `buckler access key`: the file of API keys.
use std::fmt::Write;

use access::Secret;
use access::key::{Created, FileError, Record, Store, World};

use super::{CommandError, text};
use crate::args::{KeyArguments, KeyCommand, NewKeyArguments};
use crate::exit::Exit;
use crate::{clock, output};

pub(super) fn run(arguments: &KeyArguments) -> Result<Exit, CommandError> {
    let now = clock::seconds();
    let mut store = open(arguments)?;
    match &arguments.command {
        KeyCommand::New(wanted) => {
            let created = store.create(record(wanted, now)).map_err(failed)?;
            save(arguments, &store)?;
            show(&created)
        }
        KeyCommand::Rotate { id, overlap } => {
            let created = store.rotate(id, *overlap, now).map_err(failed)?;
            save(arguments, &store)?;
            show(&created)
        }
        KeyCommand::Revoke { id } => {
            store.revoke(id, now).map_err(failed)?;
            save(arguments, &store)?;
            output::tell(&format!("`{id}` opens nothing any more"));
            Ok(Exit::Clean)
        }
        KeyCommand::List { json } => list(&store, *json, now),
    }
}

fn failed(why: FileError) -> CommandError {
    CommandError::Access { why: why.to_string() }
}

fn open(arguments: &KeyArguments) -> Result<Store, CommandError> {
    let pepper = match &arguments.pepper {
        Some(path) => Some(Secret::new(text(path)?.trim_end_matches(['\r', '\n']))),
        None => None,
    };
    let is_first = matches!(arguments.command, KeyCommand::New(_)) && !arguments.file.exists();
    let written = if is_first { String::new() } else { text(&arguments.file)? };
    Store::read(&written, pepper).map_err(failed)
}

fn save(arguments: &KeyArguments, store: &Store) -> Result<(), CommandError> {
    output::write_file(&arguments.file, &store.write().map_err(failed)?)
}

fn record(wanted: &NewKeyArguments, now: u64) -> Record {
    Record {
        id: String::new(),
        world: if wanted.test { World::Test } else { World::Live },
        hash: String::new(),
        owner: wanted.owner.clone(),
        note: wanted.note.clone(),
        scopes: wanted.scopes.iter().cloned().collect(),
        roles: wanted.roles.iter().cloned().collect(),
        created: now,
        expires: wanted.expires.map(|seconds| now.saturating_add(seconds)),
        revoked: None,
        last_used: None,
        replaced_by: None,
    }
}

/// The key to the standard output, everything else beside it, so that it can be handed on without a copy on a screen.
fn show(created: &Created) -> Result<Exit, CommandError> {
    let key = created.text.text().unwrap_or_default();
    output::tell(&format!("`{}` is made; its text is shown only now", created.id));
    output::put(&crate::args::Writing { output: None, quiet: false }, &format!("{key}\n"))?;
    Ok(Exit::Clean)
}

fn list(store: &Store, json: bool, now: u64) -> Result<Exit, CommandError> {
    let mut text = String::new();
    if json {
        let shown: Vec<serde_json::Value> = store
            .records()
            .values()
            .map(|record| {
                let mut shown = serde_json::to_value(record).unwrap_or_default();
                // The hash opens nothing, but nobody needs it here.
                shown.as_object_mut().map(|shown| shown.remove("hash"));
                shown
            })
            .collect();
        text = format!("{:#}\n", serde_json::Value::from(shown));
    } else {
        for record in store.records().values() {
            let state = match (record.revoked, record.expires) {
                (Some(_), _) => "revoked".to_owned(),
                (None, Some(end)) if end <= now => "expired".to_owned(),
                (None, Some(end)) => format!("until {}", model::Date::from_unix_seconds(end)),
                (None, None) => "for good".to_owned(),
            };
            let scopes: Vec<&str> = record.scopes.iter().map(String::as_str).collect();
            writeln!(text, "{}  {state}  {}  {}  {}", record.id, record.owner, scopes.join(" "), record.note)
                .unwrap_or_default();
        }
    }
    output::put(&crate::args::Writing { output: None, quiet: false }, &text)?;
    Ok(Exit::Clean)
}
