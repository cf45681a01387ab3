//! A function keeps log entries of the levels DEBUG or TRACE.
use crate::prelude::*;

check! {
    /// # Debug logs kept
    ///
    /// A function keeps log entries of the levels DEBUG or TRACE.
    ///
    /// ## Why it matters
    ///
    /// Debug entries hold whole requests, tokens and personal data, and stay as long as the log group
    /// keeps them.
    ///
    /// ## What to do
    ///
    /// Set the application log level to `INFO` or `WARN` in production.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     LoggingConfig: { LogFormat: JSON, ApplicationLogLevel: DEBUG }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     LoggingConfig: { LogFormat: JSON, ApplicationLogLevel: INFO }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   logging_config {
    ///     log_format            = "JSON"
    ///     application_log_level = "TRACE"
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
    ///     log_format            = "JSON"
    ///     application_log_level = "WARN"
    ///   }
    /// }
    /// ```
    DEBUG_LOGS = "debug-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-532", "OWASP-SLS:S3", "CSA:SAS-5"],
        also_known_as: &[],
        run: debug_logs,
    }
}

fn debug_logs(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.is("log_level", "DEBUG") | function.is("log_level", "TRACE");
        findings.when(wrong, || {
            DEBUG_LOGS
                .on(function, "log_level", format!("`{}` keeps debug entries", function.name))
                .fix(Fix::safe("keep INFO and above", function.set("log_level", "INFO")))
        });
    }
}
