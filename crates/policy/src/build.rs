//! From the graph, the facts of the code and the owner's words to a bundle.
//!
//! INVARIANT: a list is only closed (`Some`) where everything that could belong to it is known; else it stays open and what is new is
//! told. A wrong refusal costs more trust than a missing one.
mod code;
mod described;
mod issuers;
mod names;
mod overrides;
#[cfg(test)]
mod tests;
mod triggers;

use crate::{Bundle, FORMAT, Function, Rules};
use model::{App, Coverage, Node, Project};
use std::collections::BTreeMap;
use std::fmt::Write;

pub use overrides::{OverrideError, rule_files};

/// Seconds of a day.
const DAY_SECONDS: u64 = 86_400;
/// How long a bundle is good when nobody says.
const DAYS: u64 = 90;
const DAYS_MAX: u64 = 3650;
/// The least memory that is enforced: run times reserve more than they use.
const MEMORY_BYTES_MIN: u64 = 512 << 20;

/// What a bundle is built with beside the graph.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Seconds since 1970 (UTC).
    pub now: u64,
    /// `[guard]` of `buckler.toml`.
    pub guard: toml::Table,
    /// Its text, for places in errors.
    pub text: String,
    /// Rule files of `guard.rules.files`: name and SecLang.
    pub rules: Vec<(String, String)>,
    /// Key sets by issuer.
    pub keys: BTreeMap<String, serde_json::Value>,
    /// Digests of packages by function.
    pub packages: BTreeMap<String, String>,
}

/// A bundle, and what the owner should know of it.
#[derive(Clone, Debug)]
pub struct Built {
    pub bundle: Bundle,
    /// What is not known and therefore only told at run time; what was guessed.
    pub notes: Vec<String>,
}

impl Built {
    /// Leaves out descriptions of requests that who enforces them could not read: its function would not start. What the owner
    /// wrote stays, and is told there.
    pub fn leave_out_unread(&mut self, read: impl Fn(&serde_json::Value) -> Result<(), String>) {
        for (name, function) in &mut self.bundle.functions {
            let document = function.input.as_ref().and_then(|input| input.openapi.as_ref());
            let Some(Err(why)) = document.map(&read) else { continue };
            if function.reasons.remove("input").is_some() {
                function.input = None;
                self.notes.push(format!(
                    "`{name}`: its requests are not checked against the API's OpenAPI document: {why}"
                ));
            }
        }
    }
}

/// Builds the bundle of one application.
///
/// # Errors
/// `[guard]` says something that is not understood, with its place.
pub fn build(project: &Project, app: &App, given: &Given) -> Result<Built, OverrideError> {
    let said = overrides::read(&given.guard, &given.text)?;
    let mut notes = Vec::new();
    let mut issuers = issuers::found(app, &said.resources);
    notes.append(&mut issuers.notes);
    let mut functions = BTreeMap::new();
    for node in app.functions() {
        let built = function(project, app, node, &issuers, &mut notes);
        functions.insert(node.name.clone(), built);
    }
    code::callers(project, app, &mut functions, &mut notes);
    let mut bundle = Bundle {
        format: FORMAT,
        application: said.application.clone().unwrap_or_else(|| app.name.clone()),
        issued: given.now,
        expires: given.now.saturating_add(said.days.unwrap_or(DAYS).min(DAYS_MAX) * DAY_SECONDS),
        rules: Rules { own: said.own_rules, files: given.rules.clone() },
        issuers: issuers.settings,
        keys: given.keys.clone(),
        functions,
    };
    for (name, digest) in &given.packages {
        if let Some(function) = bundle.functions.get_mut(name) {
            function.package = Some(digest.clone());
        }
    }
    overrides::apply(&said, &mut bundle)?;
    Ok(Built { bundle, notes })
}

fn function(
    project: &Project,
    app: &App,
    node: &Node,
    issuers: &issuers::Found,
    notes: &mut Vec<String>,
) -> Function {
    let mut function = Function { deployed: node.text("name").map(str::to_owned), ..Function::default() };
    triggers::fill(app, node, issuers, &mut function);
    described::fill(app, node, &mut function);
    if function.triggers.is_empty() {
        notes.push(format!(
            "`{}`: no trigger is known; any event may start it, inspected as what its shape says",
            node.name
        ));
    }
    if let Some(seconds) = node.int("timeout_seconds").and_then(|seconds| u64::try_from(seconds).ok()) {
        function.limits.duration_ms = Some(seconds.saturating_mul(1000));
        reason(&mut function, "limits.duration_ms", "the template's timeout");
    }
    if let Some(mb) = node.int("memory_mb").and_then(|mb| u64::try_from(mb).ok()) {
        function.limits.memory_bytes = Some((mb << 20).max(MEMORY_BYTES_MIN));
        reason(&mut function, "limits.memory_bytes", "the template's memory");
    }
    names::secrets(node, &mut function);
    let facts = app.code.iter().find(|facts| facts.function == node.id);
    match facts.map(|facts| (&facts.coverage, facts)) {
        Some((Coverage::Whole, facts)) => code::fill(project, facts, node, &mut function, notes),
        Some((Coverage::Partial(why) | Coverage::None(why), facts)) => {
            names::environment(facts, &mut function);
            let name = &node.name;
            notes.push(format!(
                "`{name}`: its code is not wholly known ({why}); hosts, programs and files stay open"
            ));
        }
        None => notes
            .push(format!("`{}`: its code was not found; hosts, programs and files stay open", node.name)),
    }
    function
}

/// Notes why an entry stands in a policy.
fn reason(function: &mut Function, place: &str, why: &str) {
    let entry = function.reasons.entry(place.to_owned()).or_default();
    if entry.is_empty() {
        entry.push_str(why);
    } else if !entry.contains(why) && entry.len() < REASON_BYTES_MAX {
        // Writing to a string cannot fail.
        write!(entry, "; {why}").unwrap_or_default();
    }
}

/// Bytes of a reason; the first places are enough.
const REASON_BYTES_MAX: usize = 200;
