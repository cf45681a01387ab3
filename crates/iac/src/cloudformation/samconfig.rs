//! `samconfig.toml` and `samconfig.yaml` beside a template: the parameters it is deployed with.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM CLI configuration file".
use std::collections::BTreeMap;

use model::{Data, Entry, Key, ProblemKind, Span, Value};

use crate::reader::Reader;
use model::beside;

/// What `sam deploy` would be told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SamConfig {
    pub parameters: BTreeMap<String, String>,
    pub region: Option<String>,
}

pub(super) fn read(reader: &mut Reader<'_>, template: &str) -> SamConfig {
    let mut config = SamConfig::default();
    let names = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];
    let paths: Vec<String> = names.iter().filter_map(|name| beside(template, name)).collect();
    let Some(path) = paths.into_iter().find(|path| reader.source.paths().binary_search(path).is_ok()) else {
        return config;
    };
    let document =
        if path.ends_with(".toml") { toml_document(reader, &path) } else { reader.document(&path) };
    let Some(environment) = document.as_ref().and_then(|document| document.get("default")) else {
        return config;
    };
    for command in ["global", "deploy"] {
        let Some(settings) = environment.path(command).and_then(|command| command.get("parameters")) else {
            continue;
        };
        let named = settings.get("template_file").or_else(|| settings.get("template"));
        let other = named.and_then(Value::as_str).and_then(|named| beside(&path, named));
        if other.is_some_and(|other| other != template && !is_build(&other)) {
            return SamConfig::default();
        }
        if let Some(region) = settings.get("region").and_then(Value::as_str) {
            config.region = Some(region.to_owned());
        }
        if let Some(overrides) = settings.get("parameter_overrides") {
            config.parameters.extend(parameter_overrides(overrides));
        }
    }
    config
}

/// What `sam build` made of the template is deployed in its place.
fn is_build(path: &str) -> bool {
    path.contains(".aws-sam/") || path.ends_with("packaged.yaml")
}

/// `A=1 B="two words"`, a list of such texts, a map, or the long `ParameterKey=A,ParameterValue=1`.
fn parameter_overrides(value: &Value) -> Vec<(String, String)> {
    match &value.data {
        Data::Text(text) => words(text).iter().fold(Vec::new(), |mut pairs, word| {
            pairs.extend(pair(word));
            pairs
        }),
        Data::List(items) => items.iter().flat_map(parameter_overrides).collect(),
        Data::Map(entries) => {
            entries.iter().map(|entry| (entry.key.text.clone(), entry.value.display())).collect()
        }
        _ => Vec::new(),
    }
}

fn pair(word: &str) -> Option<(String, String)> {
    if let Some(rest) = word.strip_prefix("ParameterKey=") {
        let (name, value) = rest.split_once(",ParameterValue=")?;
        return Some((name.to_owned(), value.to_owned()));
    }
    word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// Splits at blanks outside of quotes, and takes the quotes away.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, quote) {
            ('\\', _) => word.extend(chars.next()),
            (char, Some(open)) if char == open => quote = None,
            ('"' | '\'', None) => quote = Some(char),
            (char, None) if char.is_whitespace() => words.push(std::mem::take(&mut word)),
            (char, _) => word.push(char),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A TOML file as a value. Places are that of the file's beginning: nothing points into it.
fn toml_document(reader: &mut Reader<'_>, path: &str) -> Option<Value> {
    let file = reader.file(path)?;
    let text = reader.text(file);
    let at = Span::new(file, 0, 0);
    match text.parse::<toml::Table>() {
        Ok(table) => Some(value_of(toml::Value::Table(table), at)),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let message = format!("not valid TOML: {}", error.message());
            let at = Span::new(file, start, start);
            reader.problem_at(
                ProblemKind::Unreadable,
                at,
                message,
                "repair it; its parameters were not read",
            );
            None
        }
    }
}

fn value_of(value: toml::Value, at: Span) -> Value {
    let data = match value {
        toml::Value::String(text) => Data::Text(text),
        toml::Value::Integer(number) => Data::Int(number),
        toml::Value::Float(number) => Data::Float(number),
        toml::Value::Boolean(value) => Data::Bool(value),
        toml::Value::Datetime(date) => Data::Text(date.to_string()),
        toml::Value::Array(items) => Data::List(items.into_iter().map(|item| value_of(item, at)).collect()),
        toml::Value::Table(table) => Data::Map(
            table
                .into_iter()
                .map(|(text, value)| Entry { key: Key { text, at }, value: value_of(value, at) })
                .collect(),
        ),
    };
    Value::new(at, data)
}
