//! A function calls what its role does not allow.
use crate::prelude::*;

check! {
    /// # Missing permissions
    ///
    /// A function calls an operation that nothing in its role allows: the call fails.
    ///
    /// ## Why it matters
    ///
    /// It shows first in production, and what repairs it in a hurry is often `"*"`.
    ///
    /// ## What to do
    ///
    /// Allow the action that the finding names, on the resource that it names. `buckler privileges` derives the
    /// whole policy.
    ///
    /// ```files fires
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   Jobs: { Type: AWS::SQS::Queue }
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Environment: { Variables: { QUEUE: !Ref Jobs } }
    /// # file: app.py
    /// import os
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="1")
    /// ```
    /// ```files quiet
    /// # file: template.yaml
    /// Transform: AWS::Serverless-2016-10-31
    /// Resources:
    ///   Jobs: { Type: AWS::SQS::Queue }
    ///   F:
    ///     Type: AWS::Serverless::Function
    ///     Properties:
    ///       Handler: app.handler
    ///       Runtime: python3.14
    ///       CodeUri: .
    ///       Environment: { Variables: { QUEUE: !Ref Jobs } }
    ///       Policies: [{ SQSSendMessagePolicy: { QueueName: !GetAtt Jobs.QueueName } }]
    /// # file: app.py
    /// import os
    /// import boto3
    ///
    /// def handler(event, context):
    ///     boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="1")
    /// ```
    MISSING_PERMISSIONS = "missing-permissions" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-280", "OWASP-SLS:S5"],
        also_known_as: &[],
        run: missing_permissions,
    }
}

fn missing_permissions(app: &App, findings: &mut Findings) {
    for privileges in iam::privileges(app) {
        let Some(function) = app.node(privileges.function) else { continue };
        for need in privileges.missing.iter().filter_map(|index| privileges.needed.get(*index)) {
            let on =
                need.resources.first().map_or_else(String::new, |one| format!(" on `{}`", one.display()));
            let message = format!("`{}` needs `{}`{on} and does not have it", function.name, need.action);
            let mut finding = MISSING_PERMISSIONS.at(function, message);
            for reason in &need.because {
                finding = finding.related(reason.at, reason.why.clone());
            }
            findings.push(finding);
        }
    }
}
