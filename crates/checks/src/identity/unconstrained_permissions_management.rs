//! A policy allows to change who may access resources, for any resource.
use super::effective::judge;
use crate::prelude::*;

check! {
    /// # Permissions management without constraint
    ///
    /// A policy allows to change who may access resources, for any resource.
    ///
    /// ## Why it matters
    ///
    /// Whoever may write a bucket policy or a key grant can open the resource to the world.
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
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:PutBucketPolicy, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:PutBucketPolicy, Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: s3:ListBucket, Resource: '*' }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:PutBucketPolicy", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }]
    ///   })
    /// }
    /// ```
    UNCONSTRAINED_PERMISSIONS_MANAGEMENT = "unconstrained-permissions-management" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_109", "CKV_AWS_289"],
        run: unconstrained_permissions_management,
    }
}

fn unconstrained_permissions_management(app: &App, findings: &mut Findings) {
    judge(
        app,
        findings,
        &UNCONSTRAINED_PERMISSIONS_MANAGEMENT,
        "may change permissions on every resource",
        |reach| reach.granted.permissions(),
    );
}
