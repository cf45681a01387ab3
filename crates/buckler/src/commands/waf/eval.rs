//! `buckler waf eval`: verdicts of recorded requests, or what they cost.
use cpu_time::ProcessTime;
use replay::exchange::Outcome;
use serde_json::{Value, json};

use super::{CommandError, plan, records, run_record, source};
use crate::args::EvalArguments;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &EvalArguments) -> Result<Exit, CommandError> {
    let (_, plan) = plan(&source(&arguments.rules))?;
    let records = records(&arguments.requests)?;
    if let Some(rounds) = arguments.bench {
        output::put(&arguments.writing, &bench(&plan, &records, rounds))?;
        return Ok(Exit::Clean);
    }
    let mut text = String::new();
    let mut is_any_stopped = false;
    for record in &records {
        let outcome = run_record(&plan, record);
        is_any_stopped |= outcome.is_stopped;
        let mut line = verdict(&record.id, &outcome);
        if arguments.details
            && let Some(line) = line.as_object_mut()
        {
            line.insert("matches".to_owned(), outcome.matches.iter().map(details).collect());
        }
        if let Some(why) = record.request.refusal
            && let Some(line) = line.as_object_mut()
        {
            line.insert("refused".to_owned(), json!(why));
        }
        text.push_str(&line.to_string());
        text.push('\n');
    }
    output::put(&arguments.writing, &text)?;
    Ok(if is_any_stopped { Exit::Findings } else { Exit::Clean })
}

fn verdict(id: &str, outcome: &Outcome) -> Value {
    let word = match (&outcome.disruption, outcome.is_stopped) {
        (Some(_), true) => "block",
        (Some(_), false) => "would-block",
        (None, _) => "pass",
    };
    let scores = outcome.scores;
    json!({
        "id": id,
        "verdict": word,
        "status": outcome.disruption.as_ref().map(|disruption| disruption.status),
        "rule": outcome.disruption.as_ref().map(|disruption| disruption.rule),
        "ids": outcome.matches.iter().map(|found| found.rule).collect::<Vec<_>>(),
        "scores": {
            "inbound": scores.inbound,
            "outbound": scores.outbound,
            "detection_inbound": scores.detection_inbound,
            "detection_outbound": scores.detection_outbound,
        },
    })
}

pub(super) fn details(found: &waf::Match) -> Value {
    json!({
        "id": found.rule,
        "phase": format!("{:?}", found.phase),
        "message": found.message,
        "severity": found.severity.map(|severity| format!("{severity:?}")),
        "variable": found.variable,
        "value": found.value,
        "data": found.data,
        "tags": found.tags.iter().collect::<Vec<_>>(),
    })
}

/// CPU time of a request: the median and the least of the rounds, after one round that warms up.
fn bench(plan: &waf::Plan, records: &[replay::record::Record], rounds: u32) -> String {
    let round = || {
        let start = ProcessTime::now();
        for record in records {
            drop(run_record(plan, record));
        }
        let requests = f64::from(u32::try_from(records.len()).unwrap_or(u32::MAX)).max(1.0);
        start.elapsed().as_secs_f64() * 1e6 / requests
    };
    round();
    let mut micros: Vec<f64> = (0..rounds.max(1)).map(|_| round()).collect();
    micros.sort_by(f64::total_cmp);
    let median = micros.get(micros.len() / 2).copied().unwrap_or_default();
    let least = micros.first().copied().unwrap_or_default();
    let line = json!({ "requests": records.len(), "rounds": rounds, "cpu_micros_median": median, "cpu_micros_least": least });
    format!("{line}\n")
}
