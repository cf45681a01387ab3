//! A policy allows to read every secret of the account.
use super::effective::{allows_any, each_wide_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Reading any secret
    ///
    /// A policy allows to read every secret of the account.
    ///
    /// ## Why it matters
    ///
    /// One injected name is enough to obtain the credentials of every other application.
    ///
    /// ## What to do
    ///
    /// Name the secret, by reference or by prefix.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-abc }] }
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
    ///     Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-abc" }]
    ///   })
    /// }
    /// ```
    READ_ANY_SECRET = "read-any-secret" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-522", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: read_any_secret,
    }
}

fn read_any_secret(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &READ_ANY_SECRET, |statement| {
        // Every action is told by a check of its own.
        let told = ["*", "*:*"].iter().any(|action| statement.has_action(action));
        let action = allows_any(statement, &["secretsmanager:GetSecretValue"]).filter(|_| !told)?;
        let whole = statement.resources.iter().map(Value::display).find(|text| is_every_secret(text));
        let open = Tri::from(whole.is_some()) | on_everything(statement);
        let resource = whole.as_deref().unwrap_or("*");
        let message = format!("may read every secret (`{action}` on `{resource}`)");
        Some((open & statement.conditions.is_empty().into(), message))
    });
}

/// An ARN that every secret matches: `arn:aws:secretsmanager:*:*:secret:*`.
fn is_every_secret(arn: &str) -> bool {
    let Some((_, rest)) = arn.split_once(":secretsmanager:") else { return false };
    rest.ends_with(":secret:*") || rest == "*" || rest.ends_with(":*") && !rest.contains("secret:")
}
