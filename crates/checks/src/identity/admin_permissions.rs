//! A policy allows every action on every resource.
use super::effective::{each_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Administrator permissions
    ///
    /// A policy allows every action on every resource.
    ///
    /// ## Why it matters
    ///
    /// Whoever takes over the function, by an injected event or a poisoned package, owns the whole
    /// account: data, keys, users and bills.
    ///
    /// ## What to do
    ///
    /// List the actions that the code calls and the resources that it calls them on. Start from what
    /// the function does, not from what might be needed.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }
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
    ///     Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::orders/*" }]
    ///   })
    /// }
    /// ```
    ADMIN_PERMISSIONS = "admin-permissions" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-250", "CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_1", "CKV_AWS_62", "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"],
        run: admin_permissions,
    }
}

fn admin_permissions(app: &App, findings: &mut Findings) {
    each_statement(app, findings, &ADMIN_PERMISSIONS, |statement| {
        let every_action = statement.has_action("*") || statement.has_action("*:*");
        every_action.then(|| (on_everything(statement), "allows every action on every resource".to_owned()))
    });
}
