//! Parameters of an operation that do not stand in its call by name: positions of helpers, what a resource was made
//! with, settings inside of settings.
use model::Aws;

use super::Interpreter;
use super::record::Site;
use crate::ir::Name;
use crate::value::{Extern, Passed, Value};

/// What positions of a helper's call mean: service, what it is a method of (`-`: the client or the module), method.
const POSITIONS: &[(&str, &str, &[&str], &[&str])] = &[
    ("s3", "-", &["upload_file", "upload_fileobj"], &["Filename", "Bucket", "Key"]),
    ("s3", "-", &["download_file", "download_fileobj"], &["Bucket", "Key", "Filename"]),
    ("s3", "-", &["copy"], &["CopySource", "Bucket", "Key"]),
    ("s3", "-", &["generate_presigned_post"], &["Bucket", "Key"]),
    ("s3", "Bucket", &["upload_file", "upload_fileobj"], &["Filename", "Key"]),
    ("s3", "Bucket", &["download_file", "download_fileobj"], &["Key", "Filename"]),
    ("s3", "Bucket", &["copy"], &["CopySource", "Key"]),
    ("s3", "Object", &["copy"], &["CopySource"]),
    (
        "ssm",
        "-",
        &["get_parameter", "get", "getParameter", "set_parameter", "setParameter", "set"],
        &["Name"],
    ),
    ("ssm", "-", &["get_parameters", "get_multiple", "getParameters", "getMultiple"], &["Path"]),
    ("ssm", "-", &["get_parameters_by_name", "getParametersByName"], &["Names"]),
    ("secretsmanager", "-", &["get_secret", "get", "getSecret", "set_secret", "set"], &["SecretId"]),
    ("secretsmanager", "-", &["get_secret_string", "get_secret_binary"], &["SecretId"]),
];

/// Helpers' own names of parameters.
const RENAMED: &[(&str, &str, &str)] = &[
    ("ssm", "name", "Name"),
    ("ssm", "path", "Path"),
    ("ssm", "parameters", "Names"),
    ("secretsmanager", "name", "SecretId"),
    ("secretsmanager", "secret_id", "SecretId"),
    ("dynamodb", "table_name", "TableName"),
    ("dynamodb", "tableName", "TableName"),
    ("dynamodb", "persistence_store_table_name", "TableName"),
    ("appconfigdata", "application", "ApplicationIdentifier"),
    ("appconfigdata", "environment", "EnvironmentIdentifier"),
    ("appconfigdata", "name", "ConfigurationProfileIdentifier"),
];

/// What identifies a resource, or a client that is made for one.
const MADE_WITH: &[(&str, &str, &[&str])] = &[
    ("s3", "Bucket", &["Bucket"]),
    ("s3", "Object", &["Bucket", "Key"]),
    ("s3", "ObjectSummary", &["Bucket", "Key"]),
    ("s3", "ObjectVersion", &["Bucket", "Key", "VersionId"]),
    ("dynamodb", "Table", &["TableName"]),
    ("dynamodb", "DynamoDBProvider", &["TableName"]),
    ("sqs", "Queue", &["QueueUrl"]),
    ("sqs", "get_queue_by_name", &["QueueName"]),
    ("sqs", "create_queue", &["QueueName"]),
    ("sns", "Topic", &["TopicArn"]),
    ("sns", "PlatformEndpoint", &["TargetArn"]),
    ("sns", "create_topic", &["Name"]),
    ("iam", "Role", &["RoleName"]),
    ("iam", "User", &["UserName"]),
    ("iam", "Policy", &["PolicyArn"]),
    ("ec2", "Instance", &["InstanceId"]),
    ("cloudformation", "Stack", &["StackName"]),
];

/// Stands for credentials that are not the function's own.
const CREDENTIALS: &str = "(credentials)";

/// Settings that hold the parameters of the operation.
const HOLDERS: &[&str] = &["Params", "params"];

impl Interpreter<'_> {
    /// The arguments of an operation, and its parameters that stand elsewhere, by name.
    pub(super) fn with_parameters(
        &self,
        known: &Extern,
        aws: &Aws,
        arguments: &[Passed],
        site: Site,
    ) -> Vec<Passed> {
        let mut all = arguments.to_vec();
        let chain = chain(known);
        let method = known.last();
        self.open_holders(arguments, &mut all);
        let receiver = chain.first().map_or("-", |(name, _)| *name);
        let positions = POSITIONS.iter().find(|(service, of, methods, _)| {
            let is_of = *of == receiver
                || *of == "-" && !POSITIONS.iter().any(|one| one.0 == *service && one.1 == receiver);
            *service == aws.service && is_of && methods.contains(&method)
        });
        if let Some((_, _, _, names)) = positions {
            let plain = arguments.iter().filter(|passed| passed.name.is_none() && !passed.is_spread);
            for (passed, name) in plain.zip(*names) {
                push(&mut all, name, passed.value.clone(), passed.at);
            }
        }
        for (_, own, name) in RENAMED.iter().filter(|(service, ..)| *service == aws.service) {
            if let Some(passed) = arguments.iter().find(|passed| passed.name.as_deref() == Some(own)) {
                push(&mut all, name, passed.value.clone(), passed.at);
            }
        }
        // Where the client of an API sends to is what it is about.
        let endpoint = ["endpoint_url", "endpoint"]
            .iter()
            .find_map(|name| chain.iter().find_map(|(_, made_with)| self.option(made_with, name)));
        if let Some(endpoint) = endpoint.filter(|_| aws.service == "apigatewaymanagementapi") {
            push(&mut all, "Endpoint", endpoint, site.callee);
        }
        if aws.service == "s3" && known.path.contains(".object_versions.") {
            push(&mut all, "VersionId", Value::UNKNOWN, site.callee);
        }
        if chain.iter().any(|(_, made_with)| self.has_credentials(made_with)) {
            push(&mut all, CREDENTIALS, Value::UNKNOWN, site.callee);
        }
        for (maker, made_with) in &chain {
            self.made_with(aws, (maker, made_with), site, &mut all);
        }
        all
    }

    /// Whether a client is made with credentials that are not the function's own.
    fn has_credentials(&self, made_with: &[Passed]) -> bool {
        let given = ["aws_access_key_id", "aws_session_token", "credentials", "accessKeyId"];
        let own = [
            "defaultProvider",
            "fromEnv",
            "fromNodeProviderChain",
            "fromIni",
            "AWS_ACCESS_KEY_ID",
            "AWS_SESSION_TOKEN",
        ];
        let values = given.iter().filter_map(|name| self.option(made_with, name));
        let mut others = values.filter(|value| {
            let shown = format!("{:?}", self.data_of(value, 0));
            !value.is_nothing() && !own.iter().any(|name| shown.contains(name))
        });
        others.next().is_some()
    }

    fn made_with(&self, aws: &Aws, (maker, made_with): (&str, &[Passed]), site: Site, all: &mut Vec<Passed>) {
        let found = MADE_WITH.iter().find(|(service, name, _)| *service == aws.service && *name == maker);
        let Some((_, _, names)) = found else { return };
        // `Bucket(b).Object(k)`: the last positions are given.
        let plain: Vec<&Passed> = made_with.iter().filter(|passed| passed.name.is_none()).collect();
        let skipped = names.len().saturating_sub(plain.len());
        let is_within = maker.starts_with("Object") && plain.len() < 2 && aws.service == "s3";
        let names = names.iter().skip(if is_within { skipped.min(1) } else { 0 });
        for (passed, name) in plain.into_iter().zip(names) {
            push(all, name, passed.value.clone(), site.callee);
        }
        for passed in made_with.iter().filter(|passed| passed.name.is_some()) {
            let own = passed.name.as_deref().unwrap_or_default();
            let renamed = RENAMED.iter().find(|(service, name, _)| *service == aws.service && *name == own);
            let given = match (renamed, own) {
                (Some((_, _, name)), _) => name,
                (None, "bucket_name" | "bucket") => "Bucket",
                (None, "key") => "Key",
                (None, "name") => MADE_WITH
                    .iter()
                    .find(|(service, name, _)| *service == aws.service && *name == maker)
                    .and_then(|(_, _, names)| names.first())
                    .unwrap_or(&"Name"),
                (None, "url") => "QueueUrl",
                (None, "arn") => "TopicArn",
                (None, own) => own,
            };
            push(all, given, passed.value.clone(), site.callee);
        }
    }

    /// `Params={…}` of a presigned address, `params: {…}` of an upload.
    fn open_holders(&self, arguments: &[Passed], all: &mut Vec<Passed>) {
        let mut held: Vec<(Value, model::Span)> = Vec::new();
        for passed in arguments {
            if passed.name.as_deref().is_some_and(|name| HOLDERS.contains(&name)) {
                held.push((passed.value.clone(), passed.at));
            }
            let fields = passed.value.as_object().and_then(|id| self.heap.get(id));
            let inner =
                fields.filter(|_| passed.name.is_none()).into_iter().flat_map(|object| &object.fields);
            for (_, value) in inner.filter(|(name, _)| HOLDERS.contains(&&***name)) {
                held.push((value.clone(), passed.at));
            }
        }
        for (value, at) in held {
            let Some(object) = value.as_object().and_then(|id| self.heap.get(id)) else { continue };
            for (name, value) in &object.fields {
                push(all, name, value.clone(), at);
            }
        }
    }
}

fn push(all: &mut Vec<Passed>, name: &str, value: Value, at: model::Span) {
    if !all.iter().any(|passed| passed.name.as_deref() == Some(name)) {
        let name: Name = name.into();
        all.push(Passed { name: Some(name), value, at, is_spread: false });
    }
}

/// The calls that made the receiver of a method, nearest first: name and arguments.
fn chain(known: &Extern) -> Vec<(&str, &[Passed])> {
    /// Calls in one chain that are looked at.
    const CALLS_MAX: usize = 8;
    let mut all: Vec<(&str, &[Passed])> = Vec::new();
    let mut maker = known.before.as_deref();
    while let Some(one) = maker.filter(|_| all.len() < CALLS_MAX) {
        all.push((one.last(), &one.arguments));
        maker = one.before.as_deref();
    }
    all
}
