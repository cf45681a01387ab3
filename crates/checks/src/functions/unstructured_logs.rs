//! A function writes its logs as plain text.
use crate::prelude::*;

check! {
    /// # Unstructured logs
    ///
    /// A function writes its logs as plain text.
    ///
    /// ## Why it matters
    ///
    /// Plain lines cannot be filtered by level or searched by request, and injected line breaks forge
    /// entries.
    ///
    /// ## What to do
    ///
    /// Set `LoggingConfig.LogFormat` to `JSON`.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     LoggingConfig: { LogFormat: Text }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     LoggingConfig: { LogFormat: JSON }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   logging_config {
    ///     log_format = "Text"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   logging_config {
    ///     log_format = "JSON"
    ///   }
    /// }
    /// ```
    UNSTRUCTURED_LOGS = "unstructured-logs" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-117", "CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: unstructured_logs,
    }
}

fn unstructured_logs(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.is("log_format", "Text");
        findings.when(wrong, || {
            UNSTRUCTURED_LOGS
                .on(function, "log_format", format!("`{}` logs plain text", function.name))
                .fix(Fix::risky("log JSON", function.set("log_format", "JSON")))
        });
    }
}
