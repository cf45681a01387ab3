//! A policy allows to read every object, parameter or secret of the account.
use super::effective::judge;
use crate::prelude::*;

check! {
    /// # Permission to read all data
    ///
    /// A policy allows to read every object, parameter or secret of the account.
    ///
    /// ## Why it matters
    ///
    /// One injected path or name is enough to read what belongs to other applications.
    ///
    /// ## What to do
    ///
    /// Name the bucket, the parameter path or the secret that the code reads.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: arn:aws:s3:::orders/* }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "ssm:DescribeParameters", Resource = "*" }]
    ///   })
    /// }
    /// ```
    DATA_EXFILTRATION = "data-exfiltration" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-200", "CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_108", "CKV_AWS_288"],
        run: data_exfiltration,
    }
}

const READ_DATA: &[&str] = &[
    "s3:GetObject",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "secretsmanager:GetSecretValue",
];

fn data_exfiltration(app: &App, findings: &mut Findings) {
    judge(app, findings, &DATA_EXFILTRATION, "may read data of the whole account", |reach| {
        reach.open.named(READ_DATA.iter().copied())
    });
}
