//! A policy allows every action of IAM.
use super::effective::each_statement;
use crate::prelude::*;

check! {
    /// # Full control of identities
    ///
    /// A policy allows every action of IAM.
    ///
    /// ## Why it matters
    ///
    /// Who may write policies and create keys can give themselves everything else.
    ///
    /// ## What to do
    ///
    /// Leave the management of identities to a deployment role. A function that must create roles needs
    /// a permissions boundary on each.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: 'iam:*', Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: iam:GetUser, Resource: '*' }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "iam:*", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "iam:GetUser", Resource = "*" }]
    ///   })
    /// }
    /// ```
    FULL_IAM_PERMISSIONS = "full-iam-permissions" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_40"],
        run: full_iam_permissions,
    }
}

fn full_iam_permissions(app: &App, findings: &mut Findings) {
    each_statement(app, findings, &FULL_IAM_PERMISSIONS, |statement| {
        let full = ["iam:*", "*", "*:*"].iter().any(|action| statement.has_action(action));
        full.then(|| (Tri::True, "allows every action of IAM".to_owned()))
    });
}
