//! What is to be run: the functions of the graph with everything about them resolved.
mod code;
mod functions;
mod inline;
mod ways;

use crate::names::Names;
use crate::settings::Settings;
use model::{App, Kind, Policy, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use code::files_of;
pub(crate) use ways::{Authorizer, Cors, Route, Trigger, Way, WayKind};

/// An application made ready to be run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By the name of the node.
    pub functions: BTreeMap<String, Arc<Function>>,
    /// Ways in over HTTP: APIs and function URLs.
    pub(crate) ways: Vec<Way>,
    /// Everything else that starts a function.
    pub(crate) triggers: Vec<Trigger>,
    /// Policies of resources, by ARN.
    pub(crate) resource_policies: BTreeMap<String, Vec<Policy>>,
    /// ARNs of secrets, whole.
    pub(crate) secrets: Vec<String>,
    /// What could not be made ready, for people.
    pub problems: Vec<String>,
}

/// One function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name of its node.
    pub node: String,
    /// Its name in the account.
    pub name: String,
    pub arn: String,
    pub runtime: String,
    pub handler: String,
    /// The folder of its code.
    pub folder: PathBuf,
    /// The zip file that the folder is made of, where its code is one.
    pub package: Option<PathBuf>,
    /// Its code, where that stands in the template itself.
    pub inline: Option<String>,
    /// Why it cannot run.
    pub missing: Option<String>,
    pub timeout_ms: u64,
    pub memory_mb: u64,
    /// Reserved concurrency.
    pub concurrency: Option<usize>,
    /// Invocations that one environment has at once (managed instances); None: one, as everywhere else.
    pub at_once: Option<usize>,
    /// Its initialisation ends in a snapshot (SnapStart).
    pub snap_start: bool,
    pub environment: BTreeMap<String, String>,
    /// Its layers in their order: folders, and archives until they are unpacked.
    pub layers: Vec<PathBuf>,
    /// All of them in one folder: what lies under `/opt`.
    pub opt: Option<PathBuf>,
    /// Folders of packages beside the layers.
    pub packages: Vec<PathBuf>,
    pub role: String,
    pub policies: Vec<Policy>,
    pub boundaries: Vec<Policy>,
    /// Retries of an asynchronous invocation.
    pub retries: u32,
    pub event_age_ms: u64,
    pub dead_letters: Option<String>,
    pub on_failure: Option<String>,
    pub on_success: Option<String>,
    /// The access key by which its calls are known.
    pub access_key: String,
    pub secret_key: String,
}

/// Lambda's defaults.
pub(crate) const TIMEOUT_MS: u64 = 3_000;
pub(crate) const MEMORY_MB: u64 = 128;

impl Function {
    /// Invocations that one environment has at once.
    pub(crate) fn invocations(&self) -> usize {
        self.at_once.unwrap_or(1)
    }

    /// Where things of its layers are looked for; `opt` is where the one folder with all of them is seen.
    pub(crate) fn roots(&self, opt: Option<&Path>) -> Vec<PathBuf> {
        match opt {
            Some(opt) => vec![opt.to_owned()],
            None => self.layers.clone(),
        }
    }

    /// Whether that are several.
    pub(crate) fn has_several(&self) -> bool {
        self.invocations() > 1
    }
}

impl Plan {
    /// Makes an application ready. Paths start in `settings.folder`.
    #[must_use]
    pub fn new(project: &Project, app: &App, names: &Names, settings: &Settings) -> Self {
        let mut plan = Self::default();
        for node in app.functions() {
            let function = functions::function(project, app, node, (names, settings), &mut plan.problems);
            plan.functions.insert(node.name.clone(), Arc::new(function));
        }
        plan.secrets = app.all(Kind::Secret).map(|node| names.arn(app, node)).collect();
        plan.ways = ways::ways(app, names);
        plan.triggers = ways::triggers(app, names);
        for node in &app.nodes {
            let policies: Vec<Policy> = node
                .resource_policies
                .iter()
                .filter(|policy| policy.origin == model::PolicyOrigin::Resource)
                .map(|policy| functions::resolve_policy(app, names, policy))
                .collect();
            if !policies.is_empty() && node.kind != Kind::ResourcePolicy {
                plan.resource_policies.insert(names.arn(app, node), policies);
            }
        }
        plan
    }

    /// Writes the code that stands in the template below a folder, for functions to be run from there.
    ///
    /// # Errors
    /// What cannot be written.
    pub(crate) fn write_inline(&mut self, folder: &Path) -> std::io::Result<()> {
        for function in self.functions.values_mut() {
            if function.inline.is_some() {
                inline::write(Arc::make_mut(function), folder)?;
            }
        }
        Ok(())
    }

    /// A function by its node, its name or its ARN.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Arc<Function>> {
        let (name, _) = split_name(text);
        let named = |function: &&Arc<Function>| function.name == name || function.arn == text;
        self.functions.values().find(named).or_else(|| self.functions.get(name))
    }
}

/// The name and the qualifier in a function's name, partial ARN or ARN.
#[must_use]
pub(crate) fn split_name(text: &str) -> (&str, Option<&str>) {
    let rest = match text.split_once(":function:") {
        Some((_, rest)) => rest,
        None => text.strip_prefix("function:").unwrap_or(text),
    };
    match rest.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (rest, None),
    }
}
