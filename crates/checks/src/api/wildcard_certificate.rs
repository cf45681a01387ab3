//! A certificate for every host of a domain.
use crate::prelude::*;

check! {
    /// # Wildcard certificate
    ///
    /// This certificate is good for every host name below its domain.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets hold of its key, or of one forgotten host that uses it, can pose as every other
    /// host of the domain.
    ///
    /// ## What to do
    ///
    /// Ask for a certificate with the host names that are really served. ACM renews it just the same.
    ///
    /// ```yaml fires
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: "*.example.com" } }
    /// ```
    /// ```yaml quiet
    /// Cert: { Type: AWS::CertificateManager::Certificate, Properties: { DomainName: api.example.com } }
    /// ```
    /// ```hcl fires
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name = "*.example.com"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_acm_certificate" "a" {
    ///   domain_name = "api.example.com"
    /// }
    /// ```
    WILDCARD_CERTIFICATE = "wildcard-certificate" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-297", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_71"],
        run: wildcard_certificate,
    }
}

fn wildcard_certificate(app: &App, findings: &mut Findings) {
    for certificate in app.all(Kind::Certificate) {
        let names = certificate.get("domain").into_iter().chain(certificate.list("names"));
        if let Some(name) = names.into_iter().find(|name| name.display().contains('*') && !name.is_unknown())
        {
            let text = format!("`{}` is good for every host of `{}`", certificate.name, name.display());
            findings.push(WILDCARD_CERTIFICATE.at(certificate, text).at(name.at));
        }
    }
}
