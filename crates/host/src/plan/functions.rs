//! One function of the graph: settings, variables, role.
use super::{Function, MEMORY_MB, TIMEOUT_MS, code};
use crate::clock;
use crate::names::Names;
use crate::settings::Settings;
use model::{App, Data, Kind, Node, Policy, Project, Statement, Value};
use std::collections::BTreeMap;

/// The most that Lambda gives one environment.
const AT_ONCE_MAX: usize = 1600;

pub(super) fn function(
    project: &Project,
    app: &App,
    node: &Node,
    (names, settings): (&Names, &Settings),
    problems: &mut Vec<String>,
) -> Function {
    let name = names.name(app, node);
    let text = |attr: &str| node.attrs.get(attr).and_then(|value| names.text(app, value));
    let number =
        |attr: &str| node.attrs.get(attr).and_then(Value::as_int).and_then(|n| u64::try_from(n).ok());
    let target = |attr: &str| node.attrs.get(attr).and_then(|value| arn_in(app, names, value));
    let identity = iam::identity_of(app, node);
    let role = identity.as_ref().map_or_else(
        || format!("arn:aws:iam::{}:role/{name}", names.account),
        |identity| names.arn(app, identity.node),
    );
    let resolved = |list: &[Policy]| list.iter().map(|policy| resolve_policy(app, names, policy)).collect();
    if let Some(identity) = identity.as_ref().filter(|identity| !identity.unclear.is_empty()) {
        problems.push(format!(
            "`{name}`: {} of its role's policies are not known here; what only they allow is denied",
            identity.unclear.len()
        ));
    }
    let found = code::find(project, app, node, settings);
    let setting = app.parts(node, Kind::FunctionSetting).next();
    let of_setting = |attr: &str| setting.and_then(|node| node.attrs.get(attr)).and_then(Value::as_int);
    Function {
        node: node.name.clone(),
        arn: names.arn(app, node),
        runtime: text("runtime").unwrap_or_default(),
        handler: text("handler").unwrap_or_default(),
        folder: found.folder,
        package: found.package,
        inline: text("inline_code").filter(|text| !text.trim().is_empty()),
        missing: found.missing,
        timeout_ms: number("timeout_seconds").map_or(TIMEOUT_MS, |seconds| seconds.min(900) * 1000),
        memory_mb: number("memory_mb").unwrap_or(MEMORY_MB),
        concurrency: number("concurrency").and_then(|count| usize::try_from(count).ok()),
        at_once: number("invocations_at_once")
            .and_then(|count| usize::try_from(count).ok())
            .map(|count| count.clamp(1, AT_ONCE_MAX)),
        environment: environment(app, node, &name, (names, settings), problems),
        layers: code::layers(project, app, node, settings, problems),
        snap_start: snap_start(node, &name, problems),
        opt: None,
        packages: settings.packages.clone(),
        policies: identity.as_ref().map(|one| resolved(&one.policies)).unwrap_or_default(),
        boundaries: identity.as_ref().map(|one| resolved(&one.boundaries)).unwrap_or_default(),
        role,
        retries: node
            .int("retries")
            .or_else(|| of_setting("retries"))
            .map_or(2, |n| u32::try_from(n).unwrap_or(2)),
        event_age_ms: number("event_age_seconds").unwrap_or(21_600) * 1000,
        dead_letters: target("dead_letters"),
        on_failure: target("on_failure")
            .or_else(|| setting.and_then(|one| arn_in(app, names, one.attrs.get("on_failure")?))),
        on_success: target("on_success")
            .or_else(|| setting.and_then(|one| arn_in(app, names, one.attrs.get("on_success")?))),
        access_key: format!("ASIA{}", clock::hex(&clock::random::<8>()).to_ascii_uppercase()),
        secret_key: clock::hex(&clock::random::<20>()),
        name,
    }
}

/// Whether it starts from a snapshot: of the runtimes that run here Python does in Lambda.
fn snap_start(node: &Node, name: &str, problems: &mut Vec<String>) -> bool {
    let is_wanted = node.flag("snap_start").is_true();
    let is_known = node.text("runtime").is_some_and(|runtime| runtime.starts_with("python"));
    if is_wanted && !is_known {
        problems.push(format!("`{name}`: its runtime has no SnapStart in Lambda; it starts as without"));
    }
    is_wanted && is_known
}

/// The ARN of what a value names.
pub(super) fn arn_in(app: &App, names: &Names, value: &Value) -> Option<String> {
    let value = value.one_or_many().first()?;
    if let Some(reference) = value.as_ref()
        && let Some(node) = app.named(&reference.target)
    {
        return Some(names.arn(app, node));
    }
    names.text(app, value).filter(|text| text.starts_with("arn:"))
}

fn environment(
    app: &App,
    node: &Node,
    name: &str,
    (names, settings): (&Names, &Settings),
    problems: &mut Vec<String>,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for entry in node.attrs.get("environment").map_or(&[][..], Value::entries) {
        match names.text(app, &entry.value) {
            Some(text) => {
                variables.insert(entry.key.text.clone(), text);
            }
            None => {
                let given = [node.name.as_str(), name, ""];
                let is_given = given.iter().any(|who| {
                    settings.environment.get(*who).is_some_and(|own| own.contains_key(&entry.key.text))
                });
                if !is_given {
                    problems.push(format!(
                        "`{name}`: the variable `{}` is not known here ({}); give it with `--env-file`",
                        entry.key.text,
                        entry.value.display()
                    ));
                }
            }
        }
    }
    for who in ["", name, &node.name] {
        if let Some(own) = settings.environment.get(who) {
            // Variables for everybody replace, but only a function's own list adds.
            let known = |key: &String| !who.is_empty() || variables.contains_key(key);
            let taken: Vec<_> = own.iter().filter(|(key, _)| known(key)).collect();
            for (key, value) in taken {
                variables.insert(key.clone(), value.clone());
            }
        }
    }
    variables
}

/// A policy in which every name is the local one.
pub(super) fn resolve_policy(app: &App, names: &Names, policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for statement in &mut policy.statements {
        resolve_statement(app, names, statement);
    }
    policy
}

fn resolve_statement(app: &App, names: &Names, statement: &mut Statement) {
    let lists = [
        &mut statement.actions,
        &mut statement.not_actions,
        &mut statement.resources,
        &mut statement.not_resources,
    ];
    for list in lists {
        list.iter_mut().for_each(|value| resolve(app, names, value));
    }
    for principal in statement.principals.iter_mut().chain(&mut statement.not_principals) {
        resolve(app, names, &mut principal.value);
    }
    for condition in &mut statement.conditions {
        condition.values.iter_mut().for_each(|value| resolve(app, names, value));
    }
}

fn resolve(app: &App, names: &Names, value: &mut Value) {
    if value.is_open()
        && let Some(text) = names.text(app, value)
    {
        value.data = Data::Text(text);
    }
}
