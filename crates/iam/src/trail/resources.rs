//! The resources that a record is about: those that it lists, else those that its parameters name.
use model::Aws;
use serde_json::Value as Json;

use super::action::parameter;
use super::record::{Event, get};
use crate::catalogue::{self, Action, Binding, NameKind, Permission, ResourceType};
use crate::pattern::glob;

pub(super) fn of(event: &Event, operation: &Aws, permission: &Permission) -> Vec<String> {
    let types = catalogue::resource_types(permission.action);
    let listed = listed(event, &types);
    if !listed.is_empty() {
        return listed;
    }
    let found = types.iter().filter_map(|resource| {
        let bindings = catalogue::binding(operation, permission, resource);
        named(event, resource, &bindings)
    });
    unambiguous(found.collect())
}

/// One parameter that fits several types (`ResourceId`) names one of them, and which is not known.
fn unambiguous(found: Vec<String>) -> Vec<String> {
    let end = |arn: &str| arn.rsplit([':', '/']).next().map(str::to_owned);
    let twice = |arn: &String| found.iter().filter(|other| end(other) == end(arn)).count() > 1;
    found.iter().filter(|arn| !twice(arn)).cloned().collect()
}

/// Of an action by itself: nothing is known of how parameters name resources, but that they are called alike.
pub(super) fn of_action(event: &Event, action: Action) -> Vec<String> {
    let types = catalogue::resource_types(action);
    let listed = listed(event, &types);
    if !listed.is_empty() {
        return listed;
    }
    let texts = event.parameters.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
    let is_of = |text: &&str| types.iter().any(|resource| is_one_of(text, resource));
    let whole: Vec<String> =
        texts.filter(|text| text.starts_with("arn:")).filter(is_of).map(str::to_owned).collect();
    if !whole.is_empty() {
        return whole;
    }
    let found =
        types.iter().filter_map(|resource| fill(event, resource, &|variable| by_name(event, variable)));
    unambiguous(found.collect())
}

/// The listed resources that are of one of the types.
fn listed(event: &Event, types: &[ResourceType]) -> Vec<String> {
    let is_of = |arn: &&String| types.iter().any(|resource| is_one_of(arn, resource));
    event.resources.iter().filter(is_of).cloned().collect()
}

/// Whether an ARN is one of a type: `arn:${Partition}:dynamodb:…:table/${TableName}` with any text for each variable.
fn is_one_of(arn: &str, resource: &ResourceType) -> bool {
    let mut shape = String::with_capacity(resource.arn.len());
    for part in resource.arn.split("${") {
        match part.split_once('}') {
            Some((_, rest)) => {
                shape.push('*');
                shape.push_str(rest);
            }
            None => shape.push_str(part),
        }
    }
    glob(&shape, arn, |byte| *byte)
}

fn named(event: &Event, resource: &ResourceType, bindings: &[Binding]) -> Option<String> {
    // A parameter that holds the whole ARN.
    for binding in bindings {
        let value = text(event, binding.parameter);
        if let Some(arn) = value.filter(|value| value.starts_with("arn:")) {
            return is_one_of(&arn, resource).then_some(arn);
        }
    }
    fill(event, resource, &|variable| {
        let own = bindings.iter().filter(|binding| binding.variable == variable);
        own.filter_map(|binding| value(event, binding)).next().or_else(|| by_name(event, variable))
    })
}

fn value(event: &Event, binding: &Binding) -> Option<String> {
    let text = text(event, binding.parameter)?;
    match binding.kind {
        NameKind::Name => Some(text),
        NameKind::Url => text.rsplit('/').next().map(str::to_owned),
        NameKind::Arn | NameKind::Path | NameKind::Statement => None,
    }
}

fn text(event: &Event, path: &str) -> Option<String> {
    let plain = path.trim_end_matches("[]").trim_end_matches("{}");
    let found = parameter(&event.parameters, plain)?;
    let found = match found {
        Json::Array(list) => list.first()?,
        other => other,
    };
    found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A parameter with the variable's name: `TableName`.
fn by_name(event: &Event, variable: &str) -> Option<String> {
    let other = match variable {
        "ObjectName" => "key",
        _ => variable,
    };
    let found = get(&event.parameters, variable).or_else(|| get(&event.parameters, other))?;
    found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The ARN, when every variable has a value.
fn fill(event: &Event, resource: &ResourceType, look_up: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut arn = String::new();
    let mut parts = resource.arn.split("${");
    arn.push_str(parts.next()?);
    for part in parts {
        let (variable, rest) = part.split_once('}')?;
        let value = match variable {
            "Partition" => Some(partition(&event.region).to_owned()),
            "Region" => Some(event.region.clone()),
            "Account" => Some(event.account.clone()),
            _ => look_up(variable),
        };
        arn.push_str(&value.filter(|value| !value.is_empty())?);
        arn.push_str(rest);
    }
    // A name with a whole ARN in it was read wrong.
    (arn.matches("arn:").count() == 1).then_some(arn)
}

fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
