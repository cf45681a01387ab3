//! A function has more than the default space in `/tmp`.
use crate::prelude::*;

check! {
    /// # Large temporary storage
    ///
    /// A function has more than the default space in `/tmp`.
    ///
    /// ## Why it matters
    ///
    /// Files in `/tmp` survive until the environment ends: the next request, of another user, finds
    /// them. More space keeps more of them.
    ///
    /// ## What to do
    ///
    /// Delete files at the end of each request. Keep the default of 512 MB when they fit.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     EphemeralStorage: { Size: 4096 }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     EphemeralStorage: { Size: 512 }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   ephemeral_storage {
    ///     size = 4096
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
    ///   ephemeral_storage {
    ///     size = 512
    ///   }
    /// }
    /// ```
    LARGE_TEMPORARY_STORAGE = "large-temporary-storage" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-459", "OWASP-SLS:S6", "CSA:SAS-12"],
        also_known_as: &[],
        run: large_temporary_storage,
    }
}

fn large_temporary_storage(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.int("ephemeral_storage_mb").is_some_and(|size| size > 512).into();
        findings.when(wrong, || {
            LARGE_TEMPORARY_STORAGE
                .on(
                    function,
                    "ephemeral_storage_mb",
                    format!("`{}` keeps more than 512 MB between invocations", function.name),
                )
                .fix(Fix::risky("use the default", function.set("ephemeral_storage_mb", 512_i64)))
        });
    }
}
