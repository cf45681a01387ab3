//! A build with full rights over its host.
use crate::prelude::*;

check! {
    /// # Privileged build
    ///
    /// Builds run with full rights over the machine under them.
    ///
    /// ## Why it matters
    ///
    /// A poisoned dependency that runs during the build can leave its container and see other
    /// credentials of the host.
    ///
    /// ## What to do
    ///
    /// Switch privileged mode off, unless the build makes container images with Docker.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Environment: { PrivilegedMode: true } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Environment: { Type: LINUX_CONTAINER } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codebuild_project" "x" {
    ///   environment {
    ///     privileged_mode = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codebuild_project" "x" {
    ///   name = "b"
    /// }
    /// ```
    PRIVILEGED_BUILD = "privileged-build" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_316"],
        run: privileged_build,
    }
}

fn privileged_build(app: &App, findings: &mut Findings) {
    for build in app.all(Kind::Build) {
        findings.when(build.flag("privileged"), || {
            PRIVILEGED_BUILD
                .on(build, "privileged", format!("`{}` has full rights over its host", build.name))
                .fix(Fix::risky("switch privileged mode off", build.set("privileged", false)))
        });
    }
}
