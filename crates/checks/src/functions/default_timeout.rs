//! A function leaves its timeout to the default of three seconds.
use crate::prelude::*;

check! {
    /// # Timeout not chosen
    ///
    /// A function leaves its timeout to the default of three seconds.
    ///
    /// ## Why it matters
    ///
    /// Three seconds are too short for a cold start with a database, and too long for nothing: failures
    /// look like chance.
    ///
    /// ## What to do
    ///
    /// Measure, and set `Timeout`.
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
    ///     Timeout: 10
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
    ///   timeout = 10
    /// }
    /// ```
    DEFAULT_TIMEOUT = "default-timeout" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-1188", "OWASP-SLS:S10", "CSA:SAS-8"],
        also_known_as: &[],
        run: default_timeout,
    }
}

fn default_timeout(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = (!function.has("timeout_seconds")).into();
        findings.when(wrong, || {
            DEFAULT_TIMEOUT
                .on(
                    function,
                    "timeout_seconds",
                    format!("`{}` leaves its timeout to the default", function.name),
                )
                .fix(Fix::risky("set a timeout", function.set("timeout_seconds", 10_i64)))
        });
    }
}
