//! A policy allows actions on `*` although a statement can name the resources of these actions.
use super::effective::judge;
use crate::prelude::*;

check! {
    /// # Every resource where one could be named
    ///
    /// A policy allows actions on `*` although a statement can name the resources of these actions.
    ///
    /// ## Why it matters
    ///
    /// `*` includes the resources of every other application in the account, and those that are created
    /// later.
    ///
    /// ## What to do
    ///
    /// Name the resources by reference: `!GetAtt Table.Arn` or `aws_dynamodb_table.orders.arn`.
    ///
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "ec2:DescribeInstances", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: xray:PutTraceSegments, Resource: '*' }] }
    /// ```
    UNNEEDED_RESOURCE_WILDCARD = "unneeded-resource-wildcard" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_355", "CKV_AWS_356"],
        run: unneeded_resource_wildcard,
    }
}

fn unneeded_resource_wildcard(app: &App, findings: &mut Findings) {
    judge(
        app,
        findings,
        &UNNEEDED_RESOURCE_WILDCARD,
        "names `*` although its actions can be narrowed",
        |reach| reach.unrestricted.clone(),
    );
}
