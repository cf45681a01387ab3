//! A build that does not say where its logs go.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Build without log settings
    ///
    /// Where the logs of this build go, and for how long, is not written down.
    ///
    /// ## Why it matters
    ///
    /// Who changed what was built, and which package it pulled, is asked after a supply-chain attack.
    ///
    /// ## What to do
    ///
    /// Name a log group with a retention, or a bucket.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Artifacts: { Type: S3 } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeBuild::Project, Properties: { LogsConfig: { CloudWatchLogs: { Status: ENABLED, GroupName: g } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codebuild_project" "x" {
    ///   name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codebuild_project" "x" {
    ///   logs_config {
    ///     cloudwatch_logs {
    ///       group_name = "g"
    ///     }
    ///   }
    /// }
    /// ```
    UNLOGGED_BUILD = "unlogged-build" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_314"],
        run: unlogged_build,
    }
}

fn unlogged_build(app: &App, findings: &mut Findings) {
    for build in app.all(Kind::Build).filter(|build| build.is("type", "project").is_true()) {
        if !build.has("cloud_logs") && !build.has("bucket_logs") {
            let status = if is_terraform(build) { "status" } else { "Status" };
            findings.push(
                UNLOGGED_BUILD.at(build, format!("`{}` does not say where its logs go", build.name)).fix(
                    Fix::safe("write logs", build.set("cloud_logs", Data::map([(status, "ENABLED".into())]))),
                ),
            );
        }
    }
}
