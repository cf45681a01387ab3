//! A function takes code that nobody signed.
use crate::prelude::*;

check! {
    /// # Function without code signing
    ///
    /// A function takes code that nobody signed.
    ///
    /// ## Why it matters
    ///
    /// Whoever can write to the bucket or call the API puts code into the function. With signing,
    /// Lambda refuses what your build did not sign.
    ///
    /// ## What to do
    ///
    /// Make a code signing configuration with the profile of your build, and name it here.
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
    ///     CodeSigningConfigArn: arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1
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
    ///   code_signing_config_arn = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1"
    /// }
    /// ```
    UNSIGNED_FUNCTION = "unsigned-function" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-345", "CWE-494", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_272"],
        run: unsigned_function,
    }
}

fn unsigned_function(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        findings.unless_set(function, "signing", || {
            UNSIGNED_FUNCTION.at(function, format!("`{}` takes code that nobody signed", function.name))
        });
    }
}
