//! A policy allows every action of every service.
use super::effective::written;
use crate::prelude::*;

check! {
    /// # Every action
    ///
    /// A policy allows every action of every service.
    ///
    /// ## Why it matters
    ///
    /// `*` covers actions that nobody thought of, and those of services that do not exist yet. A
    /// resource beside it narrows less than it seems: many actions take no resource.
    ///
    /// ## What to do
    ///
    /// List the actions that the code calls.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: '*', Resource: arn:aws:s3:::orders/* }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: 's3:*', Resource: arn:aws:s3:::orders/* }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = ["*"], Resource = "arn:aws:s3:::orders/*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = "arn:aws:s3:::orders/*" }]
    ///   })
    /// }
    /// ```
    WILDCARD_ACTIONS = "wildcard-actions" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_49", "CKV_AWS_63", "F4", "F3"],
        run: wildcard_actions,
    }
}

fn wildcard_actions(app: &App, findings: &mut Findings) {
    for (node, policies) in written(app) {
        // A resource's policy counts too: `*` is too much for any principal.
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        let mut allowed = statements.filter(|statement| statement.allows());
        if let Some(statement) = allowed.find(|s| s.has_action("*") || s.has_action("*:*")) {
            let message = format!("`{}` allows every action", node.name);
            findings.push(WILDCARD_ACTIONS.at(node, message).at(statement.at));
        }
    }
}
