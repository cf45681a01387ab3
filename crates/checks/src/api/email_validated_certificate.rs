//! A certificate whose renewal waits for a mail to be answered.
use crate::prelude::*;

check! {
    /// # Certificate validated by mail
    ///
    /// Somebody has to answer a mail each time this certificate is renewed.
    ///
    /// ## Why it matters
    ///
    /// The mail goes to addresses that often nobody reads. When it is not answered the certificate
    /// expires, and the API with it.
    ///
    /// ## What to do
    ///
    /// Validate by DNS: the record stays, and renewal needs nobody.
    ///
    /// ```yaml fires
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: a.example.com, ValidationMethod: EMAIL } }
    /// ```
    /// ```yaml quiet
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: a.example.com, ValidationMethod: DNS } }
    /// ```
    /// ```hcl fires
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name       = "a.example.com"
    ///   validation_method = "EMAIL"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name       = "a.example.com"
    ///   validation_method = "DNS"
    /// }
    /// ```
    EMAIL_VALIDATED_CERTIFICATE = "email-validated-certificate" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-404", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: email_validated_certificate,
    }
}

fn email_validated_certificate(app: &App, findings: &mut Findings) {
    for certificate in app.all(Kind::Certificate) {
        findings.when(certificate.is("validation", "EMAIL"), || {
            EMAIL_VALIDATED_CERTIFICATE
                .on(certificate, "validation", format!("`{}` is renewed by mail", certificate.name))
                .fix(Fix::risky("validate by DNS", certificate.set("validation", "DNS")))
        });
    }
}
