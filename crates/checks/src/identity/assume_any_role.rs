//! A policy allows to assume every role that trusts the account.
use super::effective::{allows_any, each_wide_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Assuming any role
    ///
    /// A policy allows to assume every role that trusts the account.
    ///
    /// ## Why it matters
    ///
    /// A taken-over function can then become any role that trusts the account, administrators included.
    ///
    /// ## What to do
    ///
    /// Name the role that the code assumes.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Resource: arn:aws:iam::123456789012:role/reader }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::123456789012:role/reader" }]
    ///   })
    /// }
    /// ```
    ASSUME_ANY_ROLE = "assume-any-role" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: assume_any_role,
    }
}

fn assume_any_role(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &ASSUME_ANY_ROLE, |statement| {
        let action = allows_any(statement, &["sts:AssumeRole"])?;
        let open = on_everything(statement) & statement.conditions.is_empty().into();
        Some((open, format!("may assume every role (`{action}` on `*`)")))
    });
}
