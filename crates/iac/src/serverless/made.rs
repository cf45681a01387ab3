//! Names of what the framework makes besides what is in the graph: methods, permissions, deployments.
//!
//! A template may refer to them. They become parameters that are not known, so that the CloudFormation
//! reader does not take such a reference for a mistake.
use std::collections::BTreeMap;

use model::{Data, Entry, Key, Span, Value};

/// How the logical ids begin that the framework gives, by its documentation "AWS infrastructure resources".
const BEGINNINGS: &[&str] = &[
    "ApiGateway",
    "HttpApi",
    "Websockets",
    "Serverless",
    "S3Bucket",
    "SNSTopic",
    "CognitoUserPool",
    "IamRole",
];

/// What logical ids hold that the framework makes of a function.
const PARTS: &[&str] = &[
    "LambdaFunction",
    "LambdaVersion",
    "LambdaPermission",
    "LambdaLayer",
    "LambdaAlias",
    "LambdaEvConf",
    "LogGroup",
    "EventsRule",
    "EventSourceMapping",
    "IotTopicRule",
    "SnsSubscription",
    "CustomDashresource",
    "AlbTargetGroup",
    "AlbListenerRule",
    "CloudFrontDistribution",
    "StepFunctions",
];

/// A parameter for each such name that the document refers to and does not have.
pub(super) fn parameters(document: &Value) -> Value {
    let mut names = BTreeMap::new();
    if let Some(resources) = document.get("Resources") {
        collect(resources, &mut names);
    }
    let exists = |name: &str| {
        ["Resources", "Parameters"]
            .iter()
            .any(|part| document.get(part).is_some_and(|map| map.get(name).is_some()))
    };
    let made = names.into_iter().filter(|(name, _)| is_made(name) && !exists(name));
    let entries = made.map(|(name, at)| {
        let reason = format!("`{name}` is made by the framework");
        let unknown = Value::unknown(at, reason, format!("${{{name}}}"));
        let value = super::build::map(at, [("Default", unknown)]);
        Entry { key: Key { text: name, at }, value }
    });
    Value::new(document.at, Data::Map(entries.collect()))
}

fn is_made(name: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || PARTS.iter().any(|part| name.contains(part))
}

/// The names that `Ref`, `Fn::GetAtt` and `Fn::Sub` mention, with the first place of each.
fn collect(value: &Value, names: &mut BTreeMap<String, Span>) {
    let mut note = |name: &str| {
        let name = name.split('.').next().unwrap_or_default();
        names.entry(name.to_owned()).or_insert(value.at);
    };
    match value.entries() {
        [call] if matches!(call.key.text.as_str(), "Ref" | "Fn::GetAtt" | "Fn::Sub") => {
            let argument = call.value.items().first().unwrap_or(&call.value);
            match (call.key.text.as_str(), argument.as_str()) {
                ("Fn::Sub", Some(text)) => text
                    .split("${")
                    .skip(1)
                    .filter_map(|rest| rest.split_once('}'))
                    .for_each(|(name, _)| note(name)),
                (_, Some(name)) => note(name),
                (_, None) => {}
            }
            call.value.items().iter().for_each(|item| collect(item, names));
        }
        entries => {
            entries.iter().for_each(|entry| collect(&entry.value, names));
            value.items().iter().for_each(|item| collect(item, names));
        }
    }
}
