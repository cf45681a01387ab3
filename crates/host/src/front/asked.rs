//! What a request asks of which service: caller, action, resources. From SigV4's credential and the service's protocol.
use super::lambda::decode;
use crate::settings::Settings;
use http::{HeaderMap, Method, Uri};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a request is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// `s3`, `dynamodb`; empty: not known.
    pub(crate) service: String,
    /// The access key that signed; none: nobody signed.
    pub(crate) key: Option<String>,
    /// The API's operation: `PutItem`.
    pub(crate) operation: String,
    /// IAM actions with the resources that each needs: all must be allowed.
    pub(crate) needs: Vec<(String, String)>,
    /// The operation stands in `X-Amz-Target`: one of the JSON protocols.
    pub(crate) targeted: bool,
    /// What the body says, where its protocol is JSON or form fields.
    pub(crate) body: Value,
    /// Bucket and key, of S3.
    pub(crate) bucket: Option<String>,
    pub(crate) object: Option<String>,
}

/// Splits a credential: access key and service.
fn credential(text: &str) -> Option<(String, String)> {
    let mut parts = text.split('/');
    let key = parts.next()?.to_owned();
    let service = parts.nth(2)?.to_owned();
    Some((key, service))
}

/// Reads the caller and the service from the headers or the query (presigned addresses).
pub(crate) fn signer(uri: &Uri, headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    if let Some(text) = header.and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256")) {
        let start = text.split("Credential=").nth(1)?;
        return credential(start.split([',', ' ']).next()?);
    }
    let query = uri.query()?;
    let part = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(decode);
    if let Some(text) = part("X-Amz-Credential=") {
        return credential(&text);
    }
    // Version 2 of signatures, which presigned addresses of old clients have.
    part("AWSAccessKeyId=").map(|key| (key, "s3".to_owned()))
}

/// Fields of a form.
pub(crate) fn form(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// The services of the prefixes in `X-Amz-Target`.
const TARGETS: &[(&str, &str)] = &[
    ("DynamoDB_20120810", "dynamodb"),
    ("DynamoDBStreams_20120810", "dynamodb"),
    ("AmazonSQS", "sqs"),
    ("secretsmanager", "secretsmanager"),
    ("AmazonSSM", "ssm"),
    ("TrentService", "kms"),
    ("Logs_20140328", "logs"),
    ("AWSEvents", "events"),
    ("AWSStepFunctions", "states"),
    ("AWSCognitoIdentityProviderService", "cognito-idp"),
    ("AWSCognitoIdentityService", "cognito-identity"),
    ("Kinesis_20131202", "kinesis"),
    ("Firehose_20150804", "firehose"),
];

/// What a request asks.
pub(crate) fn read(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
    settings: &Settings,
) -> Wanted {
    let mut wanted = Wanted::default();
    if let Some((key, service)) = signer(uri, headers) {
        wanted.key = Some(key);
        wanted.service = service;
    }
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    if let Some((prefix, operation)) = target.and_then(|target| target.split_once('.')) {
        if let Some((_, service)) = TARGETS.iter().find(|(known, _)| *known == prefix) {
            wanted.service = (*service).to_owned();
        }
        wanted.targeted = true;
        wanted.operation = operation.to_owned();
        wanted.body = serde_json::from_slice(body).unwrap_or(Value::Null);
    } else if wanted.service != "s3" && !wanted.service.is_empty() && wanted.service != "lambda" {
        let is_form = headers
            .get("content-type")
            .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form"));
        let fields = if is_form { form(body) } else { form(uri.query().unwrap_or_default().as_bytes()) };
        wanted.operation = fields.get("Action").cloned().unwrap_or_default();
        wanted.body = fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        if wanted.service == "ses" && wanted.operation.is_empty() && uri.path().starts_with("/v2/email/") {
            wanted.operation = ses_v2(method, uri.path()).to_owned();
            wanted.body = serde_json::from_slice(body).unwrap_or(Value::Null);
        }
    } else if wanted.service.is_empty() || wanted.service == "s3" {
        wanted.service = "s3".to_owned();
        super::object::read(method, uri, headers, body, &mut wanted);
        return wanted;
    }
    wanted.needs = needs(&wanted, settings);
    wanted
}

fn ses_v2(method: &Method, path: &str) -> &'static str {
    match (method.as_str(), path) {
        ("POST", "/v2/email/outbound-emails") => "SendEmail",
        ("POST", "/v2/email/identities") => "CreateEmailIdentity",
        ("GET", "/v2/email/identities") => "ListEmailIdentities",
        _ => "",
    }
}

/// The IAM actions and resources of an operation. Nothing: it is not known.
fn needs(wanted: &Wanted, settings: &Settings) -> Vec<(String, String)> {
    let arn = |service: &str, rest: &str| {
        if rest.starts_with("arn:") {
            rest.to_owned()
        } else {
            format!("arn:aws:{service}:{}:{}:{rest}", settings.region, settings.account)
        }
    };
    let service = wanted.service.as_str();
    let operation = wanted.operation.as_str();
    if operation.is_empty() {
        return Vec::new();
    }
    let text = |name: &str| wanted.body.get(name).and_then(Value::as_str);
    let first = |names: &[&str]| names.iter().find_map(|name| text(name));
    let named = |value: Option<&str>, prefix: &str| match value {
        Some(value) if value.starts_with("arn:") => value.to_owned(),
        Some(value) => arn(service, &format!("{prefix}{value}")),
        None => "*".to_owned(),
    };
    let action = format!("{service}:{operation}");
    let one = |resource: String| vec![(action.clone(), resource)];
    match service {
        "dynamodb" => tables(wanted, &action, settings),
        "sqs" => {
            let name = text("QueueUrl").and_then(|url| url.rsplit('/').next()).or_else(|| text("QueueName"));
            let action = match operation {
                "SendMessageBatch" => "sqs:SendMessage".to_owned(),
                "DeleteMessageBatch" => "sqs:DeleteMessage".to_owned(),
                "ChangeMessageVisibilityBatch" => "sqs:ChangeMessageVisibility".to_owned(),
                _ => action,
            };
            vec![(action, named(name, ""))]
        }
        "sns" => {
            let action = if operation == "PublishBatch" { "sns:Publish".to_owned() } else { action };
            vec![(action, named(first(&["TopicArn", "TargetArn", "Name"]), ""))]
        }
        "secretsmanager" => one(named(first(&["SecretId", "Name"]), "secret:")),
        "ssm" => parameters(wanted, &action, &arn),
        "kms" => one(match text("KeyId") {
            Some(id) if id.starts_with("alias/") => arn(service, id),
            id => named(id, "key/"),
        }),
        "logs" => one(match first(&["logGroupName", "logGroupIdentifier"]) {
            Some(group) if text("logStreamName").is_some() => arn(
                service,
                &format!("log-group:{group}:log-stream:{}", text("logStreamName").unwrap_or_default()),
            ),
            Some(group) => arn(service, &format!("log-group:{group}")),
            None => arn(service, "log-group:*"),
        }),
        "events" => buses(wanted, &action, &arn),
        "states" => one(named(first(&["stateMachineArn", "executionArn", "activityArn"]), "stateMachine:")),
        "cognito-idp" => one(named(text("UserPoolId"), "userpool/")),
        "cognito-identity" => one(named(text("IdentityPoolId"), "identitypool/")),
        "kinesis" => one(named(first(&["StreamARN", "StreamName"]), "stream/")),
        "firehose" => one(named(text("DeliveryStreamName"), "deliverystream/")),
        "ses" | "email" => {
            let from = first(&["Source", "FromEmailAddress", "Source.member.1"]);
            vec![(
                format!("ses:{operation}"),
                from.map_or("*".to_owned(), |from| arn("ses", &format!("identity/{from}"))),
            )]
        }
        "sts" => one(text("RoleArn").unwrap_or("*").to_owned()),
        "iam" | "cloudwatch" | "monitoring" | "xray" => one("*".to_owned()),
        _ => Vec::new(),
    }
}

fn tables(wanted: &Wanted, action: &str, settings: &Settings) -> Vec<(String, String)> {
    let body = &wanted.body;
    let table = |name: &str| {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        format!("arn:aws:dynamodb:{}:{}:table/{name}", settings.region, settings.account)
    };
    if let Some(name) = body.get("TableName").and_then(Value::as_str) {
        let resource = match body.get("IndexName").and_then(Value::as_str) {
            Some(index) => format!("{}/index/{index}", table(name)),
            None => table(name),
        };
        return vec![(action.to_owned(), resource)];
    }
    if let Some(items) = body.get("RequestItems").and_then(Value::as_object) {
        return items.keys().map(|name| (action.to_owned(), table(name))).collect();
    }
    if let Some(items) = body.get("TransactItems").and_then(Value::as_array) {
        let parts = items.iter().filter_map(Value::as_object).flat_map(|item| item.iter());
        return parts
            .map(|(kind, part)| {
                let operation = match kind.as_str() {
                    "Put" => "PutItem",
                    "Delete" => "DeleteItem",
                    "Update" => "UpdateItem",
                    "ConditionCheck" => "ConditionCheckItem",
                    _ => "GetItem",
                };
                let name = part.get("TableName").and_then(Value::as_str).unwrap_or("*");
                (format!("dynamodb:{operation}"), table(name))
            })
            .collect();
    }
    if let Some(statement) = body.get("Statement").and_then(Value::as_str) {
        return vec![partiql(statement, &table)];
    }
    if let Some(list) =
        body.get("Statements").or_else(|| body.get("TransactStatements")).and_then(Value::as_array)
    {
        let texts = list.iter().filter_map(|one| one.get("Statement").and_then(Value::as_str));
        return texts.map(|statement| partiql(statement, &table)).collect();
    }
    let stream = body.get("StreamArn").or_else(|| body.get("ShardIterator")).and_then(Value::as_str);
    vec![(action.to_owned(), stream.filter(|text| text.starts_with("arn:")).unwrap_or("*").to_owned())]
}

/// Action and table of a PartiQL statement.
fn partiql(statement: &str, table: &dyn Fn(&str) -> String) -> (String, String) {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let verb = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
    let (action, before) = match verb.as_str() {
        "INSERT" => ("PartiQLInsert", "INTO"),
        "UPDATE" => ("PartiQLUpdate", "UPDATE"),
        "DELETE" => ("PartiQLDelete", "FROM"),
        _ => ("PartiQLSelect", "FROM"),
    };
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(before));
    let name = at.and_then(|at| words.get(at + 1)).map(|name| name.replace('"', ""));
    let resource = name.map_or("*".to_owned(), |name| match name.split_once('.') {
        Some((name, index)) => format!("{}/index/{index}", table(name)),
        None => table(&name),
    });
    (format!("dynamodb:{action}"), resource)
}

fn parameters(wanted: &Wanted, action: &str, arn: &dyn Fn(&str, &str) -> String) -> Vec<(String, String)> {
    let resource = |name: &str| arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
    let texts: Vec<&str> = match (wanted.body.get("Names"), wanted.body.get("Name"), wanted.body.get("Path"))
    {
        (Some(Value::Array(list)), ..) => list.iter().filter_map(Value::as_str).collect(),
        (_, Some(Value::String(name)), _) | (_, _, Some(Value::String(name))) => vec![name.as_str()],
        _ => return vec![(action.to_owned(), "*".to_owned())],
    };
    texts
        .into_iter()
        .map(|name| {
            (action.to_owned(), if name.starts_with("arn:") { name.to_owned() } else { resource(name) })
        })
        .collect()
}

fn buses(wanted: &Wanted, action: &str, arn: &dyn Fn(&str, &str) -> String) -> Vec<(String, String)> {
    let entries = wanted.body.get("Entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if wanted.operation != "PutEvents" || entries.is_empty() {
        return vec![(action.to_owned(), "*".to_owned())];
    }
    let mut buses: Vec<String> = entries
        .iter()
        .map(|entry| entry.get("EventBusName").and_then(Value::as_str).unwrap_or("default"))
        .map(|bus| {
            if bus.starts_with("arn:") { bus.to_owned() } else { arn("events", &format!("event-bus/{bus}")) }
        })
        .collect();
    buses.sort();
    buses.dedup();
    buses.into_iter().map(|bus| (action.to_owned(), bus)).collect()
}
