//! `buckler waf tune`: exclusions from honest traffic, and what they change.
use replay::record::Record;
use replay::tune::{self, Observations};
use serde_json::json;
use waf::Plan;

use super::{CommandError, plan, records, run_record, source};
use crate::args::TuneArguments;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &TuneArguments) -> Result<Exit, CommandError> {
    let source = source(&arguments.rules);
    let (_, before) = plan(&source)?;
    let records = records(&arguments.requests)?;
    let mut seen = Observations::default();
    for record in &records {
        seen.add(&record.request.target, &run_record(&before, record).matches);
    }
    let proposals = seen.proposals(arguments.least);
    let (first, last) = tune::seclang(&proposals);
    // The proposals are tried on the same traffic: a promise that was not kept would be worse than none.
    let mut tried = source;
    tried.before.clone_from(&first);
    tried.after.clone_from(&last);
    let (_, after) = plan(&tried)?;
    let (stopped_before, stopped_after) = (stopped(&before, &records), stopped(&after, &records));
    let text = if arguments.json {
        let list: Vec<_> = proposals
            .iter()
            .map(|one| {
                json!({
                    "rule": one.rule, "message": one.message, "variable": one.variable, "path": one.path,
                    "requests": one.requests, "shapes": one.shapes, "caution": one.caution,
                })
            })
            .collect();
        let value = json!({
            "requests": seen.requests(), "stopped_before": stopped_before, "stopped_after": stopped_after,
            "exclusions": list, "before": first, "after": last,
        });
        format!("{value:#}\n")
    } else {
        format!(
            "# {} requests; {stopped_before} would be stopped without these exclusions, {stopped_after} with them.\n\
             # -- Before the rules (REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf)\n{first}\
             # -- After the rules (RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf)\n{last}",
            seen.requests()
        )
    };
    output::put(&arguments.writing, &text)?;
    Ok(Exit::Clean)
}

fn stopped(plan: &Plan, records: &[Record]) -> usize {
    records.iter().filter(|record| run_record(plan, record).disruption.is_some()).count()
}
