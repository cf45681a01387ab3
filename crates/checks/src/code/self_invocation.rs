//! A function invokes itself.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Function that calls itself
    ///
    /// A function invokes itself.
    ///
    /// ## Why it matters
    ///
    /// Without an end that always comes, each run starts the next: the account's concurrency is used up,
    /// and the bill grows until somebody notices.
    ///
    /// ## What to do
    ///
    /// Use a queue or Step Functions for work that goes on, and set reserved concurrency.
    ///
    /// ```python fires
    /// import os
    /// import boto3
    ///
    /// client = boto3.client("lambda")
    ///
    /// def handler(event, context):
    ///     client.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=b"{}")
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// client = boto3.client("lambda")
    ///
    /// def handler(event, context):
    ///     client.invoke(FunctionName="mailer", InvocationType="Event", Payload=b"{}")
    /// ```
    SELF_INVOCATION = "self-invocation" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-674", "CWE-835", "CSA:SAS-8"],
        also_known_as: &[],
        run: self_invocation,
    }
}

fn self_invocation(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.call.reached) {
        let is_invoke =
            seen.call.aws.as_ref().is_some_and(|aws| aws.service == "lambda" && aws.operation == "Invoke");
        let Some(target) = seen.call.named("FunctionName").filter(|_| is_invoke) else { continue };
        let is_self = match &target.value {
            Data::Ref(reference) => reference.target == seen.node.name,
            Data::Unknown(unknown) => {
                OWN_NAMES.iter().any(|name| unknown.reason.contains(name) || unknown.text.contains(name))
            }
            _ => false,
        };
        if is_self {
            findings.push(seen.finding(&SELF_INVOCATION, format!("`{}` calls itself", seen.node.name)));
        }
    }
}

/// How code says its own name.
const OWN_NAMES: &[&str] = &[
    "context.function_name",
    "context.functionName",
    "context.invoked_function_arn",
    "context.invokedFunctionArn",
    "AWS_LAMBDA_FUNCTION_NAME",
];
