//! A policy allows to create, change or delete any resource of a service.
use super::effective::judge;
use crate::prelude::*;

check! {
    /// # Writing without constraint
    ///
    /// A policy allows to create, change or delete any resource of a service.
    ///
    /// ## Why it matters
    ///
    /// A fault in one function then changes or deletes what belongs to others.
    ///
    /// ## What to do
    ///
    /// Name the resources in the statement, or add a condition that narrows it, such as a tag.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:DeleteTable, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:DeleteTable, Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:DescribeTable, Resource: '*' }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "dynamodb:DeleteTable", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "dynamodb:DescribeTable", Resource = "*" }]
    ///   })
    /// }
    /// ```
    UNCONSTRAINED_WRITES = "unconstrained-writes" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_111", "CKV_AWS_290"],
        run: unconstrained_writes,
    }
}

fn unconstrained_writes(app: &App, findings: &mut Findings) {
    judge(app, findings, &UNCONSTRAINED_WRITES, "may write to every resource", |reach| {
        reach.granted.writes()
    });
}
