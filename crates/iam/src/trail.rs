//! What was really used: CloudTrail's records to actions, resources, counts and times.
//!
//! Feed it texts ([`Trail::read`]), then ask who used what ([`Trail::used`]). It reads the files that CloudTrail writes
//! (`Records`), lists and lines of records, what `lookup-events` and EventBridge wrap them in, and CSV from Athena.
//! Records are counted one by one and not kept, so that memory grows with identities, actions and resources, each up
//! to a named limit, and not with records.
//!
//! A record names an operation; [`crate::catalogue`] says which actions that needs. What was denied was wanted, not
//! used. CloudTrail keeps data events (`GetItem`, `GetObject`, `Invoke`) only where somebody switched them on: an
//! action without a record is not known to be unused.
//!
//! Deliberately absent: unpacking, files. A record that stands in two files counts twice.
mod action;
mod athena;
mod json;
mod record;
mod resources;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use model::Date;
use record::Event;

/// Identities, and sessions of one, that are told apart.
const IDENTITIES_MAX: usize = 20_000;
const SESSIONS_MAX: usize = 500;
/// Different actions of one session; AWS has about 20,000.
const ACTIONS_MAX: usize = 30_000;
/// Resources of one action that are listed.
const RESOURCES_MAX: usize = 100;
/// Problems that are listed.
const PROBLEMS_MAX: usize = 100;

/// Everything that was read so far.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    /// By ARN of the role or user, or by what else the record says.
    identities: BTreeMap<String, Identity>,
    problems: Vec<Trouble>,
    /// Problems, listed or not.
    pub problems_count: u64,
    /// Records that were counted.
    pub records: u64,
    /// Records of services and of other accounts, which no identity here made.
    pub others: u64,
    first: String,
    last: String,
}

/// A role or user.
#[derive(Debug, Clone, Default)]
struct Identity {
    /// Its friendly name.
    name: String,
    /// By the session's name: of a function's role, that is the function.
    sessions: BTreeMap<String, BTreeMap<String, Tally>>,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    count: u64,
    denied: u64,
    first: String,
    last: String,
    resources: BTreeSet<String>,
    more_resources: bool,
}

/// An action that was used, or wanted and denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// As the catalogue spells it, or `service:EventName` when it knows no such action.
    pub action: String,
    /// ARNs that the records name, sorted. Empty when they name none.
    pub resources: Vec<String>,
    /// There were more than are listed.
    pub more_resources: bool,
    /// `2026-11-22T08:00:00Z`, of what was allowed; of what was denied when nothing was allowed.
    pub first: String,
    pub last: String,
    /// Times that it was allowed.
    pub count: u64,
    /// Times that it was denied: wanted, and not used.
    pub denied: u64,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub path: String,
    /// From 1; 0 for the whole text.
    pub line: usize,
    pub message: String,
}

impl Trail {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts the records of a text, in whatever form. `path` names the text in problems.
    pub fn read(&mut self, path: &str, text: &str) {
        let text = text.trim_start_matches('\u{feff}');
        match text.trim_start().chars().next() {
            None => {}
            Some('{' | '[') => json::read(self, path, text),
            Some(_) => athena::read(self, path, text),
        }
    }

    /// What a role, a user (by name or ARN) or the sessions of a name (a function's) used and wanted.
    #[must_use]
    pub fn used(&self, name: &str) -> Vec<Used> {
        let mut actions: BTreeMap<&str, Tally> = BTreeMap::new();
        for (key, identity) in &self.identities {
            let whole = key == name || identity.name == name;
            let sessions = identity.sessions.iter().filter(|(session, _)| whole || session.as_str() == name);
            for (action, tally) in sessions.flat_map(|(_, actions)| actions) {
                actions.entry(action).or_default().add(tally);
            }
        }
        actions.into_iter().map(|(action, tally)| tally.told(action)).collect()
    }

    /// Roles and users, by ARN, and whatever else records call a caller.
    pub fn identities(&self) -> impl Iterator<Item = &str> {
        self.identities.keys().map(String::as_str)
    }

    /// Names of the sessions of a role: the functions that it runs.
    #[must_use]
    pub fn sessions(&self, role: &str) -> Vec<&str> {
        let of = self.identities.iter().filter(|(key, identity)| *key == role || identity.name == role);
        of.flat_map(|(_, identity)| identity.sessions.keys()).map(String::as_str).collect()
    }

    #[must_use]
    pub fn problems(&self) -> &[Trouble] {
        &self.problems
    }

    /// Times of the first and the last record: what lies outside is not known.
    #[must_use]
    pub fn window(&self) -> Option<(&str, &str)> {
        (!self.first.is_empty()).then_some((self.first.as_str(), self.last.as_str()))
    }

    fn tell(&mut self, path: &str, line: usize, message: String) {
        self.problems_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Trouble { path: path.to_owned(), line, message });
        }
    }

    /// Counts one record.
    fn count(&mut self, path: &str, event: &Event) {
        self.records += 1;
        if !event.time.is_empty() {
            widen(&mut self.first, &mut self.last, &event.time);
        }
        let Some(caller) = &event.caller else {
            self.others += 1;
            return;
        };
        if !self.identities.contains_key(&caller.key) && self.identities.len() >= IDENTITIES_MAX {
            self.tell(
                path,
                0,
                format!("more than {IDENTITIES_MAX} identities: `{}` is left out", caller.key),
            );
            return;
        }
        let identity = self.identities.entry(caller.key.clone()).or_default();
        identity.name.clone_from(&caller.name);
        let full =
            identity.sessions.len() >= SESSIONS_MAX && !identity.sessions.contains_key(&caller.session);
        // Sessions without a name of their own are one.
        let session = if full { String::new() } else { caller.session.clone() };
        let actions = identity.sessions.entry(session).or_default();
        for (action, resources) in action::actions(event) {
            if actions.len() >= ACTIONS_MAX && !actions.contains_key(&action) {
                continue;
            }
            actions.entry(action).or_default().count(event, resources);
        }
    }
}

impl Tally {
    fn count(&mut self, event: &Event, resources: Vec<String>) {
        let denied = event.is_denied();
        if !denied && self.count == 0 {
            // What was allowed has its own times.
            self.first.clear();
            self.last.clear();
        }
        if !event.time.is_empty() && (!denied || self.count == 0) {
            widen(&mut self.first, &mut self.last, &event.time);
        }
        self.count += u64::from(!denied);
        self.denied += u64::from(denied);
        self.list(resources);
    }

    fn list(&mut self, resources: impl IntoIterator<Item = String>) {
        for resource in resources {
            if self.resources.len() < RESOURCES_MAX || self.resources.contains(&resource) {
                self.resources.insert(resource);
            } else {
                self.more_resources = true;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        let (mine, theirs) = (self.count > 0, other.count > 0);
        if theirs && !mine {
            self.first.clone_from(&other.first);
            self.last.clone_from(&other.last);
        } else if mine == theirs && !other.first.is_empty() {
            widen(&mut self.first, &mut self.last, &other.first);
            widen(&mut self.first, &mut self.last, &other.last);
        }
        self.count += other.count;
        self.denied += other.denied;
        self.more_resources |= other.more_resources;
        self.list(other.resources.iter().cloned());
    }

    fn told(self, action: &str) -> Used {
        Used {
            action: action.to_owned(),
            resources: self.resources.into_iter().collect(),
            more_resources: self.more_resources,
            first: self.first,
            last: self.last,
            count: self.count,
            denied: self.denied,
        }
    }
}

impl Used {
    /// The day of the last use.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.last.get(..10)?.parse().ok()
    }
}

/// Times of CloudTrail are all written alike, so that their order is that of the texts.
fn widen(first: &mut String, last: &mut String, time: &str) {
    if first.is_empty() || time < first.as_str() {
        time.clone_into(first);
    }
    if time > last.as_str() {
        time.clone_into(last);
    }
}
