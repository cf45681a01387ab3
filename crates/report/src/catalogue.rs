//! The checks as JSON, for other programs.
use model::{Check, Safety};
use serde::Serialize;

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    title: &'static str,
    area: &'static str,
    severity: &'static str,
    confidence: &'static str,
    /// `safe`, `risky`, or null.
    fix: Option<&'static str>,
    since: &'static str,
    controls: &'static [&'static str],
    also_known_as: &'static [&'static str],
    page: String,
}

/// A JSON array with the facts and the page of each check.
#[must_use]
pub fn checks_json(checks: &[&'static Check]) -> String {
    let entries: Vec<Entry> = checks.iter().map(|check| entry(check)).collect();
    // INVARIANT: strings always serialize.
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}

fn entry(check: &'static Check) -> Entry {
    Entry {
        id: check.id,
        title: check.title(),
        area: check.area_name(),
        severity: check.severity.as_str(),
        confidence: check.confidence.as_str(),
        fix: check.fix.map(Safety::as_str),
        since: check.since,
        controls: check.controls,
        also_known_as: check.also_known_as,
        page: check_page_text(check),
    }
}

/// The page without the space that every line of a doc comment begins with.
fn check_page_text(check: &Check) -> String {
    let lines = check.page.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}
