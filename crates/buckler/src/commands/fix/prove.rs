//! The proof of fixes: the finding is gone, nothing else changed, nothing new is wrong.
use std::collections::{BTreeMap, BTreeSet};

use iac::{Difference, Edit};
use model::{App, Problem, ProblemKind, Project, Severity, Span};

use super::work::{Item, State};

/// By the index of a fix: why it cannot stay, or nothing when it only has to wait.
pub(super) type Guilty = BTreeMap<usize, Option<String>>;

/// What is true of some fixes together.
pub(super) enum Verdict {
    Proven,
    Guilty(Guilty),
}

/// The fixes that are to blame, and those that may be.
struct Blame {
    guilty: BTreeMap<usize, String>,
    /// Some fixes of which at least one is to blame, and for what.
    suspects: Vec<(Vec<usize>, String)>,
    /// Fixes that are judged apart from the others.
    wait: Vec<usize>,
}

/// Judges what a reading shows after these fixes.
pub(super) fn judge(before: &State, after: &State, items: &[Item], edits: &[Edit]) -> Verdict {
    let mut blame = Blame { guilty: BTreeMap::new(), suspects: Vec::new(), wait: Vec::new() };
    gone(after, items, &mut blame);
    problems(before, after, items, &mut blame);
    graph(before, after, (items, edits), &mut blame);
    new_findings(before, after, items, &mut blame);
    blame.verdict()
}

impl Blame {
    fn verdict(self) -> Verdict {
        let mut found: Guilty = self.guilty.into_iter().map(|(index, why)| (index, Some(why))).collect();
        for index in &self.wait {
            found.entry(*index).or_insert(None);
        }
        if found.is_empty() {
            for (suspects, why) in &self.suspects {
                match suspects.as_slice() {
                    [] => {}
                    [only] => {
                        found.insert(*only, Some(why.clone()));
                    }
                    // One half has to wait; what is wrong with the other shows in the next reading.
                    several => {
                        let (_, second) = several.split_at(several.len() / 2);
                        found.extend(second.iter().map(|index| (*index, None)));
                    }
                }
            }
        }
        if found.is_empty() { Verdict::Proven } else { Verdict::Guilty(found) }
    }

    fn suspect(&mut self, suspects: Vec<usize>, why: &str) {
        self.suspects.push((suspects, why.to_owned()));
    }
}

/// A finding that is still there was not fixed.
fn gone(after: &State, items: &[Item], blame: &mut Blame) {
    let still: BTreeSet<_> = after.findings.iter().map(|finding| after.key(finding)).collect();
    for (index, item) in items.iter().enumerate() {
        if still.contains(&item.key) {
            blame.guilty.insert(index, "the finding would still be there".to_owned());
        }
    }
}

/// The files still parse, and nothing else got lost.
fn problems(before: &State, after: &State, items: &[Item], blame: &mut Blame) {
    let matters = |problem: &&Problem| problem.kind != ProblemKind::Unsupported;
    let key = |problem: &Problem| (problem.kind, problem.path.clone(), problem.message.clone());
    let known: BTreeSet<_> = before.project.problems.iter().map(key).collect();
    let new = after.project.problems.iter().filter(matters).filter(|problem| !known.contains(&key(problem)));
    for problem in new {
        let here = suspects(items, |item| {
            item.edits
                .iter()
                .any(|edit| before.project.file(edit.at).is_some_and(|file| file.path == problem.path))
        });
        let here = if here.is_empty() { suspects(items, |_| true) } else { here };
        blame.suspect(here, &format!("a new problem: {}", problem.message));
    }
}

fn suspects(items: &[Item], is_one: impl Fn(&Item) -> bool) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| is_one(item)).map(|(index, _)| index).collect()
}

/// Nothing but what the fixes name is different.
fn graph(before: &State, after: &State, (items, edits): (&[Item], &[Edit]), blame: &mut Blame) {
    let (old_lines, new_lines) = changed_lines(&before.project, &after.project, edits);
    for (index, old) in before.project.apps.iter().enumerate() {
        let is_it = |app: &&App| app.name == old.name && app.framework == old.framework;
        let own = |item: &Item| item.finding.app == index;
        let Some(new) = after.project.apps.iter().find(is_it) else {
            blame.suspect(suspects(items, own), "the application is no longer found");
            continue;
        };
        let was_changed = |span: Span| old_lines.hold(&before.project, span);
        let is_changed = |span: Span| new_lines.hold(&after.project, span);
        let mut differences = iac::differences(old, new);
        differences.extend(iac::code_differences((old, &was_changed), (new, &is_changed)));
        for Difference { nodes, what } in differences {
            let names = |item: &Item| own(item) && nodes.iter().any(|name| item.touched.contains(name));
            if items.iter().any(names) {
                continue;
            }
            let here = suspects(items, own);
            let here = if here.is_empty() { suspects(items, |_| true) } else { here };
            blame.suspect(here, &format!("something else would change: {what}"));
        }
    }
    if after.project.apps.len() > before.project.apps.len() {
        blame.suspect(suspects(items, |_| true), "a new application would be found");
    }
}

/// Nothing as bad as what was fixed, or worse, came up.
fn new_findings(before: &State, after: &State, items: &[Item], blame: &mut Blame) {
    let count = |state: &State| {
        let mut counts: BTreeMap<(String, &'static str, String), (usize, Severity)> = BTreeMap::new();
        for finding in &state.findings {
            let key = state.key(finding);
            let counted = counts.entry((key.app, key.check, key.node)).or_insert((0, finding.severity));
            counted.0 += 1;
            counted.1 = counted.1.max(finding.severity);
        }
        counts
    };
    let known = count(before);
    for (key, (number, severity)) in count(after) {
        if number <= known.get(&key).map_or(0, |(number, _)| *number) {
            continue;
        }
        let (app, check, node) = key;
        let own = suspects(items, |item| item.key.app == app && item.touched.contains(&node));
        let may = |item: &Item| item.finding.severity <= severity && item.key.app == app;
        // A resource that a fix adds comes with hints of its own; it must not be worse than what it repairs.
        let is_added = !before.project.apps.iter().any(|app| app.named(&node).is_some());
        let here = if own.is_empty() {
            suspects(items, may)
        } else {
            let worse = |index: &usize| {
                items.get(*index).is_some_and(|item| {
                    item.finding.severity < severity || (item.finding.severity == severity && !is_added)
                })
            };
            let (worse, fine): (Vec<usize>, Vec<usize>) = own.into_iter().partition(worse);
            // One of the others may be its cause: those that must not be have their turn without them.
            if !fine.is_empty() {
                blame.wait.extend(worse);
                continue;
            }
            worse
        };
        let why = format!("`{check}` would be found in `{node}`");
        blame.suspect(here, &why);
    }
}

/// Changed lines of files, by path.
#[derive(Default)]
struct Lines(BTreeMap<String, Vec<(u32, u32)>>);

impl Lines {
    fn hold(&self, project: &Project, span: Span) -> bool {
        let Some(file) = project.file(span) else { return false };
        let Some(ranges) = self.0.get(&file.path) else { return false };
        let (first, last) = (file.place(span.start).line, file.place(span.end).line);
        ranges.iter().any(|(start, end)| *start <= last && first <= *end)
    }
}

/// The lines that edits change, as they were and as they are.
fn changed_lines(before: &Project, after: &Project, edits: &[Edit]) -> (Lines, Lines) {
    let (mut old, mut new) = (Lines::default(), Lines::default());
    let mut shift: BTreeMap<String, i64> = BTreeMap::new();
    for edit in edits {
        let Some(file) = before.file(edit.at) else { continue };
        let lines = (file.place(edit.at.start).line, file.place(edit.at.end).line);
        old.0.entry(file.path.clone()).or_default().push(lines);
        let Some(written) = after.files.iter().find(|other| other.path == file.path) else { continue };
        let moved = shift.entry(file.path.clone()).or_insert(0);
        let offset = |at: i64| u32::try_from(at).unwrap_or(0);
        let start = i64::from(edit.at.start) + *moved;
        let length = i64::try_from(edit.text.len()).unwrap_or(0);
        let lines = (written.place(offset(start)).line, written.place(offset(start + length)).line);
        new.0.entry(file.path.clone()).or_default().push(lines);
        *moved += length - i64::try_from(edit.at.len()).unwrap_or(0);
    }
    (old, new)
}
