//! A build whose logs in a bucket are not encrypted.
use crate::prelude::*;

check! {
    /// # Unencrypted build logs
    ///
    /// The build writes its logs to a bucket without encryption.
    ///
    /// ## Why it matters
    ///
    /// Build logs show commands, hosts and sometimes secrets.
    ///
    /// ## What to do
    ///
    /// Remove `EncryptionDisabled` from the bucket's log settings.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeBuild::Project, Properties: { LogsConfig: { S3Logs: { Status: ENABLED, EncryptionDisabled: true } } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeBuild::Project, Properties: { LogsConfig: { S3Logs: { Status: ENABLED } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codebuild_project" "x" {
    ///   logs_config {
    ///     s3_logs {
    ///       status              = "ENABLED"
    ///       encryption_disabled = true
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codebuild_project" "x" {
    ///   name = "b"
    /// }
    /// ```
    UNENCRYPTED_BUILD_LOGS = "unencrypted-build-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_311"],
        run: unencrypted_build_logs,
    }
}

fn unencrypted_build_logs(app: &App, findings: &mut Findings) {
    for build in app.all(Kind::Build) {
        findings.when(build.flag("bucket_logs_unencrypted"), || {
            UNENCRYPTED_BUILD_LOGS
                .on(build, "bucket_logs_unencrypted", format!("logs of `{}` are not encrypted", build.name))
                .fix(Fix::safe("encrypt them", build.set("bucket_logs_unencrypted", false)))
        });
    }
}
