//! `buckler waf`: the inspection engine without a server.
mod check;
mod eval;
mod explain;
mod test;
mod tune;

use std::path::Path;

use replay::exchange::{self, Setting};
use replay::record::{self, Record};
use ruleset::RuleSource;
use waf::rule::RuleSet;
use waf::{Limits, NoPersistence, Plan};

use super::CommandError;
use crate::args::{Rules, WafArguments, WafCommand};
use crate::exit::Exit;
use crate::{clock, input, output};

pub(super) fn run(arguments: &WafArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        WafCommand::Check(arguments) => check::run(arguments),
        WafCommand::Eval(arguments) => eval::run(arguments),
        WafCommand::Test(arguments) => test::run(arguments),
        WafCommand::Explain(arguments) => explain::run(arguments),
        WafCommand::Tune(arguments) => tune::run(arguments),
    }
}

/// The rules that the arguments name.
fn source(rules: &Rules) -> RuleSource {
    RuleSource {
        paths: rules.paths.clone(),
        with_own: rules.own || rules.paths.is_empty(),
        paranoia: rules.paranoia,
        variables: rules.variables.clone(),
        detect_only: rules.detect,
        ..RuleSource::default()
    }
}

/// Loads and compiles. Problems that change no meaning are told; with others, nothing is judged.
fn plan(source: &RuleSource) -> Result<(RuleSet, Plan), CommandError> {
    let loaded = ruleset::load(source);
    let (fatal, others): (Vec<_>, Vec<_>) = loaded.problems.iter().partition(|problem| problem.fatal);
    for problem in others {
        output::tell(&format!("note: {problem}"));
    }
    if let Some(first) = fatal.first() {
        let help = first.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
        let more = match fatal.len() {
            1 => String::new(),
            count => format!("\n  and {} more; `buckler waf check` lists them", count - 1),
        };
        return Err(CommandError::Rules { why: format!("{first}{help}{more}") });
    }
    let plan = Plan::compile(&loaded.rules, Limits::default())
        .map_err(|error| CommandError::Rules { why: error.to_string() })?;
    Ok((loaded.rules, plan))
}

/// The records of a file; `-` is the standard input.
fn records(path: &Path) -> Result<Vec<Record>, CommandError> {
    let text = text(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| record::read(line, number + 1))
        .collect::<Result<_, _>>()
        .map_err(|why| CommandError::Read { path: path.into(), why })
}

fn text(path: &Path) -> Result<String, CommandError> {
    input::text(path, input::RECORDS_BYTES_MAX)
}

/// Who sent a record, and when.
fn client(record: &Record) -> waf::Client {
    let mut client = exchange::loopback(record.id.clone(), clock::seconds().saturating_mul(1_000_000));
    if let Some(address) = record.client {
        client.address = address;
    }
    client
}

/// Runs a record through all phases.
fn run_record(plan: &Plan, record: &Record) -> exchange::Outcome {
    let client = client(record);
    let setting = Setting { plan, persistence: &NoPersistence, client: &client };
    match &record.event {
        Some(event) => exchange::run_event(setting, event),
        None => exchange::run(setting, &record.request, |_| record.response.clone()),
    }
}
