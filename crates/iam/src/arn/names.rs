//! Which node a literal name, ARN or address is about.
use std::collections::BTreeMap;

use model::{App, Node, NodeId, Unknown, Value};

use super::forms::form_of;
use super::long::{joined, segments};
use super::{expand, form, of};

/// The names that a template gives its resources, by service.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Service and name; `None` when several have it.
    by_name: BTreeMap<(&'static str, String), Option<NodeId>>,
}

impl Names {
    pub(crate) fn of(app: &App) -> Self {
        let mut names = Self::default();
        for node in &app.nodes {
            let Some(form) = form(node).filter(|form| form.named) else { continue };
            let Some(name) = node.attrs.get("name").map(|name| shown(&expand(app, name))) else { continue };
            // A resource is meant before a data source that reads it.
            let is_data = node.provider_type.starts_with("data.");
            let key = (form.service, name.trim_start_matches('/').to_owned());
            let known = names.by_name.get(&key).copied().flatten().and_then(|id| app.node(id));
            match known {
                Some(_) if is_data => {}
                Some(known) if !known.provider_type.starts_with("data.") => {
                    names.by_name.insert(key, None);
                }
                _ => {
                    names.by_name.insert(key, Some(node.id));
                }
            }
        }
        names
    }

    /// The node of a service with this name.
    pub(crate) fn named<'a>(&self, app: &'a App, service: &str, name: &str) -> Option<&'a Node> {
        let service = form_of(service)?;
        let name = masked(name).trim_start_matches('/').to_owned();
        self.by_name.get(&(service, name)).copied().flatten().and_then(|id| app.node(id))
    }

    /// The node that an ARN (in its long form), an address of a queue, or a bare name is about.
    pub(crate) fn find<'a>(&self, app: &'a App, value: &Value) -> Option<&'a Node> {
        let text = shown(value);
        if text.starts_with("arn:") {
            let segments = segments(value);
            let service = segments.get(2)?.first()?.display();
            let resource = shown(&joined(segments.get(5)?.iter().cloned()));
            return self.named(app, &service, resource_name(&service, &resource)?);
        }
        if let Some((host, path)) = text.strip_prefix("https://").and_then(|rest| rest.split_once('/')) {
            let name = path.rsplit('/').next()?;
            return host.contains("sqs").then(|| self.named(app, "sqs", name))?;
        }
        let mut found = self.by_name.iter().filter(|((_, name), _)| name == text.trim_start_matches('/'));
        let only = found.next().filter(|_| found.next().is_none())?;
        only.1.and_then(|id| app.node(id))
    }
}

/// A value as text in which a colon is one of the ARN, not of `${AWS::StackName}`.
fn shown(value: &Value) -> String {
    masked(&value.display())
}

fn masked(text: &str) -> String {
    text.replace("::", "\u{F8FF}")
}

/// The name inside of the resource part of an ARN: `orders` of `table/orders/index/by-day`.
fn resource_name<'t>(service: &str, resource: &'t str) -> Option<&'t str> {
    match service {
        "s3" => resource.split('/').next(),
        "sqs" | "sns" => resource.split(':').next(),
        "ssm" => resource.strip_prefix("parameter/"),
        "secretsmanager" => {
            let name = resource.strip_prefix("secret:")?;
            let suffix = name.rsplit_once('-').filter(|(_, suffix)| suffix.len() == 6);
            Some(suffix.map_or(name, |(name, _)| name))
        }
        "logs" => resource.strip_prefix("log-group:").and_then(|name| name.split(':').next()),
        "iam" => resource.rsplit('/').next(),
        _ => {
            let (_, name) = resource.split_once(['/', ':'])?;
            name.split(['/', ':']).next()
        }
    }
}

/// A value that only a run of the code knows: no template can write it.
pub(crate) fn is_run_time(unknown: &Unknown) -> bool {
    const REASONS: &[&str] = &[
        "known only at run time",
        "nested too deeply",
        "one of several values",
        "the result of `",
        "the environment variable `",
        "not named",
    ];
    unknown.text.is_empty()
        || !unknown.text.starts_with("${")
        || REASONS.iter().any(|reason| unknown.reason.starts_with(reason))
}

/// The ARN of a node in its long form.
pub(crate) fn long(app: &App, node: &Node) -> Option<Value> {
    of(app, node).map(|value| expand(app, &value))
}
