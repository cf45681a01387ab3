//! A certificate that is kept out of the public logs.
use crate::prelude::*;

check! {
    /// # Certificate without transparency logging
    ///
    /// This certificate is not recorded in certificate transparency logs.
    ///
    /// ## Why it matters
    ///
    /// Browsers refuse certificates that are not logged, and nobody notices when a certificate for
    /// the domain is issued to somebody else.
    ///
    /// ## What to do
    ///
    /// Leave transparency logging on, as it is by default.
    ///
    /// ```yaml fires
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: a.example.com, CertificateTransparencyLoggingPreference: DISABLED } }
    /// ```
    /// ```yaml quiet
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: a.example.com } }
    /// ```
    /// ```hcl fires
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name = "a.example.com"
    ///   options {
    ///     certificate_transparency_logging_preference = "DISABLED"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name = "a.example.com"
    /// }
    /// ```
    CERTIFICATE_WITHOUT_TRANSPARENCY = "certificate-without-transparency" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-295", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_234"],
        run: certificate_without_transparency,
    }
}

fn certificate_without_transparency(app: &App, findings: &mut Findings) {
    for certificate in app.all(Kind::Certificate).filter(|certificate| certificate.has("transparency")) {
        findings.when(!certificate.is("transparency", "ENABLED"), || {
            CERTIFICATE_WITHOUT_TRANSPARENCY
                .on(certificate, "transparency", format!("`{}` is not logged", certificate.name))
                .fix(Fix::safe("log the certificate", certificate.set("transparency", "ENABLED")))
        });
    }
}
