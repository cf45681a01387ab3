//! A permission lets every AWS account invoke a function.
use crate::prelude::*;
use crate::repair::{is_terraform, pseudo};

check! {
    /// # Anyone may invoke the function
    ///
    /// A permission lets every AWS account invoke a function.
    ///
    /// ## Why it matters
    ///
    /// The caller skips the API, its authentication and its limits, and chooses the event freely.
    ///
    /// ## What to do
    ///
    /// Name the account or service, and its source. For an organisation use `PrincipalOrgID`.
    ///
    /// ```yaml fires
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: lambda:InvokeFunction, Principal: '*' }
    /// ```
    /// ```yaml quiet
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: lambda:InvokeFunction, Principal: 's3.amazonaws.com', SourceAccount: "123456789012" }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:InvokeFunction"
    ///   principal     = "*"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:InvokeFunction"
    ///   principal     = "s3.amazonaws.com"
    ///   source_account = "123456789012"
    /// }
    /// ```
    PUBLIC_INVOKE_PERMISSION = "public-invoke-permission" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_301", "F13", "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED"],
        run: public_invoke_permission,
    }
}

fn public_invoke_permission(app: &App, findings: &mut Findings) {
    for permission in app.all(Kind::InvokePermission) {
        findings.when(permission.is("principal", "*"), || {
            // An organisation or a source still narrows it; IAM on a URL asks who calls.
            let narrowed =
                ["organization", "source", "source_account"].iter().any(|attr| permission.has(attr))
                    || permission.is("url_auth", "AWS_IAM").is_true();
            let message = format!("`{}` lets everyone invoke the function", permission.name);
            let severity = if narrowed { Severity::Low } else { Severity::High };
            PUBLIC_INVOKE_PERMISSION
                .on(permission, "principal", message)
                .severity(severity)
                .fix_if(narrow(permission))
        });
    }
}

/// Terraform has no name for the own account.
fn narrow(permission: &Node) -> Option<Fix> {
    let is_for_url = permission.is("action", "lambda:InvokeFunctionUrl").is_true();
    (!is_terraform(permission) && !is_for_url)
        .then(|| Fix::risky("let only the own account in", permission.set("principal", pseudo("AccountId"))))
}
