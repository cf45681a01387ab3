//! `buckler waf explain`: why a request matches, or why one rule does not.
use std::fmt::Write;

use replay::exchange::{self, Outcome, Setting};
use replay::message;
use replay::record::{self, Record};
use serde_json::json;
use waf::rule::{Item, RuleSet};
use waf::{NoPersistence, Plan, TraceStep};

use super::{CommandError, client, eval, plan, run_record, source, text};
use crate::args::WafExplainArguments;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &WafExplainArguments) -> Result<Exit, CommandError> {
    let (rules, plan) = plan(&source(&arguments.rules))?;
    let raw = text(&arguments.request)?;
    let record = if raw.trim_start().starts_with('{') {
        record::read(raw.trim(), 1)
            .map_err(|why| CommandError::Read { path: arguments.request.clone(), why })?
    } else {
        let request = message::request(with_line_ends(&raw).as_bytes());
        Record { id: "request".to_owned(), client: None, request, response: None, event: None }
    };
    if let Some(rule) = arguments.rule {
        return follow(arguments, &plan, &record, rule);
    }
    let outcome = run_record(&plan, &record);
    let shown = if arguments.json { as_json(&record, &outcome) } else { as_text(&rules, &record, &outcome) };
    output::put(&arguments.writing, &shown)?;
    Ok(if outcome.disruption.is_some() { Exit::Findings } else { Exit::Clean })
}

/// One rule, step by step.
fn follow(
    arguments: &WafExplainArguments,
    plan: &Plan,
    record: &Record,
    rule: u64,
) -> Result<Exit, CommandError> {
    let client = client(record);
    let setting = Setting { plan, persistence: &NoPersistence, client: &client };
    let Some(trace) = exchange::trace(setting, &record.request, record.response.as_ref(), rule) else {
        return Err(CommandError::Rules { why: format!("no rule has the id {rule}") });
    };
    let is_matched = trace.steps.contains(&TraceStep::Matched);
    let lines: Vec<String> = trace.steps.iter().map(step).collect();
    let shown = if arguments.json {
        format!("{:#}\n", json!({ "rule": rule, "matched": is_matched, "steps": lines }))
    } else if lines.is_empty() {
        format!("{rule} was never asked: no value stands where it looks, or its phase did not run\n")
    } else {
        lines.join("\n") + "\n"
    };
    output::put(&arguments.writing, &shown)?;
    Ok(if is_matched { Exit::Findings } else { Exit::Clean })
}

fn step(step: &TraceStep) -> String {
    match step {
        TraceStep::Skipped { why } => format!("not evaluated: {why}"),
        TraceStep::Excepted { variable } => format!("{variable} is left out by a rule (`ctl`)"),
        TraceStep::Value { variable, value } => format!("{variable} is `{value}`"),
        TraceStep::Transformed { transformation, value } => {
            format!("  {transformation:?} makes it `{value}`")
        }
        TraceStep::Tested { found, matched } if found == matched => {
            format!("  the operator {}", if *found { "finds something" } else { "finds nothing" })
        }
        TraceStep::Tested { found, .. } => {
            format!(
                "  the operator {}, which the rule turns round",
                if *found { "finds something" } else { "finds nothing" }
            )
        }
        TraceStep::Matched => "the rule matches".to_owned(),
    }
}

/// A request that was typed has bare line feeds in its head; its body stays as it is.
fn with_line_ends(raw: &str) -> String {
    if raw.contains("\r\n") {
        return raw.to_owned();
    }
    let (head, body) = raw.split_once("\n\n").unwrap_or((raw.trim_end(), ""));
    let body = body.strip_suffix('\n').unwrap_or(body);
    let has_length = head.to_ascii_lowercase().contains("\ncontent-length:");
    let length = if has_length || body.is_empty() {
        String::new()
    } else {
        format!("\r\nContent-Length: {}", body.len())
    };
    format!("{}{length}\r\n\r\n{body}", head.replace('\n', "\r\n"))
}

fn as_json(record: &Record, outcome: &Outcome) -> String {
    let value = json!({
        "refused": record.request.refusal,
        "stopped_by": outcome.disruption.as_ref().map(|disruption| disruption.rule),
        "status": outcome.disruption.as_ref().map(|disruption| disruption.status),
        "inbound_score": outcome.scores.inbound,
        "outbound_score": outcome.scores.outbound,
        "matches": outcome.matches.iter().map(eval::details).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn as_text(rules: &RuleSet, record: &Record, outcome: &Outcome) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let mut line = |text: String| writeln!(out, "{text}").unwrap_or_default();
    if let Some(why) = record.request.refusal {
        line(format!("a strict server refuses this request: {why}\n"));
    }
    for found in &outcome.matches {
        let severity =
            found.severity.map(|severity| format!("{severity:?}").to_lowercase()).unwrap_or_default();
        line(format!("{}  {}  {severity}", found.rule, found.message));
        line(format!("    {} is `{}`", found.variable, found.value));
        if !found.data.is_empty() {
            line(format!("    {}", found.data));
        }
        if let Some(at) = place(rules, found.rule) {
            line(format!("    {at}"));
        }
    }
    let scores = outcome.scores;
    line(match &outcome.disruption {
        Some(stop) if outcome.is_stopped => format!(
            "stopped by {} with {}; score {} in, {} out",
            stop.rule, stop.status, scores.inbound, scores.outbound
        ),
        Some(stop) => format!(
            "{} would stop it with {}, but rules only detect; score {} in, {} out",
            stop.rule, stop.status, scores.inbound, scores.outbound
        ),
        None => format!("passes; score {} in, {} out", scores.inbound, scores.outbound),
    });
    out
}

/// Where a rule stands.
fn place(rules: &RuleSet, id: u64) -> Option<String> {
    rules.items.iter().find_map(|item| match item {
        Item::Rule(rule) if rule.id == id => Some(rule.at.to_string()),
        _ => None,
    })
}
