//! A build whose results are not encrypted.
use crate::prelude::*;

check! {
    /// # Unencrypted build artifacts
    ///
    /// The build stores its results without encryption.
    ///
    /// ## Why it matters
    ///
    /// Artifacts are what gets deployed, often with configuration inside. Encryption was switched off
    /// here on purpose.
    ///
    /// ## What to do
    ///
    /// Remove `EncryptionDisabled`.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Artifacts: { Type: S3, EncryptionDisabled: true } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Artifacts: { Type: S3 } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codebuild_project" "x" {
    ///   artifacts {
    ///     type                = "S3"
    ///     encryption_disabled = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codebuild_project" "x" {
    ///   artifacts {
    ///     type = "S3"
    ///   }
    /// }
    /// ```
    UNENCRYPTED_BUILD_ARTIFACTS = "unencrypted-build-artifacts" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_78"],
        run: unencrypted_build_artifacts,
    }
}

fn unencrypted_build_artifacts(app: &App, findings: &mut Findings) {
    for build in app.all(Kind::Build).filter(|build| !build.is("artifacts", "NO_ARTIFACTS").is_true()) {
        let stored = Tri::from(build.provider_type.starts_with("aws_")) | build.is("artifacts", "S3");
        findings.when(stored & build.flag("artifacts_unencrypted"), || {
            UNENCRYPTED_BUILD_ARTIFACTS
                .on(build, "artifacts_unencrypted", format!("results of `{}` are not encrypted", build.name))
                .fix(Fix::safe("encrypt them", build.set("artifacts_unencrypted", false)))
        });
    }
}
