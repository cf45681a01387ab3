//! Definitions that a resource keeps in a file of its own: OpenAPI documents and state machines.
use model::{Data, Entry, ProblemKind, Value};

use super::super::resolve::Scope;
use super::entry;
use crate::resource::Resource;
use crate::source::beside;

/// Where a type names its file, and the property that holds the same text inline.
const FILES: &[(&str, &str, &str)] = &[
    ("AWS::Serverless::Api", "DefinitionUri", "DefinitionBody"),
    ("AWS::Serverless::HttpApi", "DefinitionUri", "DefinitionBody"),
    ("AWS::Serverless::StateMachine", "DefinitionUri", "Definition"),
    ("AWS::ApiGateway::RestApi", "BodyS3Location", "Body"),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "Body"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", "Definition"),
];

/// Reads the file into the inline property, and puts in what a state machine substitutes.
pub(super) fn inline(scope: &mut Scope<'_, '_>, resource: &mut Resource) {
    let Some((_, file, body)) = FILES.iter().find(|(kind, ..)| *kind == resource.provider_type) else {
        return;
    };
    if resource.properties.get(body).is_none()
        && let Some(location) = resource.properties.get(file).cloned()
        && let Some(document) = read(scope, &resource.name, &location)
        && let Data::Map(entries) = &mut resource.properties.data
    {
        entries.push(entry(body, document));
    }
    if resource.provider_type.ends_with("::StateMachine") {
        substitute(resource);
    }
}

fn read(scope: &mut Scope<'_, '_>, name: &str, location: &Value) -> Option<Value> {
    let path = location.as_str().and_then(|location| beside(scope.path, location));
    let Some(path) = path else {
        let message = format!("the definition of `{name}` is not a local file: `{}`", location.display());
        scope.tell(ProblemKind::Unresolved, location.at, message, "keep a copy beside the template");
        return None;
    };
    let document = scope.reader.document(&path)?;
    // Only `AWS::Include` works inside: other functions are not resolved by the deployer either.
    Some(document)
}

/// Puts the values of `DefinitionSubstitutions` in the place of `${Name}`.
fn substitute(resource: &mut Resource) {
    let Some(substitutions) = resource.properties.get("DefinitionSubstitutions").cloned() else { return };
    let Data::Map(entries) = &mut resource.properties.data else { return };
    let is_definition =
        |entry: &&mut Entry| ["Definition", "DefinitionString"].contains(&entry.key.text.as_str());
    for definition in entries.iter_mut().filter(is_definition) {
        put_into(&mut definition.value, &substitutions);
    }
}

fn put_into(value: &mut Value, substitutions: &Value) {
    match &mut value.data {
        Data::Text(text) if text.contains("${") => {
            let parts = parts(text, value.at, substitutions);
            value.data = match parts.as_slice() {
                [only] => only.data.clone(),
                _ if parts.iter().all(|part| part.as_str().is_some()) => {
                    Data::Text(parts.iter().filter_map(Value::as_str).collect())
                }
                _ => Data::Joined(parts),
            };
        }
        Data::List(items) | Data::Joined(items) => {
            items.iter_mut().for_each(|item| put_into(item, substitutions));
        }
        Data::Map(entries) => {
            entries.iter_mut().for_each(|entry| put_into(&mut entry.value, substitutions));
        }
        _ => {}
    }
}

fn parts(text: &str, at: model::Span, substitutions: &Value) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Value::text(at, before));
        }
        match substitutions.get(name.trim()) {
            Some(value) => parts.push(Value::new(at, value.data.clone())),
            None => parts.push(Value::text(at, format!("${{{name}}}"))),
        }
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Value::text(at, rest));
    }
    parts
}
