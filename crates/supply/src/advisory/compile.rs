//! From the files of many databases to one.
use std::collections::BTreeMap;

use model::{Date, FileId};

use super::database::{Meta, SourceInfo, encode};
use super::{Parsed, Record, node, osv, rustsec};
use crate::doc;
use crate::version::{Interval, Scheme};

/// Collects records, source by source.
#[derive(Debug, Default)]
pub struct Compiler {
    records: BTreeMap<(String, String), Vec<Record>>,
    newest: BTreeMap<String, String>,
    meta: Meta,
}

impl Compiler {
    /// Whether a file of a database may be an advisory.
    #[must_use]
    pub fn wants(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit('.').next().unwrap_or_default();
        let is_text =
            ["readme.md", "license.md", "index.json"].iter().any(|other| name.eq_ignore_ascii_case(other));
        matches!(ending, "json" | "yaml" | "yml" | "md")
            && !is_text
            && !path.split('/').any(|part| part == ".git" || part == ".github")
    }

    /// The files that follow are of this source. `date` is the day of its own last change, when it says one.
    pub fn source(&mut self, name: &str, date: Option<Date>) {
        let date = date.map(|date| date.to_string());
        self.meta.sources.push(SourceInfo { name: name.to_owned(), date, ..SourceInfo::default() });
    }

    /// Takes in one file. Files that are no advisory are counted and left out.
    pub fn file(&mut self, path: &str, text: &str) {
        let parsed = parse(path, text);
        let Some(source) = self.meta.sources.last_mut() else { return };
        let Some(parsed) = parsed else {
            if !looks_like_one(text) {
                return;
            }
            source.unread += 1;
            if source.unread_examples.len() < 5 {
                source.unread_examples.push(path.to_owned());
            }
            return;
        };
        source.git_ranges += parsed.git_ranges;
        if parsed.withdrawn {
            source.withdrawn += 1;
            return;
        }
        source.advisories += 1;
        let date = source.date.clone();
        for (ecosystem, name, mut record) in parsed.records {
            leave_out_covered(&ecosystem, &mut record);
            let newest = self.newest.entry(ecosystem.clone()).or_default();
            for day in parsed.modified.iter().chain(date.iter()) {
                if *day > *newest {
                    newest.clone_from(day);
                }
            }
            let known = self.records.entry((ecosystem, name)).or_default();
            // The same advisory of two sources, or of one package named twice in one file.
            match known.iter_mut().find(|one| one.id == record.id) {
                Some(one) if *one == record => {}
                Some(one) => {
                    one.affected.extend(record.affected);
                    one.versions.extend(record.versions);
                }
                None => known.push(record),
            }
        }
    }

    /// Records that were collected.
    #[must_use]
    pub fn count(&self) -> usize {
        self.records.values().map(Vec::len).sum()
    }

    /// The database file; `made` is the day of its making.
    #[must_use]
    pub fn finish(mut self, made: Date) -> Vec<u8> {
        self.meta.made = made.to_string();
        for ((ecosystem, _), records) in &self.records {
            let entry = self.meta.ecosystems.entry(ecosystem.clone()).or_default();
            entry.packages += 1;
            entry.advisories += records.len();
            entry.newest = self.newest.get(ecosystem).cloned().unwrap_or_default();
        }
        encode(&self.meta, &self.records)
    }
}

/// Databases list every version that lies in an interval, too: the interval says the same, and sooner.
fn leave_out_covered(ecosystem: &str, record: &mut Record) {
    let Some(scheme) = Scheme::of(ecosystem) else { return };
    let Record { versions, affected, .. } = record;
    versions.retain(|text| {
        let version = scheme.parse(text);
        let lies_in = |interval: &Interval| {
            version.as_ref().is_some_and(|version| interval.contains(scheme, version) == Some(true))
        };
        !affected.iter().any(lies_in)
    });
}

/// An index or a page is no loss; an advisory that cannot be read is.
fn looks_like_one(text: &str) -> bool {
    ["\"module_name\"", "\"affected\"", "\naffected:", "[advisory]"].iter().any(|mark| text.contains(mark))
}

fn parse(path: &str, text: &str) -> Option<Parsed> {
    let file = FileId(0);
    let lower = path.to_ascii_lowercase();
    if lower.ends_with(".md") {
        let is_compilers = path.split('/').any(|part| part == "rust");
        return if is_compilers {
            Some(Parsed { withdrawn: true, ..Parsed::default() })
        } else {
            rustsec::parse(text)
        };
    }
    let read = if lower.ends_with(".json") { doc::json(text, file) } else { doc::yaml(text, file) };
    if !read.troubles.is_empty() {
        return None;
    }
    if read.root.get("module_name").is_some() { node::parse(&read.root) } else { osv::parse(&read.root) }
}
