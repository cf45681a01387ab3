//! A CDN that accepts old TLS versions.
use crate::prelude::*;

check! {
    /// # CDN with old TLS
    ///
    /// Visitors may connect to this distribution with TLS 1.0 or 1.1.
    ///
    /// ## Why it matters
    ///
    /// These versions fall to attacks on their ciphers and hashes. The default certificate always
    /// allows TLS 1.0, whatever the policy says.
    ///
    /// ## What to do
    ///
    /// Use a certificate of your own with the least version `TLSv1.2_2021` or later.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, ViewerCertificate: { CloudFrontDefaultCertificate: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, ViewerCertificate: { AcmCertificateArn: c, MinimumProtocolVersion: TLSv1.2_2021 } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   viewer_certificate {
    ///     acm_certificate_arn      = "c"
    ///     minimum_protocol_version = "TLSv1.1_2016"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   viewer_certificate {
    ///     acm_certificate_arn      = "c"
    ///     minimum_protocol_version = "TLSv1.2_2021"
    ///   }
    /// }
    /// ```
    OLD_TLS_CDN = "old-tls-cdn" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_174", "W70"],
        run: old_tls_cdn,
    }
}

fn old_tls_cdn(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        let modern = cdn.get("tls").map_or(Tri::False, |version| match version.as_str() {
            Some(text) => ["TLSv1.2_", "TLSv1.3_"].iter().any(|prefix| text.starts_with(prefix)).into(),
            None => Tri::Unknown,
        });
        findings.when(cdn.flag("default_certificate") | !modern, || {
            let finding = OLD_TLS_CDN.on(cdn, "tls", format!("`{}` accepts TLS 1.0 or 1.1", cdn.name));
            if cdn.has("certificate") {
                finding.fix(Fix::risky("ask for TLS 1.2", cdn.set("tls", "TLSv1.2_2021")))
            } else {
                finding
            }
        });
    }
}
