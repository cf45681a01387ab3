//! A function has no concurrency of its own.
use crate::prelude::*;

check! {
    /// # No limit of concurrency
    ///
    /// A function has no concurrency of its own.
    ///
    /// ## Why it matters
    ///
    /// Without a limit one function can use up the concurrency of the whole account, and every request
    /// costs money. With one, an attack stops at a known price.
    ///
    /// ## What to do
    ///
    /// Set `ReservedConcurrentExecutions` to what the function needs at its busiest hour.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     ReservedConcurrentExecutions: 20
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   reserved_concurrent_executions = 20
    /// }
    /// ```
    NO_RESERVED_CONCURRENCY = "no-reserved-concurrency" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S8", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_115", "LAMBDA_CONCURRENCY_CHECK", "W92"],
        run: no_reserved_concurrency,
    }
}

fn no_reserved_concurrency(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let limit = function.int("concurrency");
        let wrong = (!function.has("concurrency") || limit.is_some_and(|limit| limit < 0)).into();
        findings.when(wrong, || {
            NO_RESERVED_CONCURRENCY
                .on(
                    function,
                    "concurrency",
                    format!("`{}` may use the whole account's concurrency", function.name),
                )
                .fix(Fix::risky("reserve concurrency", function.set("concurrency", 20_i64)))
        });
    }
}
