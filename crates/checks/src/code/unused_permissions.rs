//! A policy template gives a function more than its code calls.
use std::collections::BTreeSet;

use model::{Coverage, FunctionCode, Policy, PolicyOrigin, Value};

use crate::prelude::*;

check! {
    /// # Unused permissions
    ///
    /// A policy template gives a function more than its code calls.
    ///
    /// ## Why it matters
    ///
    /// What the code never does, only an intruder does. Deleting and changing things that the function merely
    /// reads or adds to is what turns one weak function into a lost table.
    ///
    /// ## What to do
    ///
    /// Take a smaller template (`DynamoDBWritePolicy`, `S3ReadPolicy`), or write a statement with the actions
    /// that the finding names.
    ///
    /// ```files fires
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Policies: [{ DynamoDBCrudPolicy: { TableName: orders } }]
    /// # file: app.py
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "1"}})
    /// ```
    /// ```files quiet
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Policies: [{ DynamoDBReadPolicy: { TableName: orders } }]
    /// # file: app.py
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})
    /// ```
    UNUSED_PERMISSIONS = "unused-permissions" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-250", "CWE-732", "OWASP-SLS:S5", "CSA:SAS-5"],
        also_known_as: &[],
        run: unused_permissions,
    }
}

/// Packages that call the cloud by themselves: what they need is not in the code.
const CALLS_FOR_IT: &[&str] = &[
    "aws_lambda_powertools",
    "@aws-lambda-powertools",
    "pynamodb",
    "dynamoose",
    "dynamodb-toolbox",
    "electrodb",
    "dynamodb-onetable",
    "@typedorm",
    "awswrangler",
    "smart_open",
    "s3fs",
    "fsspec",
    "kombu",
    "celery",
    "langchain",
    "@langchain",
    "strands",
    "cloudpathlib",
];

fn unused_permissions(app: &App, findings: &mut Findings) {
    // Code that was seen in part may call what was not seen.
    for code in app.code.iter().filter(|code| code.coverage == Coverage::Whole) {
        let Some(function) = app.node(code.function) else { continue };
        if code.imports.iter().any(|import| CALLS_FOR_IT.iter().any(|one| import.package.starts_with(one))) {
            continue;
        }
        let called = called(code);
        for policy in function.own_policies() {
            let PolicyOrigin::Template(name) = &policy.origin else { continue };
            // What takes messages from the queue is the platform, not the code.
            if name.contains("Poller") {
                continue;
            }
            let unused = changes_never_called(policy, &called);
            if unused.is_empty() {
                continue;
            }
            let list = unused.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` has `{name}` and never calls {list}", function.name);
            findings.push(UNUSED_PERMISSIONS.at(function, message).at(policy.at));
        }
    }
}

/// Actions that change something, that the policy allows, and that nothing in the code needs.
fn changes_never_called(policy: &Policy, called: &BTreeSet<String>) -> Vec<String> {
    let actions = policy.statements.iter().flat_map(|statement| &statement.actions);
    let actions = actions.filter_map(Value::as_str).filter(|action| !action.contains('*'));
    let mut unused: Vec<String> = actions
        .filter(|action| changes(action) && !called.contains(&action.to_ascii_lowercase()))
        .map(str::to_owned)
        .collect();
    unused.sort();
    unused.dedup();
    unused
}

fn changes(action: &str) -> bool {
    let name = action.split(':').nth(1).unwrap_or_default();
    // These come with any write: what they do is said by the others.
    let is_companion = matches!(name, "BatchWriteItem" | "PutObjectAcl" | "PutObjectVersionAcl");
    let verbs = ["Delete", "Put", "Update", "Create", "Write", "Send", "Publish", "Purge", "Remove", "Start"];
    !is_companion && verbs.iter().any(|verb| name.starts_with(verb))
}

/// The permissions that the calls of a function's code need, lower case: `dynamodb:putitem`.
fn called(code: &FunctionCode) -> BTreeSet<String> {
    let operations = code.calls.iter().filter_map(|call| call.aws.as_ref());
    operations
        .flat_map(|aws| {
            let service = match aws.service.as_str() {
                "stepfunctions" => "states",
                service => service,
            };
            let names: &[&str] = match (service, aws.operation.as_str()) {
                ("s3", "CopyObject") => &["GetObject", "PutObject"],
                ("s3", "DeleteObjects") => &["DeleteObject"],
                ("s3", "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload") => &["PutObject"],
                ("lambda", "Invoke" | "InvokeAsync") => &["InvokeFunction"],
                ("dynamodb", "BatchWriteItem" | "TransactWriteItems") => {
                    &["PutItem", "DeleteItem", "UpdateItem"]
                }
                ("dynamodb", "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction") => {
                    &["PutItem", "DeleteItem", "UpdateItem"]
                }
                ("sqs", "SendMessageBatch") => &["SendMessage"],
                ("sqs", "DeleteMessageBatch") => &["DeleteMessage"],
                ("sns", "PublishBatch") => &["Publish"],
                (_, operation) => return vec![format!("{service}:{operation}").to_ascii_lowercase()],
            };
            names.iter().map(|name| format!("{service}:{name}").to_ascii_lowercase()).collect()
        })
        .collect()
}
