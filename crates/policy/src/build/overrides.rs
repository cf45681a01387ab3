//! `[guard]` of `buckler.toml`: the owner's words, which go before everything that was found.
use crate::Bundle;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Something in `[guard]` that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`{line}: {why}", line = .line.map(|line| format!(" (line {line})")).unwrap_or_default())]
pub struct OverrideError {
    pub place: String,
    pub line: Option<usize>,
    pub why: String,
}

/// `[guard]`, read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Guard {
    application: Option<String>,
    days: Option<u64>,
    rules: RuleFiles,
    issuers: BTreeMap<String, toml::Value>,
    resources: BTreeMap<String, String>,
    all: toml::Table,
    functions: BTreeMap<String, toml::Table>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RuleFiles {
    own: Option<bool>,
    files: Vec<String>,
}

pub(super) struct Said {
    pub(super) application: Option<String>,
    pub(super) days: Option<u64>,
    pub(super) own_rules: Option<bool>,
    pub(super) resources: BTreeMap<String, String>,
    issuers: BTreeMap<String, toml::Value>,
    all: toml::Table,
    functions: BTreeMap<String, toml::Table>,
    text: String,
}

/// The rule files that `[guard]` names, for the caller to read.
///
/// # Errors
/// `[guard]` is not understood.
pub fn rule_files(guard: &toml::Table, text: &str) -> Result<Vec<String>, OverrideError> {
    Ok(parsed(guard, text)?.rules.files)
}

fn parsed(guard: &toml::Table, text: &str) -> Result<Guard, OverrideError> {
    Guard::deserialize(toml::Value::Table(guard.clone()))
        .map_err(|error| wrong("guard", text, error.message().to_owned()))
}

pub(super) fn read(guard: &toml::Table, text: &str) -> Result<Said, OverrideError> {
    let Guard { application, days, rules, issuers, resources, all, functions } = parsed(guard, text)?;
    let text = text.to_owned();
    Ok(Said { application, days, own_rules: rules.own, resources, issuers, all, functions, text })
}

/// An error with the line of the word that it speaks of.
fn wrong(place: &str, text: &str, why: String) -> OverrideError {
    let word = why.split('`').nth(1).unwrap_or_default().to_owned();
    let kebab = word.replace('_', "-");
    let is_it = |line: &str| {
        let start = line.trim_start().trim_start_matches(['[', '"']);
        !word.is_empty()
            && (start.starts_with(&word)
                || start.starts_with(&kebab)
                || line.contains(&format!("{word} ="))
                || line.contains(&format!("{kebab} ="))
                || line.contains(&format!("\"{word}\"")))
    };
    let from = text.lines().position(|line| line.trim_start().starts_with("[guard")).unwrap_or(0);
    let line = text.lines().enumerate().skip(from).find(|(_, line)| is_it(line)).map(|(at, _)| at + 1);
    OverrideError { place: place.to_owned(), line, why }
}

/// Puts the owner's words into a bundle.
pub(super) fn apply(said: &Said, bundle: &mut Bundle) -> Result<(), OverrideError> {
    for (name, settings) in &said.issuers {
        let value = json(settings, 0);
        if value.get("issuer").and_then(Value::as_str).is_none() {
            return Err(wrong(
                &format!("guard.issuers.{name}"),
                &said.text,
                "`issuer` is missing".to_owned(),
            ));
        }
        bundle.issuers.insert(name.clone(), value);
    }
    for name in said.functions.keys() {
        if !bundle.functions.contains_key(name) {
            let known: Vec<&str> = bundle.functions.keys().map(String::as_str).collect();
            let why = format!("no function is called `{name}`; there are {}", known.join(", "));
            return Err(wrong(&format!("guard.functions.{name}"), &said.text, why));
        }
    }
    for (name, function) in &mut bundle.functions {
        let own = said.functions.get(name);
        let parts = [("guard.all".to_owned(), Some(&said.all)), (format!("guard.functions.{name}"), own)];
        for (place, table) in parts {
            let Some(table) = table.filter(|table| !table.is_empty()) else { continue };
            let failed = |why: String| wrong(&place, &said.text, why);
            let mut value = serde_json::to_value(&*function).map_err(|error| failed(error.to_string()))?;
            merge(&mut value, &json(&toml::Value::Table(table.clone()), 2));
            *function = serde_json::from_value(value).map_err(|error| failed(error.to_string()))?;
            for key in leaves(table) {
                function.reasons.insert(key, format!("`[{place}]` of buckler.toml"));
            }
        }
    }
    Ok(())
}

/// Places that a table sets, at most two levels deep.
fn leaves(table: &toml::Table) -> Vec<String> {
    let mut out = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) => {
                out.extend(inner.keys().map(|key| format!("{name}.{key}").replace('-', "_")))
            }
            _ => out.push(name.replace('-', "_")),
        }
    }
    out
}

/// A value as JSON; names of the first `levels` levels may be written with hyphens, as everywhere in `buckler.toml`.
fn json(value: &toml::Value, levels: usize) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => {
            serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number)
        }
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.iter().map(|item| json(item, levels)).collect(),
        toml::Value::Table(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    let name = if levels > 0 { name.replace('-', "_") } else { name.clone() };
                    (name, json(value, levels.saturating_sub(1)))
                })
                .collect(),
        ),
    }
}

/// Tables are merged, everything else is replaced.
fn merge(old: &mut Value, new: &Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                merge(old.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (old, new) => *old = new.clone(),
    }
}
