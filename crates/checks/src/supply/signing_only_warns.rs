//! A code signing configuration lets code in that nobody trusted signed.
use crate::prelude::*;

check! {
    /// # Code signing that only warns
    ///
    /// A code signing configuration lets code in that nobody trusted signed.
    ///
    /// ## Why it matters
    ///
    /// `Warn` writes a line to the log and deploys all the same.
    ///
    /// ## What to do
    ///
    /// Set `UntrustedArtifactOnDeployment` to `Enforce` once your build signs.
    ///
    /// ```yaml fires
    /// C: { Type: AWS::Lambda::CodeSigningConfig, Properties: { AllowedPublishers: { SigningProfileVersionArns: [a] } } }
    /// ```
    /// ```yaml quiet
    /// C: { Type: AWS::Lambda::CodeSigningConfig, Properties: { AllowedPublishers: { SigningProfileVersionArns: [a] }, CodeSigningPolicies: { UntrustedArtifactOnDeployment: Enforce } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_code_signing_config" "c" {
    ///   allowed_publishers {
    ///     signing_profile_version_arns = ["a"]
    ///   }
    ///   policies {
    ///     untrusted_artifact_on_deployment = "Warn"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_code_signing_config" "c" {
    ///   allowed_publishers {
    ///     signing_profile_version_arns = ["a"]
    ///   }
    ///   policies {
    ///     untrusted_artifact_on_deployment = "Enforce"
    ///   }
    /// }
    /// ```
    SIGNING_ONLY_WARNS = "signing-only-warns" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-347", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: signing_only_warns,
    }
}

fn signing_only_warns(app: &App, findings: &mut Findings) {
    for config in app.all(Kind::CodeSigning) {
        // The default is to warn.
        findings.when(!config.is("untrusted", "Enforce"), || {
            SIGNING_ONLY_WARNS
                .on(config, "untrusted", format!("`{}` deploys untrusted code with a warning", config.name))
                .fix(Fix::risky("refuse untrusted code", config.set("untrusted", "Enforce")))
        });
    }
}
