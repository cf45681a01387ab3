//! A function uses SnapStart together with something that SnapStart does not support.
use crate::prelude::*;

check! {
    /// # SnapStart where it does not work
    ///
    /// A function uses SnapStart together with something that SnapStart does not support.
    ///
    /// ## Why it matters
    ///
    /// Lambda refuses network file systems, more than 512 MB in `/tmp`, provisioned concurrency and
    /// most runtimes together with SnapStart: the deployment fails. And what is unique or secret in the
    /// snapshot is shared by all environments.
    ///
    /// ## What to do
    ///
    /// Take one of the two away.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     SnapStart: { ApplyOn: PublishedVersions }
    ///     EphemeralStorage: { Size: 1024 }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     SnapStart: { ApplyOn: PublishedVersions }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "nodejs24.x"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   snap_start {
    ///     apply_on = "PublishedVersions"
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
    ///   snap_start {
    ///     apply_on = "PublishedVersions"
    ///   }
    /// }
    /// ```
    UNSUPPORTED_SNAP_START = "unsupported-snap-start" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1104", "CWE-665", "OWASP-SLS:S6", "CSA:SAS-12"],
        also_known_as: &[],
        run: unsupported_snap_start,
    }
}

/// Source: AWS Lambda Developer Guide, "Improving startup performance with Lambda SnapStart".
fn unsupported_snap_start(app: &App, findings: &mut Findings) {
    for function in app.functions().filter(|function| function.flag("snap_start").is_true()) {
        let old =
            ["nodejs", "ruby", "provided", "go1", "java8", "dotnetcore", "dotnet5", "dotnet6", "dotnet7"];
        let old_python =
            ["python2", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11"];
        let runtime = function.text("runtime").unwrap_or_default();
        let conflict = if function.has("file_system") {
            Some("a network file system")
        } else if function.int("ephemeral_storage_mb").is_some_and(|size| size > 512) {
            Some("more than 512 MB in `/tmp`")
        } else if function.has("provisioned_concurrency") {
            Some("provisioned concurrency")
        } else if old.iter().chain(&old_python).any(|prefix| runtime.starts_with(prefix)) {
            Some("its runtime")
        } else {
            None
        };
        if let Some(conflict) = conflict {
            let message = format!("`{}` uses SnapStart, which does not work with {conflict}", function.name);
            let fix = Fix::safe("start without a snapshot", function.unset("snap_start"));
            findings.push(UNSUPPORTED_SNAP_START.on(function, "snap_start", message).fix(fix));
        }
    }
}
