//! An identity has a managed policy that allows every action of a service on every resource.
use super::managed::managed;
use super::managed::replaced;
use crate::prelude::*;

check! {
    /// # Full access by managed policy
    ///
    /// An identity has a managed policy that allows every action of a service on every resource.
    ///
    /// ## Why it matters
    ///
    /// `AmazonS3FullAccess` lets a function that reads one file delete every bucket. Managed policies
    /// also grow when AWS extends a service.
    ///
    /// ## What to do
    ///
    /// Write a policy with the actions and resources that the code uses, or use a SAM policy template
    /// such as `S3ReadPolicy`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    /// }
    /// ```
    FULL_ACCESS_MANAGED_POLICY = "full-access-managed-policy" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: full_access_managed_policy,
    }
}

fn full_access_managed_policy(app: &App, findings: &mut Findings) {
    for (node, policy, name) in managed(app) {
        if is_full_access(name) {
            let message = format!("`{}` has the managed policy `{name}`", node.name);
            findings.push(
                FULL_ACCESS_MANAGED_POLICY
                    .at(node, message)
                    .at(policy.at)
                    .fix_if(reading(name).and_then(|other| replaced(policy, other))),
            );
        }
    }
}

/// Every action of some service. Those for identities and administrators have checks of their own.
fn is_full_access(name: &str) -> bool {
    let full = ["FullAccess", "_FullAccess", "FullControl"].iter().any(|end| name.ends_with(end));
    // Writing traces and logs is what every function does.
    full && !name.contains("IAMFullAccess") && !matches!(name, "AWSXrayFullAccess" | "AWSXRayFullAccess")
}

/// The policy of the same service that only reads.
fn reading(name: &str) -> Option<&'static str> {
    const KNOWN: &[(&str, &str)] = &[
        ("AmazonS3FullAccess", "AmazonS3ReadOnlyAccess"),
        ("AmazonDynamoDBFullAccess", "AmazonDynamoDBReadOnlyAccess"),
        ("AmazonDynamoDBFullAccess_v2", "AmazonDynamoDBReadOnlyAccess"),
        ("AmazonSQSFullAccess", "AmazonSQSReadOnlyAccess"),
        ("AmazonSNSFullAccess", "AmazonSNSReadOnlyAccess"),
        ("AmazonKinesisFullAccess", "AmazonKinesisReadOnlyAccess"),
        ("AWSLambda_FullAccess", "AWSLambda_ReadOnlyAccess"),
        ("AmazonSSMFullAccess", "AmazonSSMReadOnlyAccess"),
        ("AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess"),
        ("AmazonVPCFullAccess", "AmazonVPCReadOnlyAccess"),
        ("AmazonRDSFullAccess", "AmazonRDSReadOnlyAccess"),
        ("CloudWatchFullAccess", "CloudWatchReadOnlyAccess"),
        ("CloudWatchLogsFullAccess", "CloudWatchLogsReadOnlyAccess"),
        ("AmazonEventBridgeFullAccess", "AmazonEventBridgeReadOnlyAccess"),
        ("AWSStepFunctionsFullAccess", "AWSStepFunctionsReadOnlyAccess"),
        ("AmazonSESFullAccess", "AmazonSESReadOnlyAccess"),
        ("AmazonEC2ContainerRegistryFullAccess", "AmazonEC2ContainerRegistryReadOnly"),
        ("AmazonBedrockFullAccess", "AmazonBedrockReadOnly"),
    ];
    KNOWN.iter().find(|(full, _)| *full == name).map(|(_, reading)| *reading)
}
