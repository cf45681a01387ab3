//! From recorded events to proposals: schemas of events and answers, and what a function was seen to reach.
//!
//! A proposal is only told about until a person locks it ([`Learned::lock`]): what was recorded may hold an attack.
//!
//! INVARIANT: bounds have head-room, and nothing is required or closed on few samples.
mod infer;
mod payload;
#[cfg(test)]
mod tests;

use crate::{Bundle, HostRule, Schema, SchemaOrigin};
use infer::Seen;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The form of the file.
pub const FORMAT: u32 = 1;
/// Bytes of one recorded line at most.
pub const LINE_BYTES_MAX: usize = 8 << 20;
/// Invocations without which nothing of what a function reaches is closed.
const SAMPLES_MIN: u64 = 100;

/// What was learned of an application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    pub format: u32,
    #[serde(default)]
    pub functions: BTreeMap<String, LearnedFunction>,
}

/// What was learned of one function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LearnedFunction {
    /// Invocations.
    pub samples: u64,
    /// By the shape of the event: payloads of each.
    pub shapes: BTreeMap<String, u64>,
    pub input: Option<Value>,
    pub output: Option<Value>,
    pub hosts: BTreeSet<String>,
    pub programs: BTreeSet<String>,
    pub read: BTreeSet<String>,
    /// Who looked at it and answers for it.
    pub locked_by: Option<String>,
}

/// Why a file of what was learned is not taken.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    #[error("what was learned cannot be read: {0}")]
    Json(String),
    #[error("what was learned has format {0}; this program reads format {FORMAT}")]
    Format(u32),
    #[error("nothing was learned of a function `{0}`")]
    NoFunction(String),
    #[error("say who locks it: `--by NAME`")]
    NoName,
}

/// Gathers recorded lines.
#[derive(Debug, Default)]
pub struct Learner {
    functions: BTreeMap<String, Gathered>,
    /// Lines that say nothing that can be learned from.
    pub skipped: u64,
}

#[derive(Debug, Default)]
struct Gathered {
    samples: u64,
    inputs: BTreeMap<&'static str, Seen>,
    output: Option<Seen>,
    hosts: BTreeSet<String>,
    programs: BTreeSet<String>,
    read: BTreeSet<String>,
}

impl Learner {
    /// Takes one line: a recording (`{"function", "event", "answer"?}`) or an event of the guard about what a function reached.
    /// `function`: whose line it is, where the line does not say.
    pub fn line(&mut self, line: &[u8], function: Option<&str>) {
        let value: Value = match serde_json::from_slice(line) {
            Ok(value) if line.len() <= LINE_BYTES_MAX => value,
            _ => {
                self.skipped += 1;
                return;
            }
        };
        let named =
            value.get("function").and_then(Value::as_str).or_else(|| text(&value, "/unmapped/function"));
        let Some(name) = named.or(function).map(str::to_owned) else {
            self.skipped += 1;
            return;
        };
        if let Some(event) = value.get("event") {
            self.recording(&name, event, value.get("answer"));
        } else if !self.reached(&name, &value) {
            self.skipped += 1;
        }
    }

    fn recording(&mut self, name: &str, event: &Value, answer: Option<&Value>) {
        let gathered = self.functions.entry(name.to_owned()).or_default();
        gathered.samples += 1;
        let (shape, payloads) = payload::of(event);
        let seen = gathered.inputs.entry(shape).or_default();
        for payload in &payloads {
            seen.add(payload);
        }
        if let Some(answer) = answer.and_then(payload::answer) {
            gathered.output.get_or_insert_with(Seen::default).add(&answer);
        }
    }

    /// Something that the guard saw a function reach: never what it refused.
    fn reached(&mut self, name: &str, event: &Value) -> bool {
        if text(event, "/unmapped/action").is_some_and(|action| action != "told") {
            return false;
        }
        let gathered = self.functions.entry(name.to_owned()).or_default();
        let mut is_any = false;
        for (fact, list) in
            [("host", &mut gathered.hosts), ("program", &mut gathered.programs), ("path", &mut gathered.read)]
        {
            let at = [format!("/unmapped/{fact}"), format!("/unmapped/facts/{fact}")];
            if let Some(found) = at.iter().find_map(|at| text(event, at)) {
                list.insert(found.to_owned());
                is_any = true;
            }
        }
        is_any
    }

    /// What follows from everything so far.
    #[must_use]
    pub fn proposal(&self) -> Learned {
        let function = |gathered: &Gathered| LearnedFunction {
            samples: gathered.samples,
            shapes: gathered.inputs.iter().map(|(shape, seen)| ((*shape).to_owned(), seen.count())).collect(),
            input: infer::joined(gathered.inputs.values()),
            output: gathered.output.as_ref().map(Seen::schema),
            hosts: gathered.hosts.clone(),
            programs: gathered.programs.clone(),
            read: gathered.read.clone(),
            locked_by: None,
        };
        let functions =
            self.functions.iter().map(|(name, gathered)| (name.clone(), function(gathered))).collect();
        Learned { format: FORMAT, functions }
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

impl Learned {
    /// Reads a file of what was learned.
    ///
    /// # Errors
    /// It is not JSON, has unknown fields or another format.
    pub fn read(bytes: &[u8]) -> Result<Self, LearnError> {
        let value = strict::json(bytes, crate::JSON_LEVELS_MAX)
            .map_err(|error| LearnError::Json(error.to_string()))?;
        let learned: Self =
            serde_json::from_value(value).map_err(|error| LearnError::Json(error.to_string()))?;
        if learned.format == FORMAT { Ok(learned) } else { Err(LearnError::Format(learned.format)) }
    }

    /// Locks what was learned of these functions, of all when none is named.
    ///
    /// # Errors
    /// No name, or a function of which nothing was learned.
    pub fn lock(&mut self, names: &[String], by: &str) -> Result<(), LearnError> {
        if by.trim().is_empty() {
            return Err(LearnError::NoName);
        }
        if let Some(unknown) = names.iter().find(|name| !self.functions.contains_key(*name)) {
            return Err(LearnError::NoFunction(unknown.clone()));
        }
        for (name, function) in &mut self.functions {
            if names.is_empty() || names.contains(name) {
                function.locked_by = Some(by.trim().to_owned());
            }
        }
        Ok(())
    }

    /// Puts what was learned into a bundle, where neither the owner nor a template said it. Lists are closed only when locked.
    pub fn apply(&self, bundle: &mut Bundle) {
        for (name, learned) in &self.functions {
            let Some(function) = bundle.functions.get_mut(name) else { continue };
            let schema = |json: &Option<Value>| {
                json.clone().map(|json| Schema {
                    origin: SchemaOrigin::Learned,
                    locked_by: learned.locked_by.clone(),
                    openapi: None,
                    json: Some(json),
                })
            };
            let is_free = |schema: &Option<Schema>| {
                schema.as_ref().is_none_or(|schema| schema.origin == SchemaOrigin::Scanned)
            };
            if is_free(&function.input) && learned.input.is_some() {
                function.input = schema(&learned.input);
            }
            if is_free(&function.output) && learned.output.is_some() {
                function.output = schema(&learned.output);
            }
            let Some(by) = &learned.locked_by else { continue };
            let reason = format!("learned from {} invocations, locked by {by}", learned.samples);
            let is_enough = learned.samples >= SAMPLES_MIN;
            if !learned.hosts.is_empty() && (function.egress.hosts.is_some() || is_enough) {
                let hosts = function.egress.hosts.get_or_insert_with(Vec::new);
                let known: BTreeSet<String> = hosts.iter().map(|rule| rule.host.clone()).collect();
                hosts.extend(learned.hosts.difference(&known).map(|host| HostRule {
                    host: host.clone(),
                    reason: reason.clone(),
                    ..HostRule::default()
                }));
            }
            if !learned.programs.is_empty() && (function.programs.allowed.is_some() || is_enough) {
                for program in &learned.programs {
                    function
                        .reasons
                        .entry(format!("programs.allowed/{program}"))
                        .or_insert_with(|| reason.clone());
                }
                function
                    .programs
                    .allowed
                    .get_or_insert_with(BTreeSet::new)
                    .extend(learned.programs.iter().cloned());
            }
            // An open list of files stays open: what a language's own libraries read is in no recording.
            if let Some(read) = &mut function.files.read {
                read.extend(learned.read.iter().cloned());
            }
        }
    }
}
