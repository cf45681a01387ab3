//! RustSec's advisory-db: Markdown that begins with a block of TOML.
use model::{FileId, Value};

use super::osv::{day, first_sentence};
use super::{Parsed, Record, score};
use crate::doc;
use crate::read::text;
use crate::version::{Interval, Requirement, Scheme};

const SCHEME: Scheme = Scheme::Cargo;

pub(super) fn parse(markdown: &str) -> Option<Parsed> {
    let (_, rest) = markdown.split_once("```toml")?;
    let (front, body) = rest.split_once("\n```")?;
    let root = doc::toml(front, FileId(0)).root;
    let advisory = root.get("advisory")?;
    let mut parsed = Parsed { modified: day(text(advisory.get("date"))), ..Parsed::default() };
    // The compiler and its library are no packages of the registry, even where one has the same name.
    let is_compiler = text(advisory.get("collection")) == "rust";
    let withdrawn = day(text(advisory.get("withdrawn")));
    if withdrawn.is_some() || is_compiler {
        parsed.withdrawn = true;
        parsed.modified = withdrawn.or(parsed.modified);
        return Some(parsed);
    }
    let id = advisory.get("id")?.as_str()?;
    let name = advisory.get("package")?.as_str()?;
    let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(id);
    let aliases = advisory.get("aliases").map(Value::items).unwrap_or_default();
    let informational = advisory.get("informational").and_then(Value::as_str).map(str::to_owned);
    let record = Record {
        id: id.to_owned(),
        aliases: aliases.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        summary: first_sentence(title),
        score: score::of_vector(text(advisory.get("cvss"))),
        affected: affected(root.get("versions").unwrap_or(advisory))?,
        malicious: title.to_ascii_lowercase().contains("malicious") && informational.is_none(),
        informational,
        ..Record::default()
    };
    parsed.records.push(("crates.io".to_owned(), name.to_owned(), record));
    Some(parsed)
}

/// Everything but what is patched or was never affected. `None` when a requirement cannot be read.
fn affected(versions: &Value) -> Option<Vec<Interval>> {
    let mut safe = Vec::new();
    for key in ["patched", "unaffected"] {
        for written in versions.get(key).map(Value::items).unwrap_or_default() {
            safe.extend(Requirement::parse(SCHEME, written.as_str()?)?.any_of);
        }
    }
    Some(complement(safe))
}

/// What lies in none of these intervals.
fn complement(mut safe: Vec<Interval>) -> Vec<Interval> {
    let low_of = |interval: &Interval| interval.low.as_ref().and_then(|(bound, _)| SCHEME.parse(bound));
    safe.sort_by_key(|interval| (low_of(interval), interval.low.as_ref().is_some_and(|(_, with)| !with)));
    let mut found = Vec::new();
    // Where the next gap begins; `None` once everything up to the end is safe.
    let mut start: Option<Option<(String, bool)>> = Some(None);
    for interval in safe {
        let Some(from) = start.clone() else { break };
        if let Some((bound, with)) = &interval.low {
            let gap = Interval { low: from.clone(), high: Some((bound.clone(), !with)) };
            if !gap.is_empty(SCHEME) {
                found.push(gap);
            }
        }
        start = interval.high.map(|(bound, with)| Some(later(from, (bound, !with))));
    }
    if let Some(from) = start {
        found.push(Interval { low: from, high: None });
    }
    found
}

fn later(known: Option<(String, bool)>, new: (String, bool)) -> (String, bool) {
    match known {
        Some(known) if SCHEME.parse(&known.0) > SCHEME.parse(&new.0) => known,
        _ => new,
    }
}
