//! What hooks say of the runtime's inside: that they are there, and what an invocation left.
use crate::{Action, Layer, Occurrence};
use serde::Deserialize;

/// The hooks are in place.
#[derive(Debug, Deserialize)]
pub(super) struct Hello {
    pub(super) language: String,
    pub(super) version: String,
    /// Microseconds that it took to put them there.
    #[serde(default)]
    pub(super) cost_us: u64,
    /// What could not be hooked.
    #[serde(default)]
    pub(super) missing: Vec<String>,
}

/// What an invocation left inside of the runtime.
#[derive(Debug, Deserialize)]
pub(super) struct Left {
    /// Names of what was put back: `environment`, `working directory`.
    #[serde(default)]
    pub(super) restored: Vec<String>,
    /// What grew, with its size before and now.
    #[serde(default)]
    pub(super) grew: Vec<(String, u64, u64)>,
    /// Threads, timers and handles that still run.
    #[serde(default)]
    pub(super) running: Vec<String>,
}

/// Names of one message that are told; the rest is counted.
const TOLD_MAX: usize = 20;

impl Hello {
    pub(super) fn occurrence(&self) -> Occurrence {
        let mut facts = vec![
            ("language", super::judge::shown(&self.language)),
            ("version", super::judge::shown(&self.version)),
            ("cost_us", self.cost_us.to_string()),
        ];
        if !self.missing.is_empty() {
            facts.push(("missing", listed(self.missing.iter().map(String::as_str))));
        }
        Occurrence {
            layer: Layer::Hook,
            action: Action::Told,
            hostile: false,
            request_id: None,
            reason: "the hooks of the language are in place".to_owned(),
            rule: Some("hooks".to_owned()),
            facts,
        }
    }
}

impl Left {
    pub(super) fn occurrences(&self, request_id: Option<&str>) -> Vec<Occurrence> {
        let one = |action, rule: &str, reason: &str, fact: &'static str, list: String| Occurrence {
            layer: Layer::Isolation,
            action,
            hostile: false,
            request_id: request_id.map(ToOwned::to_owned),
            reason: reason.to_owned(),
            rule: Some(rule.to_owned()),
            facts: vec![(fact, list)],
        };
        let mut told = Vec::new();
        if !self.restored.is_empty() {
            let list = listed(self.restored.iter().map(String::as_str));
            told.push(one(
                Action::Changed,
                "state-restored",
                "an invocation changed what the next would see; it was put back",
                "restored",
                list,
            ));
        }
        if !self.grew.is_empty() {
            let texts: Vec<String> =
                self.grew.iter().map(|(name, before, now)| format!("{name}: {before} to {now}")).collect();
            let list = listed(texts.iter().map(String::as_str));
            told.push(one(
                Action::Told,
                "state-grew",
                "module-level state grew with an invocation",
                "grew",
                list,
            ));
        }
        if !self.running.is_empty() {
            let list = listed(self.running.iter().map(String::as_str));
            told.push(one(
                Action::Told,
                "state-running",
                "something of an invocation still runs after its answer",
                "running",
                list,
            ));
        }
        told
    }
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(TOLD_MAX);
    let mut list = names.take(TOLD_MAX).map(super::judge::shown).collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    list
}
