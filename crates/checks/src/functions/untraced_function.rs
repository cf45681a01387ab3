//! Requests to a function are not traced.
use crate::prelude::*;

check! {
    /// # Function without tracing
    ///
    /// Requests to a function are not traced.
    ///
    /// ## Why it matters
    ///
    /// Without traces it takes long to see which request reached which service, during an incident too.
    ///
    /// ## What to do
    ///
    /// Set `TracingConfig` to `Active`.
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
    ///     TracingConfig: { Mode: Active }
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
    ///   tracing_config {
    ///     mode = "Active"
    ///   }
    /// }
    /// ```
    UNTRACED_FUNCTION = "untraced-function" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_50"],
        run: untraced_function,
    }
}

fn untraced_function(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let traced = function.is("tracing_mode", "Active") | function.is("tracing_mode", "PassThrough");
        let wrong = !(traced | function.flag("tracing"));
        findings.when(wrong, || {
            UNTRACED_FUNCTION
                .on(function, "tracing_mode", format!("`{}` is not traced", function.name))
                .fix(Fix::safe("trace requests", function.set("tracing_mode", "Active")))
        });
    }
}
