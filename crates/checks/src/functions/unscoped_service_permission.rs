//! A permission lets an AWS service invoke a function, for the resources of any account.
use crate::prelude::*;
use crate::repair::{is_terraform, pseudo};

check! {
    /// # A service without its source
    ///
    /// A permission lets an AWS service invoke a function, for the resources of any account.
    ///
    /// ## Why it matters
    ///
    /// Anyone can point a bucket, rule or API of their own at the function: the service then invokes it
    /// for them. This is the confused deputy.
    ///
    /// ## What to do
    ///
    /// Add `SourceArn`, or `SourceAccount` for buckets.
    ///
    /// ```yaml fires
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: lambda:InvokeFunction, Principal: 's3.amazonaws.com' }
    /// ```
    /// ```yaml quiet
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: lambda:InvokeFunction, Principal: 's3.amazonaws.com', SourceArn: "arn:aws:s3:::photos" }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:InvokeFunction"
    ///   principal     = "events.amazonaws.com"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:InvokeFunction"
    ///   principal     = "events.amazonaws.com"
    ///   source_arn    = "arn:aws:events:eu-west-1:123456789012:rule/r"
    /// }
    /// ```
    UNSCOPED_SERVICE_PERMISSION = "unscoped-service-permission" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-441", "CWE-284", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_364"],
        run: unscoped_service_permission,
    }
}

fn unscoped_service_permission(app: &App, findings: &mut Findings) {
    for permission in app.all(Kind::InvokePermission) {
        let principal = permission.text("principal").unwrap_or_default();
        let is_service = principal.split_once(".amazonaws.com").is_some_and(|(name, _)| !name.contains('.'));
        let scoped = ["source", "source_account", "token"].iter().any(|attr| permission.has(attr));
        if is_service && !scoped {
            let message =
                format!("`{}` lets `{principal}` invoke the function for any account", permission.name);
            findings.push(
                UNSCOPED_SERVICE_PERMISSION.on(permission, "principal", message).fix_if(narrow(permission)),
            );
        }
    }
}

/// Terraform has no name for the own account.
fn narrow(permission: &Node) -> Option<Fix> {
    (!is_terraform(permission)).then(|| {
        Fix::risky("only for the own account", permission.set("source_account", pseudo("AccountId")))
    })
}
