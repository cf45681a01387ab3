//! A function has more than 8 GB of memory.
use crate::prelude::*;

check! {
    /// # Unusually large memory
    ///
    /// A function has more than 8 GB of memory.
    ///
    /// ## Why it matters
    ///
    /// The price of an invocation grows with its memory: what an attacker can make it cost grows as
    /// well.
    ///
    /// ## What to do
    ///
    /// Measure what the function uses (the report line of its log says so), and set `MemorySize` a
    /// little above.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     MemorySize: 10240
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     MemorySize: 1024
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   memory_size = 10240
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   memory_size = 1024
    /// }
    /// ```
    EXTREME_MEMORY = "extreme-memory" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-400", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: extreme_memory,
    }
}

fn extreme_memory(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.int("memory_mb").is_some_and(|memory| memory > 8_192).into();
        findings.when(wrong, || {
            EXTREME_MEMORY
                .on(function, "memory_mb", format!("`{}` has more than 8 GB of memory", function.name))
                .fix(Fix::risky("use less memory", function.set("memory_mb", 1024_i64)))
        });
    }
}
