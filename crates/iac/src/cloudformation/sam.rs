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

use model::{Data, Entry, Key, Ref, Span, Value};

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
    let mut made = Vec::new();
    for resource in &resources {
        if !is_own(scope, resource) {
            continue;
        }
        made.extend(events::triggers(scope, resource, &resources));
        made.extend(function_url(resource));
        made.extend(connectors::embedded(scope, resource));
    }
    for resource in &mut resources {
        connectors::link(scope, resource);
    }
    for mut resource in made {
        while resources.iter().any(|known| known.name == resource.name) {
            resource.name.push_str("Event");
        }
        resources.push(resource);
    }
    resources
}

/// Resources of nested stacks were expanded with their own template.
fn is_own(scope: &Scope<'_, '_>, resource: &Resource) -> bool {
    resource.name.strip_prefix(scope.prefix.as_str()).is_some_and(|name| !name.contains('.'))
}

fn function_url(function: &Resource) -> Option<Resource> {
    let config = function.properties.get("FunctionUrlConfig")?;
    if function.provider_type != "AWS::Serverless::Function" || config.entries().is_empty() {
        return None;
    }
    let mut entries = vec![entry("TargetFunctionArn", reference(&function.name, config.at))];
    entries.extend(config.entries().iter().cloned());
    let properties = Value::new(config.at, Data::Map(entries));
    Some(Resource::new(format!("{}Url", function.name), "AWS::Lambda::Url", properties))
}

fn reference(name: &str, at: Span) -> Value {
    Value::new(at, Data::Ref(Ref { target: name.to_owned(), attribute: None }))
}

fn entry(name: &str, value: Value) -> Entry {
    Entry { key: Key { text: name.to_owned(), at: value.at }, value }
}
