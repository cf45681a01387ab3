//! A policy allows to invoke every function of the account.
use super::effective::{allows_any, each_wide_statement, on_everything};
use crate::prelude::*;

check! {
    /// # Invoking any function
    ///
    /// A policy allows to invoke every function of the account.
    ///
    /// ## Why it matters
    ///
    /// Functions that trust their internal callers do not validate again: a taken-over caller reaches
    /// all of them.
    ///
    /// ## What to do
    ///
    /// Name the function.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: '*' }] }
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument: { Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: arn:aws:lambda:eu-west-1:123456789012:function:mail }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = "*" }]
    ///   })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_policy" "p" {
    ///   policy = jsonencode({
    ///     Version   = "2012-10-17"
    ///     Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = "arn:aws:lambda:eu-west-1:123456789012:function:mail" }]
    ///   })
    /// }
    /// ```
    INVOKE_ANY_FUNCTION = "invoke-any-function" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: invoke_any_function,
    }
}

fn invoke_any_function(app: &App, findings: &mut Findings) {
    each_wide_statement(app, findings, &INVOKE_ANY_FUNCTION, |statement| {
        let action = allows_any(statement, &["lambda:InvokeFunction"])?;
        let open = on_everything(statement) & statement.conditions.is_empty().into();
        Some((open, format!("may invoke every function (`{action}` on `*`)")))
    });
}
