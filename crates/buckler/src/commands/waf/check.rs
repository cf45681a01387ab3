//! `buckler waf check`: what rules say, and what is wrong with them.
use std::collections::BTreeMap;
use std::fmt::Write;

use cpu_time::ProcessTime;
use serde_json::json;
use waf::rule::{Item, Phase, RuleSet};
use waf::{Limits, Plan};

use super::{CommandError, source};
use crate::args::CheckArguments;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &CheckArguments) -> Result<Exit, CommandError> {
    let start = ProcessTime::now();
    let loaded = ruleset::load(&source(&arguments.rules));
    let plan = Plan::compile(&loaded.rules, Limits::default());
    let millis = start.elapsed().as_secs_f64() * 1000.0;
    let mut problems: Vec<(String, Option<String>, bool)> = loaded
        .problems
        .iter()
        .map(|problem| (problem.to_string(), problem.help.clone(), problem.fatal))
        .collect();
    if let Err(error) = &plan {
        problems.push((error.to_string(), None, true));
    }
    let is_usable = problems.iter().all(|(_, _, fatal)| !fatal);
    let phases = phases(&loaded.rules);
    let text = if arguments.json {
        let problems: Vec<_> = problems
            .iter()
            .map(|(message, help, fatal)| json!({ "message": message, "help": help, "fatal": fatal }))
            .collect();
        let value = json!({
            "rules": phases.values().sum::<usize>(),
            "phases": phases.iter().map(|(phase, count)| (phase.to_string(), json!(count))).collect::<serde_json::Map<_, _>>(),
            "files": loaded.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
            "cpu_millis": millis,
            "problems": problems,
            "usable": is_usable,
        });
        format!("{value:#}\n")
    } else {
        let mut text = String::new();
        for (message, help, fatal) in &problems {
            let word = if *fatal { "error" } else { "note" };
            line(&mut text, &format!("{word}: {message}"));
            if let Some(help) = help {
                line(&mut text, &format!("  help: {help}"));
            }
        }
        let counts: Vec<String> =
            phases.iter().map(|(phase, count)| format!("phase {phase}: {count}")).collect();
        line(
            &mut text,
            &format!(
                "{} rules ({}) of {} files, loaded in {millis:.0} ms of CPU time",
                phases.values().sum::<usize>(),
                counts.join(", "),
                loaded.files.len()
            ),
        );
        text
    };
    output::put(&arguments.writing, &text)?;
    Ok(if is_usable { Exit::Clean } else { Exit::Findings })
}

fn line(out: &mut String, text: &str) {
    // Writing to a string does not fail.
    writeln!(out, "{text}").unwrap_or_default();
}

fn phases(rules: &RuleSet) -> BTreeMap<u8, usize> {
    let mut counts = BTreeMap::new();
    for item in &rules.items {
        if let Item::Rule(rule) = item {
            let number = match rule.phase {
                Phase::RequestHeaders => 1,
                Phase::RequestBody => 2,
                Phase::ResponseHeaders => 3,
                Phase::ResponseBody => 4,
                Phase::Logging => 5,
            };
            *counts.entry(number).or_default() += 1;
        }
    }
    counts
}
