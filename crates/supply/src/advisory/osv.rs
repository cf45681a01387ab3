//! The OSV format, as JSON or YAML: OSV's exports, PyPA's and GitHub's databases.
use model::Value;

use super::{Parsed, Record, score};
use crate::read::{normal_name, text};
use crate::version::{Interval, Scheme};

pub(super) fn parse(root: &Value) -> Option<Parsed> {
    let id = root.get("id")?.as_str()?;
    let mut parsed = Parsed { modified: day(text(root.get("modified"))), ..Parsed::default() };
    if root.get("withdrawn").is_some_and(|value| !value.is_null()) {
        parsed.withdrawn = true;
        return Some(parsed);
    }
    let summary = text(root.get("summary"));
    let details = text(root.get("details"));
    let common = Record {
        id: id.to_owned(),
        aliases: strings(root.get("aliases")),
        summary: first_sentence(if summary.is_empty() { details } else { summary }),
        severity: word(root),
        score: vector(root.get("severity")),
        malicious: id.starts_with("MAL-"),
        ..Record::default()
    };
    for affected in root.get("affected").map(Value::items).unwrap_or_default() {
        let ecosystem = text(affected.path("package.ecosystem")).split(':').next().unwrap_or_default();
        let Some(scheme) = Scheme::of(ecosystem) else { continue };
        let name = text(affected.path("package.name"));
        if name.is_empty() {
            continue;
        }
        let mut record = common.clone();
        record.versions = strings(affected.get("versions"));
        record.score = vector(affected.get("severity")).or(record.score);
        record.severity = word(affected).or(record.severity);
        for range in affected.get("ranges").map(Value::items).unwrap_or_default() {
            match text(range.get("type")) {
                "GIT" => parsed.git_ranges += 1,
                _ => record.affected.extend(intervals(scheme, range)),
            }
        }
        // Nothing said means every version.
        if record.affected.is_empty() && record.versions.is_empty() && affected.get("ranges").is_none() {
            record.affected.push(Interval::default());
        }
        record.informational =
            affected.path("database_specific.informational").and_then(Value::as_str).map(str::to_owned);
        parsed.records.push((ecosystem.to_owned(), name_in(scheme, name), record));
    }
    Some(parsed)
}

/// A package's name as the readers of manifests write it.
pub(super) fn name_in(scheme: Scheme, name: &str) -> String {
    match scheme {
        Scheme::Pypi => normal_name(name),
        Scheme::Composer => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let items = list.map(Value::items).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `2021-07-05T00:01:17Z` without its time.
pub(super) fn day(time: &str) -> Option<String> {
    let day = time.get(..10)?;
    day.parse::<model::Date>().ok().map(|day| day.to_string())
}

pub(super) fn first_sentence(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let end = line.find(". ").unwrap_or(line.len());
    let shown: String = line.get(..end).unwrap_or(line).chars().take(200).collect();
    shown.trim_end_matches('.').to_owned()
}

fn word(value: &Value) -> Option<String> {
    let places = ["database_specific.severity", "ecosystem_specific.severity"];
    places.iter().find_map(|place| score::of_word(text(value.path(place)))).map(str::to_owned)
}

/// The highest score of the vectors.
fn vector(list: Option<&Value>) -> Option<f64> {
    let items = list.map(Value::items).unwrap_or_default();
    let scores = items.iter().filter_map(|item| score::of_vector(text(item.get("score"))));
    scores.max_by(f64::total_cmp)
}

/// Events to intervals: each `introduced` opens one, the next `fixed` or `last_affected` closes it.
fn intervals(scheme: Scheme, range: &Value) -> Vec<Interval> {
    let mut events: Vec<(&str, &str)> = Vec::new();
    for event in range.get("events").map(Value::items).unwrap_or_default() {
        events
            .extend(event.entries().iter().map(|entry| (entry.key.text.as_str(), text(Some(&entry.value)))));
    }
    // The schema leaves their order free. What cannot be ordered stays where it stands.
    let key = |(kind, version): &(&str, &str)| {
        let is_start = *version == "0";
        (!is_start, scheme.parse(version), *kind != "introduced")
    };
    if events.iter().all(|(_, version)| *version == "0" || scheme.parse(version).is_some()) {
        events.sort_by_key(key);
    }
    let mut found = Vec::new();
    let mut open: Option<Option<(String, bool)>> = None;
    for (kind, version) in events {
        match kind {
            "introduced" if open.is_none() => {
                open = Some((version != "0").then(|| (version.to_owned(), true)));
            }
            "fixed" | "last_affected" | "limit" => {
                if version == "*" {
                    continue;
                }
                let high = Some((version.to_owned(), kind == "last_affected"));
                // Without an open one it is a second bound: the nearer one was taken.
                if let Some(low) = open.take() {
                    found.push(Interval { low, high });
                }
            }
            _ => {}
        }
    }
    if let Some(low) = open {
        found.push(Interval { low, high: None });
    }
    found
}
