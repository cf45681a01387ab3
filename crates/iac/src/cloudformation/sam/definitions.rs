//! Definitions that a resource keeps in a file of its own: OpenAPI documents and state machines.
use model::{Data, ProblemKind, Value};

use super::super::resolve::Scope;
use super::entry;
use crate::resource::Resource;
use model::beside;

/// Where a type names its file, and the property that holds the same text inline.
const FILES: &[(&str, &str, &str)] = &[
    ("AWS::Serverless::Api", "DefinitionUri", "DefinitionBody"),
    ("AWS::Serverless::HttpApi", "DefinitionUri", "DefinitionBody"),
    ("AWS::Serverless::StateMachine", "DefinitionUri", "Definition"),
    ("AWS::ApiGateway::RestApi", "BodyS3Location", "Body"),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "Body"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", "Definition"),
];

/// Reads the file into the inline property.
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
