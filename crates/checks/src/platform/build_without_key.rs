//! A build without a customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Build without customer key
    ///
    /// Results of the build are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read what is built, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key in the project.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Artifacts: { Type: S3 } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeBuild::Project, Properties: { Artifacts: { Type: S3 }, EncryptionKey: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codebuild_project" "x" {
    ///   artifacts {
    ///     type = "S3"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codebuild_project" "x" {
    ///   encryption_key = "k"
    ///   artifacts {
    ///     type = "S3"
    ///   }
    /// }
    /// ```
    BUILD_WITHOUT_KEY = "build-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_147"],
        run: build_without_key,
    }
}

fn build_without_key(app: &App, findings: &mut Findings) {
    for build in app.all(Kind::Build).filter(|build| build.is("type", "project").is_true()) {
        if build.has("artifacts") && !build.is("artifacts", "NO_ARTIFACTS").is_true() {
            findings.unless_set(build, "key", || {
                BUILD_WITHOUT_KEY
                    .at(build, format!("`{}` has no customer key", build.name))
                    .fix(with_own_key(app, build, "key", "encrypt with a customer key"))
            });
        }
    }
}
