//! A function has a reserved concurrency of zero.
use crate::prelude::*;

check! {
    /// # Function switched off
    ///
    /// A function has a reserved concurrency of zero.
    ///
    /// ## Why it matters
    ///
    /// Nothing can invoke it, yet its code, its role and its permissions stay, and nobody looks after
    /// them.
    ///
    /// ## What to do
    ///
    /// Delete the function, or give it concurrency again.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     ReservedConcurrentExecutions: 0
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     ReservedConcurrentExecutions: 5
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   reserved_concurrent_executions = 0
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   reserved_concurrent_executions = 5
    /// }
    /// ```
    SWITCHED_OFF_FUNCTION = "switched-off-function" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1164", "OWASP-SLS:S9", "CSA:SAS-11"],
        also_known_as: &[],
        run: switched_off_function,
    }
}

fn switched_off_function(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = (function.int("concurrency") == Some(0)).into();
        findings.when(wrong, || {
            SWITCHED_OFF_FUNCTION
                .on(
                    function,
                    "concurrency",
                    format!("`{}` cannot run: its concurrency is zero", function.name),
                )
                .fix(Fix::risky("let it run", function.unset("concurrency")))
        });
    }
}
