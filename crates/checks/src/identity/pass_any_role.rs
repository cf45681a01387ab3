//! A policy allows to pass every role of the account to a service.
use super::effective::{allows_any, each_wide_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Passing any role
    ///
    /// A policy allows to pass every role of the account to a service.
    ///
    /// ## Why it matters
    ///
    /// With `iam:PassRole` on `*`, whoever may create a function, task or pipeline runs it as the
    /// strongest role of the account.
    ///
    /// ## What to do
    ///
    /// Name the role, and add the condition `iam:PassedToService`.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: iam:PassRole, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: iam:PassRole, Resource: arn:aws:iam::123456789012:role/worker }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "arn:aws:iam::123456789012:role/worker" }]
    ///   })
    /// }
    /// ```
    PASS_ANY_ROLE = "pass-any-role" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["F38", "F39", "F40"],
        run: pass_any_role,
    }
}

fn pass_any_role(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &PASS_ANY_ROLE, |statement| {
        // Every action, or every one of IAM, is told by checks of their own.
        let told = ["iam:*", "*", "*:*"].iter().any(|action| statement.has_action(action));
        let action = allows_any(statement, &["iam:PassRole"]).filter(|_| !told)?;
        let open = on_everything(statement) & statement.conditions.is_empty().into();
        Some((open, format!("may pass every role (`{action}` on `*`)")))
    });
}
