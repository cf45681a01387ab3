//! Rule tests in the go-ftw format: read, turned into requests, run and judged.
//!
//! Format: `coreruleset/ftw-tests-schema`, versions 1 and 2; both forms of a stage are read.
mod build;
mod format;
mod judge;
pub mod remote;

pub use build::request;
pub use format::{File, Input, LogExpectation, Output, Override, Overrides, ReadTestsError, Stage, Test};
pub use judge::{Observed, judge};

use crate::exchange::{self, Setting};
use crate::message;
use crate::reflect;

/// What the Core Rule Set's own test set-up sets in `TX`: its tests expect it.
pub const CORE_RULE_SET_VARIABLES: &[(&str, &str)] = &[
    ("arg_name_length", "100"),
    ("arg_length", "400"),
    ("total_arg_length", "6400"),
    ("max_num_args", "255"),
    ("max_file_size", "64100"),
    ("combined_file_sizes", "65535"),
];

/// Runs a stage in process: the backend is the reflecting one, a request that a strict server refuses gets its 400.
///
/// # Errors
/// The stage cannot be turned into a request.
pub fn run(setting: Setting<'_>, stage: &Stage) -> Result<Observed, String> {
    let bytes = build::request(&stage.input)?;
    let request = message::request(&bytes);
    if request.refusal.is_some() {
        return Ok(Observed { status: 400, is_refused: true, ..Observed::default() });
    }
    let mut answered = (200, Vec::new());
    let outcome = exchange::run(setting, &request, |request| {
        let response = reflect::respond(request);
        answered = (response.status, response.body.clone());
        Some(response)
    });
    let status = match &outcome.disruption {
        Some(disruption) if outcome.is_stopped => disruption.status,
        _ => answered.0,
    };
    Ok(Observed {
        status,
        is_refused: false,
        ids: outcome.matches.iter().map(|found| found.rule).collect(),
        log: outcome.matches.iter().map(told).collect::<Vec<_>>().join("\n"),
        body: String::from_utf8_lossy(&answered.1).into_owned(),
    })
}

fn told(found: &waf::Match) -> String {
    line(found.rule, &found.message, &found.data, (&found.variable, &found.value))
}

/// A match as a line of a log, in the form that tests' patterns expect.
fn line(id: u64, message: &str, data: &str, (variable, value): (&str, &str)) -> String {
    let text = format!("[id \"{id}\"] [msg \"{message}\"] [data \"{data}\"] {variable} {value}");
    // A match is one line, whatever its value holds.
    text.replace('\r', "\\r").replace('\n', "\\n")
}
