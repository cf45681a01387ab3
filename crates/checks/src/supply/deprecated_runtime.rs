//! A function runs on a runtime that gets no security updates any more.
use crate::facts::runtimes;
use crate::prelude::*;

check! {
    /// # Runtime without support
    ///
    /// A function runs on a runtime that gets no security updates any more.
    ///
    /// ## Why it matters
    ///
    /// Weaknesses found from now on stay open. After a while the function cannot be updated at all, not
    /// even to repair it.
    ///
    /// ## What to do
    ///
    /// Move to a supported runtime of the same language.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: nodejs12.x
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
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.8"
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
    /// }
    /// ```
    DEPRECATED_RUNTIME = "deprecated-runtime" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "CWE-477", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_363"],
        run: deprecated_runtime,
    }
}

fn deprecated_runtime(app: &App, findings: &mut Findings) {
    let today = findings.today;
    for function in app.functions() {
        let Some(runtime) = function.text("runtime").and_then(runtimes::find) else {
            let unclear = function.get("runtime").is_some_and(|value| value.as_str().is_none());
            findings.when(if unclear { Tri::Unknown } else { Tri::False }, || {
                DEPRECATED_RUNTIME.at(function, "")
            });
            continue;
        };
        if runtime.ends <= today {
            let message = format!(
                "`{}` runs on `{}`, without updates since {}",
                function.name, runtime.id, runtime.ends
            );
            let update = function.set("runtime", runtime.successor);
            findings.push(
                DEPRECATED_RUNTIME
                    .on(function, "runtime", message)
                    .fix(Fix::risky("use a supported runtime", update)),
            );
        }
    }
}
