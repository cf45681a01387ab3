//! A policy allows to decrypt with every key of the account.
use super::effective::{allows_any, each_wide_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Decrypting with any key
    ///
    /// A policy allows to decrypt with every key of the account.
    ///
    /// ## Why it matters
    ///
    /// Encryption separates data only as long as keys are separate: this identity opens all of it.
    ///
    /// ## What to do
    ///
    /// Name the key of the data that the code reads.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: kms:Decrypt, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: kms:Decrypt, Resource: arn:aws:kms:eu-west-1:123456789012:key/abc }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = "arn:aws:kms:eu-west-1:123456789012:key/abc" }]
    ///   })
    /// }
    /// ```
    DECRYPT_WITH_ANY_KEY = "decrypt-with-any-key" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: decrypt_with_any_key,
    }
}

fn decrypt_with_any_key(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &DECRYPT_WITH_ANY_KEY, |statement| {
        let action = allows_any(statement, &["kms:Decrypt"])?;
        let open = on_everything(statement) & statement.conditions.is_empty().into();
        Some((open, format!("may decrypt with every key (`{action}` on `*`)")))
    });
}
