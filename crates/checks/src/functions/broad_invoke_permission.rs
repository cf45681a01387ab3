//! A permission allows more than to invoke the function.
use crate::prelude::*;

check! {
    /// # More than invoking
    ///
    /// A permission allows more than to invoke the function.
    ///
    /// ## Why it matters
    ///
    /// `lambda:*` in a resource policy lets the other side change or delete the code.
    ///
    /// ## What to do
    ///
    /// Allow `lambda:InvokeFunction` alone.
    ///
    /// ```yaml fires
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: 'lambda:*', Principal: '123456789012' }
    /// ```
    /// ```yaml quiet
    /// P:
    ///   Type: AWS::Lambda::Permission
    ///   Properties: { FunctionName: f, Action: lambda:InvokeFunction, Principal: '123456789012' }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:*"
    ///   principal     = "123456789012"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_permission" "p" {
    ///   function_name = "f"
    ///   action        = "lambda:InvokeFunction"
    ///   principal     = "123456789012"
    /// }
    /// ```
    BROAD_INVOKE_PERMISSION = "broad-invoke-permission" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["W24"],
        run: broad_invoke_permission,
    }
}

fn broad_invoke_permission(app: &App, findings: &mut Findings) {
    for permission in app.all(Kind::InvokePermission) {
        let Some(action) = permission.text("action") else { continue };
        let invokes = action.to_ascii_lowercase().starts_with("lambda:invoke") && !action.ends_with(":*");
        if !invokes {
            let message = format!("`{}` allows `{action}`", permission.name);
            let narrow = permission.set("action", "lambda:InvokeFunction");
            findings.push(
                BROAD_INVOKE_PERMISSION
                    .on(permission, "action", message)
                    .fix(Fix::risky("only invoke", narrow)),
            );
        }
    }
}
