//! Data that others choose names the function, workflow, queue, topic or role that is used.
use model::{SinkKind, Trust};

use crate::code::shared::flows_of;
use crate::prelude::*;

check! {
    /// # Untrusted invoke target
    ///
    /// Data that others choose names the function, workflow, queue, topic or role that is used.
    ///
    /// ## Why it matters
    ///
    /// The sender calls other parts of the account with the permissions of this function.
    ///
    /// ## What to do
    ///
    /// Take the name from the environment or from a table in the code, and let the data choose only a key
    /// of that table.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// client = boto3.client("lambda")
    ///
    /// def handler(event, context):
    ///     client.invoke(FunctionName=event["queryStringParameters"]["job"], Payload="{}")
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// client = boto3.client("lambda")
    /// JOBS = {"daily": "daily-report", "weekly": "weekly-report"}
    ///
    /// def handler(event, context):
    ///     client.invoke(FunctionName=JOBS[event["queryStringParameters"]["job"]], Payload="{}")
    /// ```
    /// ```javascript fires
    /// const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
    ///
    /// const client = new LambdaClient({});
    ///
    /// exports.handler = async (event) => {
    ///   await client.send(new InvokeCommand({ FunctionName: JSON.parse(event.body).job }));
    /// };
    /// ```
    /// ```javascript quiet
    /// const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
    ///
    /// const client = new LambdaClient({});
    ///
    /// exports.handler = async (event) => {
    ///   await client.send(new InvokeCommand({ FunctionName: process.env.JOB, Payload: event.body }));
    /// };
    /// ```
    UNTRUSTED_INVOKE_TARGET = "untrusted-invoke-target" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-441", "CWE-610", "OWASP-SLS:S5", "CSA:SAS-9"],
        also_known_as: &[],
        run: untrusted_invoke_target,
    }
}

fn untrusted_invoke_target(app: &App, findings: &mut Findings) {
    // Messages of the platform name resources of the same account by design.
    flows_of(app, findings, &UNTRUSTED_INVOKE_TARGET, "chooses what is called", |flow| {
        flow.sink.kind == SinkKind::Invoke && flow.trust != Trust::Internal
    });
}
