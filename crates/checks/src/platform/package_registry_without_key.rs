//! A package registry without a customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Package registry without customer key
    ///
    /// Packages are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// Private packages are source code. A key of your own decides who may read them, and records who
    /// did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key when you create the domain.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::CodeArtifact::Domain, Properties: { DomainName: d } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::CodeArtifact::Domain, Properties: { DomainName: d, EncryptionKey: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_codeartifact_domain" "x" {
    ///   domain = "d"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_codeartifact_domain" "x" {
    ///   domain         = "d"
    ///   encryption_key = "k"
    /// }
    /// ```
    PACKAGE_REGISTRY_WITHOUT_KEY = "package-registry-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_221"],
        run: package_registry_without_key,
    }
}

fn package_registry_without_key(app: &App, findings: &mut Findings) {
    for domain in app.of_type(&["AWS::CodeArtifact::Domain", "aws_codeartifact_domain"]) {
        findings.unless_set(domain, "key", || {
            PACKAGE_REGISTRY_WITHOUT_KEY
                .at(domain, format!("`{}` has no customer key", domain.name))
                .fix(with_own_key(app, domain, "key", "encrypt with a customer key (replaces the domain)"))
        });
    }
}
