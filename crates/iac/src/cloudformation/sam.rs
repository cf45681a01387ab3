//! What SAM makes of its resources before CloudFormation sees them.
//!
//! Functions, APIs and state machines stay the resources that people wrote. Beside them come the
//! triggers that `Events` describe, function URLs, implicit APIs and connectors.
//!
//! Source: AWS Serverless Application Model Developer Guide, "AWS SAM resource and property reference".
mod access;
mod connectors;
mod definitions;
mod events;
pub(super) mod globals;

use std::collections::{BTreeMap, BTreeSet};

use model::{Data, Entry, Key, ProblemKind, Ref, Span, Value};

use super::resolve::Scope;
use crate::resource::Resource;

/// Adds what SAM makes, and reads the definitions that resources keep in files of their own.
pub(super) fn expand(scope: &mut Scope<'_, '_>, mut resources: Vec<Resource>) -> Vec<Resource> {
    for resource in &mut resources {
        definitions::inline(scope, resource);
    }
    if !scope.is_sam {
        return resources;
    }
    let apis = events::implicit_apis(scope, &resources);
    resources.extend(apis);
    let by_name: BTreeMap<&str, &Resource> =
        resources.iter().map(|resource| (resource.name.as_str(), resource)).collect();
    let mut made = Vec::new();
    for resource in &resources {
        if !is_own(scope, resource) {
            continue;
        }
        tell_ignored_policies(scope, resource);
        made.extend(events::triggers(scope, resource, &by_name));
        made.extend(function_url(resource));
        made.extend(connectors::embedded(scope, resource));
    }
    let mut names: BTreeSet<String> = resources.iter().map(|resource| resource.name.clone()).collect();
    for resource in &mut resources {
        connectors::link(scope, resource);
    }
    for mut resource in made {
        while !names.insert(resource.name.clone()) {
            resource.name.push_str("Event");
        }
        resources.push(resource);
    }
    resources
}

fn tell_ignored_policies(scope: &mut Scope<'_, '_>, resource: &Resource) {
    let is_set = |name: &str| resource.properties.get(name).filter(|value| !value.is_null());
    let can = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];
    if let Some(policies) = is_set("Policies")
        && is_set("Role").is_some_and(|role| !role.is_unknown())
        && can.contains(&resource.provider_type.as_str())
    {
        let message = format!("`Policies` of `{}` have no effect, since it has a `Role`", resource.name);
        let help = "attach them to the role, or leave `Role` out";
        scope.tell(ProblemKind::Suspicious, policies.at, message, help);
    }
}

/// Resources of nested stacks were expanded with their own template.
fn is_own(scope: &Scope<'_, '_>, resource: &Resource) -> bool {
    resource.name.strip_prefix(scope.prefix.as_str()).is_some_and(|name| !name.contains('.'))
}

fn function_url(function: &Resource) -> Option<Resource> {
    let config = function.properties.get("FunctionUrlConfig")?;
    let is_open = config.is_unknown();
    if function.provider_type != "AWS::Serverless::Function" || (config.entries().is_empty() && !is_open) {
        return None;
    }
    let mut entries = vec![entry("TargetFunctionArn", reference(&function.name, config.at))];
    entries.extend(config.entries().iter().cloned());
    if is_open {
        entries.push(entry("AuthType", config.clone()));
    }
    let properties = Value::new(config.at, Data::Map(entries));
    Some(Resource::new(format!("{}Url", function.name), "AWS::Lambda::Url", properties))
}

fn reference(name: &str, at: Span) -> Value {
    Value::new(at, Data::Ref(Ref { target: name.to_owned(), attribute: None }))
}

fn entry(name: &str, value: Value) -> Entry {
    Entry { key: Key { text: name.to_owned(), at: value.at }, value }
}
