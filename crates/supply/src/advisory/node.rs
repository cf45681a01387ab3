//! The Node.js security working group's own format: `vuln/npm/*.json`.
use model::{Data, Value};

use super::osv::{day, first_sentence};
use super::{Parsed, Record, score};
use crate::read::text;
use crate::version::{Requirement, Scheme};

pub(super) fn parse(root: &Value) -> Option<Parsed> {
    let name = root.get("module_name")?.as_str()?;
    let number = root.get("id")?.as_int()?;
    let title = text(root.get("title"));
    let overview = text(root.get("overview"));
    let range = root.get("vulnerable_versions")?.as_str()?;
    let requirement = Requirement::parse(Scheme::Npm, range)?;
    let aliases = root.get("cves").map(Value::items).unwrap_or_default();
    let given = match root.get("cvss_score").map(|score| &score.data) {
        Some(Data::Float(score)) => Some(*score),
        Some(Data::Int(score)) => u8::try_from(*score).ok().map(f64::from),
        _ => None,
    };
    let lower = format!("{title} {overview}").to_ascii_lowercase();
    let record = Record {
        id: format!("NSWG-ECO-{number}"),
        aliases: aliases.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        summary: first_sentence(if title.is_empty() { overview } else { title }),
        score: score::of_vector(text(root.get("cvss_vector"))).or(given),
        affected: requirement.any_of,
        malicious: lower.contains("malicious package") || lower.contains("malware"),
        ..Record::default()
    };
    let modified = day(text(root.get("updated_at"))).or_else(|| day(text(root.get("publish_date"))));
    let records = vec![("npm".to_owned(), name.to_owned(), record)];
    Some(Parsed { records, modified, ..Parsed::default() })
}
