//! Packages against a database: what is known of their versions, and the smallest way out.
use std::collections::{BTreeMap, BTreeSet};

use model::{Advisory, Date, FileId, Origin, Package, Problem, ProblemKind, Project, Severity, Upgrade};

use crate::advisory::{Database, Record, Verdict};
use crate::version::{Requirement, Scheme, Version};

/// How old a database may be, and what day it is.
#[derive(Debug, Clone, Copy)]
pub struct Freshness {
    pub today: Date,
    pub age_days_max: u32,
}

/// Fills in the advisories of every package of `project.files_app()`.
///
/// What cannot be told is a problem and never silence: an ecosystem that the database does not hold, data that
/// is too old, a version that cannot be ordered.
pub fn look_up(project: &mut Project, database: &Database, freshness: Freshness) {
    let mut unknown: Vec<(FileId, String)> = Vec::new();
    let mut cache: BTreeMap<(&'static str, String), Vec<Record>> = BTreeMap::new();
    let mut used: BTreeMap<&'static str, FileId> = BTreeMap::new();
    for package in &mut project.files_app().packages {
        used.entry(package.ecosystem).or_insert(package.at.file);
        let key = (package.ecosystem, package.name.clone());
        let records =
            cache.entry(key).or_insert_with_key(|(ecosystem, name)| database.records(ecosystem, name));
        if is_foreign(package) || records.is_empty() {
            continue;
        }
        judge(package, records, &mut unknown);
    }
    let mut problems: Vec<Problem> = Vec::new();
    for (ecosystem, file) in used {
        problems.extend(coverage(ecosystem, path(project, file), database, freshness));
    }
    let unread: usize = database.meta.sources.iter().map(|source| source.unread).sum();
    if unread > 0 && !project.files_app().packages.is_empty() {
        problems.push(Problem {
            kind: ProblemKind::Unresolved,
            path: String::new(),
            at: None,
            message: format!("{unread} advisories of the database's sources could not be read"),
            help: "`buckler advisories status --json` names some; tell their maintainers, or us".to_owned(),
        });
    }
    for (file, message) in unknown {
        let help = "look these up by hand".to_owned();
        problems.push(Problem {
            kind: ProblemKind::Unresolved,
            path: path(project, file),
            at: None,
            message,
            help,
        });
    }
    project.problems.extend(problems);
}

fn path(project: &Project, file: FileId) -> String {
    project.files.get(file.0 as usize).map_or_else(String::new, |file| file.path.clone())
}

/// Fetched from elsewhere than the registry: the registry's advisories are about another text.
fn is_foreign(package: &Package) -> bool {
    package.source.as_ref().is_some_and(|source| {
        ["path:", "file:", "workspace:", "link:", "."].iter().any(|own| source.starts_with(own))
    })
}

/// What is wrong with the data for one ecosystem.
fn coverage(
    ecosystem: &'static str,
    path: String,
    database: &Database,
    freshness: Freshness,
) -> Option<Problem> {
    let problem = |message: String| Problem {
        kind: ProblemKind::Unreadable,
        path: path.clone(),
        at: None,
        message,
        help: "run `buckler advisories update`; `[advisories] sources` names where the data comes from"
            .to_owned(),
    };
    let Some(known) = database.meta.ecosystems.get(ecosystem).filter(|known| known.advisories > 0) else {
        let message = format!(
            "the database of advisories holds nothing about {ecosystem}: its packages were not looked up"
        );
        return Some(problem(message));
    };
    let age = |day: &str| day.parse::<Date>().ok().map(|day| days(freshness.today) - days(day));
    let newest = age(&known.newest);
    let made = age(&database.meta.made);
    let limit = i64::from(freshness.age_days_max);
    match (newest, made) {
        (Some(newest), Some(made)) if newest.max(made) <= limit => None,
        (Some(newest), Some(made)) if newest > limit => Some(problem(format!(
            "the advisories about {ecosystem} end on {}, {newest} days ago: newer ones are missing (the database was made {made} days ago)",
            known.newest
        ))),
        (Some(_), Some(made)) => Some(problem(format!(
            "the database of advisories is {made} days old: newer advisories about {ecosystem} are missing"
        ))),
        _ => Some(problem(format!("nothing says how old the advisories about {ecosystem} are"))),
    }
}

/// Days since 0000-03-01, as Howard Hinnant's civil calendar counts them.
#[must_use]
pub fn days(date: Date) -> i64 {
    let (year, month) = (i64::from(date.year), i64::from(date.month));
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i64::from(date.day)
}

fn judge(package: &mut Package, records: &[Record], unknown: &mut Vec<(FileId, String)>) {
    let Some(scheme) = Scheme::of(package.ecosystem) else { return };
    let requirement = package.requirement.as_deref().and_then(|text| Requirement::parse(scheme, text));
    // Without a version: the oldest one that the requirement names is the worst that may be installed.
    let oldest = requirement.as_ref().and_then(|requirement| requirement.oldest(scheme)).map(str::to_owned);
    let Some(text) = package.version.clone().or(oldest) else { return };
    let version = scheme.parse(&text);
    let mut found: Vec<&Record> = Vec::new();
    for record in records {
        match record.judges(scheme, &text, version.as_ref()) {
            Verdict::Affected => found.push(record),
            Verdict::NotAffected => {}
            Verdict::Unknown => unknown.push((
                package.at.file,
                format!("`{}` {text} cannot be compared with {}", package.name, record.id),
            )),
        }
    }
    for record in &found {
        if record.informational.as_deref() == Some("unmaintained") && package.deprecated.is_none() {
            package.deprecated = Some(format!("{} ({})", record.summary, record.id));
        }
    }
    found.retain(|record| !matches!(record.informational.as_deref(), Some("unmaintained" | "notice")));
    package.advisories = found.iter().map(|record| advisory(record, scheme, version.as_ref())).collect();
    merge(&mut package.advisories);
    if let Some(version) = version.filter(|_| !package.advisories.is_empty()) {
        let target = way_out(scheme, &version, records);
        package.upgrade = target.map(|target| upgrade(package, scheme, requirement.as_ref(), &text, &target));
    }
}

fn advisory(record: &Record, scheme: Scheme, version: Option<&Version>) -> Advisory {
    let fixed = version.and_then(|version| way_out(scheme, version, std::slice::from_ref(record)));
    Advisory {
        id: record.id.clone(),
        aliases: sorted(record.aliases.clone()),
        summary: record.summary.clone(),
        severity: severity(record),
        score: record.score,
        fixed,
        vex: None,
        malicious: record.malicious,
    }
}

fn severity(record: &Record) -> Severity {
    if record.malicious {
        return Severity::Critical;
    }
    if record.informational.is_some() {
        return Severity::Low;
    }
    match record.score {
        Some(score) if score >= 9.0 => Severity::Critical,
        Some(score) if score >= 7.0 => Severity::High,
        Some(score) if score >= 4.0 => Severity::Medium,
        Some(_) => Severity::Low,
        // Without a rating it is what most advisories are.
        None => record.severity.as_deref().and_then(|word| word.parse().ok()).unwrap_or(Severity::Medium),
    }
}

/// CVE first.
fn sorted(mut aliases: Vec<String>) -> Vec<String> {
    aliases.sort_by_key(|alias| (!alias.starts_with("CVE-"), alias.clone()));
    aliases.dedup();
    aliases
}

/// Whether two entries tell of one weakness. A shared name alone is not enough: an advisory that extends
/// an older one names it, too, and has a CVE of its own.
fn is_same(a: &Advisory, b: &Advisory) -> bool {
    let cves = |advisory: &Advisory| -> BTreeSet<String> {
        let names = advisory.aliases.iter().chain([&advisory.id]);
        names.filter(|name| name.starts_with("CVE-")).cloned().collect()
    };
    let (ours, theirs) = (cves(a), cves(b));
    if !ours.is_empty() && !theirs.is_empty() {
        return !ours.is_disjoint(&theirs);
    }
    a.aliases.iter().chain([&a.id]).any(|name| *name == b.id || b.aliases.contains(name))
}

/// One entry for each weakness, however many databases tell of it.
fn merge(advisories: &mut Vec<Advisory>) {
    let mut kept: Vec<Advisory> = Vec::new();
    for advisory in advisories.drain(..) {
        let same = kept.iter_mut().find(|known| is_same(known, &advisory));
        match same {
            Some(known) => {
                let mut aliases = known.aliases.clone();
                aliases.extend(advisory.aliases);
                aliases.push(advisory.id);
                aliases.retain(|alias| *alias != known.id);
                known.aliases = sorted(aliases);
                // A rating that somebody made counts more than the one for "unrated".
                if known.score.is_none() && advisory.score.is_some() {
                    known.severity = advisory.severity;
                    known.score = advisory.score;
                }
                known.malicious |= advisory.malicious;
                known.fixed = known.fixed.take().or(advisory.fixed);
            }
            None => kept.push(advisory),
        }
    }
    *advisories = kept;
}

/// The smallest newer version that no record is about. Releases come before prereleases.
fn way_out(scheme: Scheme, version: &Version, records: &[Record]) -> Option<String> {
    let bounds =
        records.iter().flat_map(|record| &record.affected).filter_map(|interval| interval.high.as_ref());
    let mut candidates: Vec<(bool, Version, &str)> = bounds
        .filter(|(_, inclusive)| !inclusive)
        .filter_map(|(text, _)| Some((scheme.is_prerelease(text), scheme.parse(text)?, text.as_str())))
        .filter(|(_, candidate, _)| candidate > version)
        .collect();
    candidates.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let is_clean = |text: &str, candidate: &Version| {
        let counts =
            |record: &&Record| !matches!(record.informational.as_deref(), Some("unmaintained" | "notice"));
        records
            .iter()
            .filter(counts)
            .all(|record| record.judges(scheme, text, Some(candidate)) == Verdict::NotAffected)
    };
    candidates
        .iter()
        .find(|(_, candidate, text)| is_clean(text, candidate))
        .map(|(_, _, text)| (*text).to_owned())
}

fn upgrade(
    package: &Package,
    scheme: Scheme,
    requirement: Option<&Requirement>,
    current: &str,
    target: &str,
) -> Upgrade {
    // Go writes a `v` that its advisories leave out.
    let target = match (scheme, target.starts_with('v')) {
        (Scheme::Go, false) => format!("v{target}"),
        _ => target.to_owned(),
    };
    let parsed = scheme.parse(&target);
    let is_allowed = requirement
        .filter(|requirement| requirement.only().is_none())
        .zip(parsed.as_ref())
        .is_some_and(|(requirement, version)| requirement.allows(scheme, version));
    let same_major = scheme.major(current).is_some() && scheme.major(current) == scheme.major(&target);
    let edits = package.origin == Origin::Manifest || package.ecosystem == "Go";
    let text = if edits && package.version_at.is_some() { rewritten(package, scheme, &target) } else { None };
    Upgrade { version: target, text, compatible: is_allowed || same_major }
}

/// The requirement with `target` in the place of its oldest version; `None` when that would not say so.
fn rewritten(package: &Package, scheme: Scheme, target: &str) -> Option<String> {
    if package.ecosystem == "Go" {
        return Some(target.to_owned());
    }
    let written = package.requirement.as_deref()?;
    let is_open = written.is_empty() || matches!(written, "*" | "latest" | "x");
    if is_open {
        return match (scheme, written.is_empty()) {
            (Scheme::Pypi, _) => Some(format!(">={target}")),
            (_, true) => None,
            _ => Some(format!("^{target}")),
        };
    }
    let starts = written.find(|letter: char| letter.is_ascii_digit())?;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".-+*!".contains(letter);
    let tail = written.get(starts..)?;
    let ends = starts + tail.find(|letter: char| !is_part(letter)).unwrap_or(tail.len());
    let (head, rest) = (written.get(..starts)?, written.get(ends..)?);
    let new = format!("{head}{target}{rest}");
    let parsed = Requirement::parse(scheme, &new)?;
    let is_right = parsed.allows(scheme, &scheme.parse(target)?)
        && parsed.oldest(scheme).is_some_and(|oldest| scheme.same(oldest, target));
    is_right.then_some(new)
}
