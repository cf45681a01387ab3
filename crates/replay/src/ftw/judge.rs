//! What a test expects, held against what happened.
use regex_automata::meta::Regex;

use super::format::Output;

/// What happened to a stage's request.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    pub status: u16,
    /// The server did not take the request for HTTP.
    pub is_refused: bool,
    /// Ids of rules that logged, in order, with repetitions.
    pub ids: Vec<u64>,
    /// The log's lines, for tests with a pattern.
    pub log: String,
    /// The response's body.
    pub body: String,
}

/// Says what does not hold; nothing when the stage passes.
#[must_use]
pub fn judge(expected: &Output, observed: &Observed) -> Option<String> {
    if expected.expect_error {
        let why = format!("an error was expected, the answer was {}", observed.status);
        return (!observed.is_refused).then_some(why);
    }
    if expected.status.as_ref().is_some_and(|statuses| !statuses.hold(observed.status)) {
        return Some(format!("the status was {}", observed.status));
    }
    if let Some(text) = &expected.response_contains
        && let Some(why) = pattern(text, &observed.body, true)
    {
        return Some(format!("the response {why}"));
    }
    ids(expected, observed).or_else(|| patterns(expected, observed))
}

fn ids(expected: &Output, observed: &Observed) -> Option<String> {
    let missing: Vec<String> =
        expected.log.expect_ids.iter().filter(|id| !observed.ids.contains(id)).map(u64::to_string).collect();
    if !missing.is_empty() {
        return Some(format!("{} did not match", missing.join(", ")));
    }
    let surplus: Vec<String> = expected
        .log
        .no_expect_ids
        .iter()
        .filter(|id| observed.ids.contains(id))
        .map(u64::to_string)
        .collect();
    if !surplus.is_empty() {
        return Some(format!("{} matched", surplus.join(", ")));
    }
    let mut distinct = observed.ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    (expected.isolated && distinct.len() != 1)
        .then(|| format!("{} rules matched in place of one", distinct.len()))
}

fn patterns(expected: &Output, observed: &Observed) -> Option<String> {
    let wanted = expected.log.match_regex.as_ref().or(expected.log_contains.as_ref());
    let unwanted = expected.log.no_match_regex.as_ref().or(expected.no_log_contains.as_ref());
    wanted
        .and_then(|text| pattern(text, &observed.log, true))
        .or_else(|| unwanted.and_then(|text| pattern(text, &observed.log, false)))
        .map(|why| format!("the log {why}"))
}

fn pattern(text: &str, within: &str, is_wanted: bool) -> Option<String> {
    match Regex::new(text) {
        Ok(regex) if regex.is_match(within) == is_wanted => None,
        Ok(_) if is_wanted => Some(format!("has nothing like `{text}`")),
        Ok(_) => Some(format!("has `{text}`")),
        Err(error) => Some(format!("cannot be judged by `{text}`: {error}")),
    }
}
