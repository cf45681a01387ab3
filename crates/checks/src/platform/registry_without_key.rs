//! An image registry without a customer key.
use crate::prelude::*;

check! {
    /// # Image registry without KMS
    ///
    /// Images are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read images, which often hold code and configuration, and
    /// records who did.
    ///
    /// ## What to do
    ///
    /// Choose KMS encryption when you create the registry: it cannot be changed later.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::ECR::Repository, Properties: { RepositoryName: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::ECR::Repository, Properties: { EncryptionConfiguration: { EncryptionType: KMS } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecr_repository" "x" {
    ///   name = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecr_repository" "x" {
    ///   name = "r"
    ///   encryption_configuration {
    ///     encryption_type = "KMS"
    ///   }
    /// }
    /// ```
    REGISTRY_WITHOUT_KEY = "registry-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_136"],
        run: registry_without_key,
    }
}

fn registry_without_key(app: &App, findings: &mut Findings) {
    for registry in app.all(Kind::ImageRegistry).filter(|registry| !registry.has("public")) {
        findings.when(!registry.is("encryption", "KMS"), || {
            REGISTRY_WITHOUT_KEY
                .on(registry, "encryption", format!("`{}` is not encrypted with KMS", registry.name))
                .fix(Fix::risky(
                    "encrypt with the key service (replaces the repository)",
                    registry.set("encryption", "KMS"),
                ))
        });
    }
}
