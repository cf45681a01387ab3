//! A function may run for 15 minutes.
use crate::prelude::*;

check! {
    /// # Longest possible timeout
    ///
    /// A function may run for 15 minutes.
    ///
    /// ## Why it matters
    ///
    /// A request that hangs, or that an attacker keeps busy, costs the full quarter of an hour each
    /// time.
    ///
    /// ## What to do
    ///
    /// Set `Timeout` a little above what the slowest honest run takes. Work that is longer belongs into
    /// a state machine.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Timeout: 900
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Timeout: 60
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   timeout = 900
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   timeout = 60
    /// }
    /// ```
    LONGEST_TIMEOUT = "longest-timeout" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-400", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: longest_timeout,
    }
}

fn longest_timeout(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.int("timeout_seconds").is_some_and(|seconds| seconds >= 900).into();
        findings.when(wrong, || {
            LONGEST_TIMEOUT
                .on(function, "timeout_seconds", format!("`{}` may run for 15 minutes", function.name))
                .fix(Fix::risky("shorten the timeout", function.set("timeout_seconds", 60_i64)))
        });
    }
}
