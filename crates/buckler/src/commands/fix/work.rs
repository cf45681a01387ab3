//! Which fixes are made: rounds of writing and proving until nothing changes any more.
use std::collections::{BTreeMap, BTreeSet};

use iac::{Edit, Editor};
use model::{FileId, Finding, Patch, Project, Safety, Severity};

use super::ask::{Answer, Asking};
use super::overlay::{Overlay, Texts};
use super::prove::{self, Verdict};
use super::write;
use crate::commands::reading::Read;
use crate::commands::scan;
use crate::{clock, facts};

/// Rounds at most: a fix may uncover a finding that has one, too.
const ROUNDS_MAX: usize = 16;
/// Readings of one round at most.
const PROOFS_MAX: usize = 24;

/// Readings of all rounds together at most.
const PROOFS_OF_ALL_MAX: usize = 64;

/// What is to be fixed.
#[derive(Debug)]
pub(super) struct Wish {
    pub only: Vec<&'static str>,
    pub skip: Vec<&'static str>,
    pub risky: bool,
    pub severity: Severity,
}

/// A finding, whatever reading of the project it is from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub app: String,
    pub check: &'static str,
    pub node: String,
    pub message: String,
}

/// A fix that was made.
#[derive(Debug)]
pub(super) struct Done {
    pub key: Key,
    pub title: String,
    pub severity: Severity,
    pub safety: Safety,
    /// `path:line:column` of the finding.
    pub place: String,
    /// What it changes by itself, as a unified diff.
    pub diff: String,
}

/// A fix that was not made.
#[derive(Debug)]
pub(super) struct Left {
    pub key: Key,
    pub title: String,
    pub severity: Severity,
    pub place: String,
    pub reason: Reason,
}

/// Why a fix was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// Somebody said no.
    Declined,
    NotWritten(String),
    NotProven(String),
}

impl Left {
    pub(super) fn is_declined(&self) -> bool {
        self.reason == Reason::Declined
    }
}

/// What came of it all.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub done: Vec<Done>,
    pub left: Vec<Left>,
    /// Findings that have no fix.
    pub without: usize,
    /// Fixes that are risky, and were not wanted.
    pub risky: usize,
    /// Readings that proofs took.
    proofs: usize,
    pub originals: Texts,
    pub texts: Texts,
    /// The edits of each round, by file.
    rounds: BTreeMap<String, Vec<Vec<Edit>>>,
}

/// One reading of the project, judged.
pub(super) struct State {
    pub project: Project,
    pub findings: Vec<Finding>,
}

/// A fix that a round writes.
pub(super) struct Item {
    pub key: Key,
    pub finding: Finding,
    pub edits: Vec<Edit>,
    pub touched: BTreeSet<String>,
}

impl Item {
    pub(super) fn patches(&self) -> &[Patch] {
        self.finding.fix.as_ref().map_or(&[], |fix| &fix.patches)
    }
}

impl State {
    pub(super) fn key(&self, finding: &Finding) -> Key {
        Key {
            app: self
                .project
                .app_of(finding)
                .map(|app| format!("{} {}", app.framework.as_str(), app.name))
                .unwrap_or_default(),
            check: finding.check.id,
            node: finding.node.clone(),
            message: finding.message.clone(),
        }
    }
}

impl Outcome {
    /// Everything that changed as one unified diff.
    pub(super) fn patch(&self) -> String {
        let mut project = Project::default();
        let mut edits = Vec::new();
        for (path, rounds) in &self.rounds {
            let Some(original) = self.originals.get(path) else { continue };
            let file = project.add_file(path, original.as_str());
            edits.extend(iac::compose(file, original, rounds));
        }
        iac::unified(&project, &edits)
    }
}

/// Reads the project with these texts, and judges it.
fn state(read: &Read, texts: &Texts) -> State {
    let source = Overlay { below: &read.disk, texts };
    let mut project = iac::read(&source, &read.options);
    project.problems.extend(read.disk.problems.iter().cloned());
    facts::attach(&mut project, &source, &read.loaded);
    facts::attach_secrets(&mut project, &source, &read.loaded);
    facts::forget_hashes(&mut project);
    let all: Vec<&'static model::Check> = checks::all().collect();
    let mut findings = checks::run(&project, &all, clock::today());
    scan::own_severities(&mut findings.found, &read.loaded.config);
    let judged = checks::suppress(&findings, &project, &scan::ignores(&read.loaded.config), &all);
    project.problems.extend(judged.problems);
    let mut found = judged.found;
    report::sort(&project, &mut found);
    State { project, findings: found }
}

/// Makes every fix that is wanted, can be written and is proven.
pub(super) fn work(read: &Read, wish: &Wish, asking: &mut Asking) -> Outcome {
    let mut outcome = Outcome::default();
    let mut state = state(read, &outcome.texts);
    count(&mut outcome, &state, wish);
    let mut decided: BTreeSet<Key> = BTreeSet::new();
    let mut made_before = 0;
    for _ in 0..ROUNDS_MAX {
        let mut round = Round { read, outcome: &mut outcome, decided: &mut decided };
        let items = round.collect(&state, wish, asking);
        if items.is_empty() {
            // What was not possible may be so beside the fixes that were made since.
            if outcome.done.len() == made_before {
                break;
            }
            made_before = outcome.done.len();
            let (declined, again): (Vec<Left>, Vec<Left>) =
                outcome.left.drain(..).partition(Left::is_declined);
            outcome.left = declined;
            decided.retain(|key| !again.iter().any(|left| left.key == *key));
            continue;
        }
        let Some((made, after)) = round.prove(&state, items) else { continue };
        round.keep(&state, &made);
        state = after;
    }
    report_order(&mut outcome);
    outcome
}

fn report_order(outcome: &mut Outcome) {
    outcome.left.sort_by(|a, b| (&a.place, &a.key).cmp(&(&b.place, &b.key)));
}

/// How much there is that no fix of this run is for.
fn count(outcome: &mut Outcome, state: &State, wish: &Wish) {
    for finding in state.findings.iter().filter(|finding| wish.names(finding)) {
        match &finding.fix {
            None => outcome.without += 1,
            Some(fix) if fix.safety == Safety::Risky && !wish.risky => outcome.risky += 1,
            Some(_) => {}
        }
    }
}

impl Wish {
    fn names(&self, finding: &Finding) -> bool {
        let id = finding.check.id;
        (self.only.is_empty() || self.only.contains(&id))
            && !self.skip.contains(&id)
            && finding.severity >= self.severity
    }

    fn wants(&self, finding: &Finding) -> bool {
        let is_safe = finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe || self.risky);
        is_safe && self.names(finding)
    }
}

struct Round<'a> {
    read: &'a Read,
    outcome: &'a mut Outcome,
    /// Findings that were fixed, or that cannot be.
    decided: &'a mut BTreeSet<Key>,
}

impl Round<'_> {
    /// The fixes that can be written together.
    fn collect(&mut self, state: &State, wish: &Wish, asking: &mut Asking) -> Vec<Item> {
        let mut editor = Editor::new(&state.project);
        let mut items = Vec::new();
        let mut again = Vec::new();
        for finding in state.findings.iter().filter(|finding| wish.wants(finding)) {
            let key = state.key(finding);
            let Some(fix) = finding.fix.as_ref().filter(|_| !self.decided.contains(&key)) else { continue };
            let Some(app) = state.project.app_of(finding) else { continue };
            let edits =
                iac::edits(&state.project, app, &fix.patches).and_then(|edits| match edits.as_slice() {
                    [] => Err(iac::NotWritten { at: None, why: "it is written that way already".to_owned() }),
                    _ => Ok(edits),
                });
            let edits = match edits {
                Ok(edits) => edits,
                Err(refused) => {
                    self.leave(state, finding, Reason::NotWritten(refused.why));
                    continue;
                }
            };
            let paths = edits.iter().filter_map(|edit| state.project.file(edit.at));
            if let Some(why) = paths.into_iter().find_map(|file| write::may_not(&self.read.disk, &file.path))
            {
                self.leave(state, finding, Reason::NotWritten(why));
                continue;
            }
            match asking.ask(finding, &key, &state.project, &edits) {
                Answer::Yes => {}
                Answer::No => {
                    self.leave(state, finding, Reason::Declined);
                    continue;
                }
            }
            // What cannot be written beside the others has its turn in the next round.
            match editor.write(app, &fix.patches) {
                Ok(()) => {
                    let mut touched = iac::touched(app, &fix.patches);
                    touched.insert(finding.node.clone());
                    items.push(Item { key, finding: finding.clone(), edits, touched });
                }
                Err(refused) => again.push((finding, refused.why)),
            }
        }
        if items.is_empty() {
            for (finding, why) in again {
                self.leave(state, finding, Reason::NotWritten(why));
            }
        }
        items
    }

    fn leave(&mut self, state: &State, finding: &Finding, reason: Reason) {
        let key = state.key(finding);
        if self.decided.insert(key.clone()) {
            let title = finding.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
            let place = state.project.locate(finding.at);
            self.outcome.left.push(Left { key, title, severity: finding.severity, place, reason });
        }
    }

    /// The largest part of the fixes that is proven, with the reading after it.
    fn prove(&mut self, before: &State, mut items: Vec<Item>) -> Option<(Vec<Item>, State)> {
        for _ in 0..PROOFS_MAX {
            if items.is_empty() {
                return None;
            }
            if self.outcome.proofs >= PROOFS_OF_ALL_MAX {
                break;
            }
            self.outcome.proofs += 1;
            let mut editor = Editor::new(&before.project);
            items.retain(|item| match before.project.app_of(&item.finding) {
                Some(app) => editor.write(app, item.patches()).is_ok(),
                None => false,
            });
            let edits = editor.edits();
            let mut texts = self.outcome.texts.clone();
            texts.extend(rewritten(&before.project, &edits));
            let after = state(self.read, &texts);
            match prove::judge(before, &after, &items, &edits) {
                Verdict::Proven => return Some((items, after)),
                Verdict::Guilty(guilty) => items = self.without(before, items, &guilty),
            }
        }
        for item in items {
            let why = "what it changes could not be told from what other fixes change".to_owned();
            self.leave(before, &item.finding, Reason::NotProven(why));
        }
        None
    }

    /// The fixes that nothing is said against. Those that only have to wait have their turn in a later round.
    fn without(&mut self, before: &State, items: Vec<Item>, guilty: &prove::Guilty) -> Vec<Item> {
        let mut kept = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match guilty.get(&index) {
                Some(Some(why)) => self.leave(before, &item.finding, Reason::NotProven(why.clone())),
                Some(None) => {}
                None => kept.push(item),
            }
        }
        kept
    }

    /// Takes over what a round made.
    fn keep(&mut self, before: &State, made: &[Item]) {
        let mut editor = Editor::new(&before.project);
        for item in made {
            if let Some(app) = before.project.app_of(&item.finding) {
                // It could be written a moment ago.
                drop(editor.write(app, item.patches()));
            }
            self.decided.insert(item.key.clone());
            let Some(fix) = &item.finding.fix else { continue };
            self.outcome.done.push(Done {
                key: item.key.clone(),
                title: fix.title.clone(),
                severity: item.finding.severity,
                safety: fix.safety,
                place: before.project.locate(item.finding.at),
                diff: iac::unified(&before.project, &item.edits),
            });
        }
        let edits = editor.edits();
        let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        for edit in &edits {
            by_file.entry(edit.at.file).or_default().push(edit.clone());
        }
        for (id, edits) in by_file {
            let Some(file) = before.project.files.get(id.0 as usize) else { continue };
            self.outcome.originals.entry(file.path.clone()).or_insert_with(|| file.text.to_string());
            self.outcome.texts.insert(file.path.clone(), iac::apply(&file.text, &edits));
            self.outcome.rounds.entry(file.path.clone()).or_default().push(edits);
        }
    }
}

/// The changed files of a project.
fn rewritten(project: &Project, edits: &[Edit]) -> Texts {
    let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.at.file).or_default().push(edit.clone());
    }
    let files = by_file.into_iter();
    let changed = files.filter_map(|(id, edits)| {
        let file = project.files.get(id.0 as usize)?;
        Some((file.path.clone(), iac::apply(&file.text, &edits)))
    });
    changed.collect()
}
