//! The actions that a record's operation needed.
use model::Aws;
use serde_json::Value as Json;

use super::record::{Event, get};
use super::resources;
use crate::catalogue::{self, Permission, When};

/// Sources whose name is not that of the SDK's service.
const SERVICES: &[(&str, &[&str])] = &[
    ("monitoring", &["cloudwatch"]),
    ("email", &["ses", "sesv2"]),
    ("ses", &["ses", "sesv2"]),
    ("states", &["stepfunctions"]),
    ("elasticloadbalancing", &["elbv2", "elb"]),
    ("tagging", &["resourcegroupstaggingapi"]),
    ("apigateway", &["apigateway", "apigatewayv2"]),
    ("bedrock", &["bedrock-runtime", "bedrock", "bedrock-agent", "bedrock-agent-runtime"]),
    ("bedrock-agentcore", &["bedrock-agentcore", "bedrock-agentcore-control"]),
    ("es", &["opensearch", "es"]),
    ("aoss", &["opensearchserverless"]),
    ("elasticmapreduce", &["emr"]),
    ("elasticfilesystem", &["efs"]),
    ("cloudhsm", &["cloudhsmv2", "cloudhsm"]),
    ("dynamodb", &["dynamodb", "dynamodbstreams"]),
    ("kinesisvideo", &["kinesisvideo"]),
    ("kinesisanalytics", &["kinesisanalyticsv2", "kinesisanalytics"]),
    ("rdsdata", &["rds-data"]),
    ("rds-data", &["rds-data"]),
    ("redshift-data", &["redshift-data"]),
    ("iotdata", &["iot-data"]),
    ("sagemaker", &["sagemaker", "sagemaker-runtime"]),
    ("servicecatalog", &["servicecatalog"]),
    ("serverlessrepo", &["serverlessrepo"]),
    ("ssmmessages", &["ssm"]),
    ("wafv2", &["wafv2"]),
    ("waf-regional", &["waf-regional"]),
    ("access-analyzer", &["accessanalyzer"]),
    ("airflow", &["mwaa"]),
    ("cassandra", &["keyspaces"]),
    ("mobiletargeting", &["pinpoint"]),
    ("personalize", &["personalize", "personalize-runtime"]),
    ("lex", &["lexv2-runtime", "lexv2-models", "lex-runtime"]),
    ("appconfig", &["appconfig", "appconfigdata"]),
    ("sso", &["sso-admin"]),
    ("timestream", &["timestream-query", "timestream-write"]),
];

/// Names of data events that are no operations of an SDK, and the action.
const EVENTS: &[(&str, &str, &str)] = &[
    ("lambda", "Invoke", "lambda:InvokeFunction"),
    ("lambda", "InvokeExecution", "lambda:InvokeFunction"),
    ("s3", "HeadObject", "s3:GetObject"),
    ("s3", "HeadBucket", "s3:ListBucket"),
    ("s3", "ListObjects", "s3:ListBucket"),
    ("s3", "ListVersions", "s3:ListBucketVersions"),
    ("s3", "ListObjectVersions", "s3:ListBucketVersions"),
    ("s3", "GetBucketVersions", "s3:ListBucketVersions"),
    ("s3", "PreflightRequest", ""),
    ("cognito-idp", "Token_POST", ""),
    ("cognito-idp", "Login_GET", ""),
    ("sts", "AssumeRoleWithSAML", "sts:AssumeRoleWithSAML"),
    ("appsync", "GraphQL", "appsync:GraphQL"),
];

/// Each action with the resources that the record names for it.
pub(super) fn actions(event: &Event) -> Vec<(String, Vec<String>)> {
    if event.is_denied()
        && let Some((action, resource)) = told(&event.message)
    {
        return vec![(action, resource.into_iter().collect())];
    }
    // Signing in is no action of IAM.
    if event.source == "signin" {
        return Vec::new();
    }
    let fixed = EVENTS.iter().find(|(source, name, _)| *source == event.source && *name == event.name);
    if let Some((_, _, action)) = fixed {
        return if action.is_empty() { Vec::new() } else { vec![single(event, action)] };
    }
    let own = [event.source.as_str()];
    let services =
        SERVICES.iter().find(|(source, _)| *source == event.source).map_or(&own[..], |(_, names)| names);
    for service in services {
        let operation = Aws { service: (*service).to_owned(), operation: event.name.clone() };
        if let Some(permissions) = catalogue::permissions(&operation) {
            return needed(event, &operation, &permissions);
        }
    }
    let prefix =
        services.iter().find_map(|service| catalogue::prefix(service)).unwrap_or(event.source.as_str());
    vec![single(event, &format!("{prefix}:{}", event.name))]
}

/// An action by its own name.
fn single(event: &Event, name: &str) -> (String, Vec<String>) {
    match catalogue::action(name) {
        Some(action) => (action.display(), resources::of_action(event, action)),
        None => (name.to_owned(), event.resources.clone()),
    }
}

fn needed(event: &Event, operation: &Aws, permissions: &[Permission]) -> Vec<(String, Vec<String>)> {
    let mut needed: Vec<(String, Vec<String>)> = Vec::new();
    for permission in permissions.iter().filter(|permission| was_needed(permission.when, &event.parameters)) {
        let action = permission.action.display();
        let resources = resources::of(event, operation, permission);
        match needed.iter_mut().find(|(known, _)| *known == action) {
            Some((_, known)) => known.extend(resources),
            None => needed.push((action, resources)),
        }
    }
    needed
}

/// What only some set-ups need is not said to be used.
fn was_needed(when: When, parameters: &Json) -> bool {
    let text = |path: &str| parameter(parameters, path).and_then(Json::as_str).map(str::to_ascii_lowercase);
    match when {
        When::Always => true,
        When::Given(path) => parameter(parameters, path).is_some_and(|value| !value.is_null()),
        When::Is(path, texts) => {
            text(path).is_some_and(|text| texts.iter().any(|one| one.eq_ignore_ascii_case(&text)))
        }
        When::Begins(path, words) => text(path).is_some_and(|text| {
            words.iter().any(|word| text.trim_start().starts_with(&word.to_ascii_lowercase()))
        }),
        // Parameters that a trail leaves out are not known to be absent.
        When::Absent(path) => parameters.is_object() && parameter(parameters, path).is_none(),
        When::Sometimes => false,
    }
}

/// `A.B` of the request, in whatever case.
pub(super) fn parameter<'a>(parameters: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.')
        .try_fold(parameters, |value, name| get(value, name).or_else(|| get(value, other_name(name))))
}

/// S3's records have names of their own.
fn other_name(name: &str) -> &str {
    match name {
        "Bucket" => "bucketName",
        "KeyId" => "keyId",
        _ => name,
    }
}

/// What a message says: `… is not authorized to perform: dynamodb:Scan on resource: arn:… because …`.
fn told(message: &str) -> Option<(String, Option<String>)> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let mut words = rest.split_whitespace();
    let action = words.next()?.trim_end_matches(['.', ',']);
    let (service, name) = action.split_once(':')?;
    if service.is_empty() || name.is_empty() {
        return None;
    }
    let resource = rest.split_once("on resource: ").and_then(|(_, rest)| rest.split_whitespace().next());
    let resource = resource.filter(|arn| arn.starts_with("arn:")).map(str::to_owned);
    let action = catalogue::action(action).map_or_else(|| action.to_owned(), catalogue::Action::display);
    Some((action, resource))
}
