//! A CDN with the provider's certificate.
use crate::prelude::*;

check! {
    /// # CDN with default certificate
    ///
    /// The distribution has no certificate of its own.
    ///
    /// ## Why it matters
    ///
    /// With the default certificate the application lives under a `cloudfront.net` name, cannot ask
    /// for a modern TLS version, and its users learn to trust a host name that anybody can have.
    ///
    /// ## What to do
    ///
    /// Give it a host name of your own with a certificate from ACM in us-east-1.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, ViewerCertificate: { AcmCertificateArn: c } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   viewer_certificate {
    ///     cloudfront_default_certificate = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   viewer_certificate {
    ///     acm_certificate_arn = "c"
    ///   }
    /// }
    /// ```
    CDN_DEFAULT_CERTIFICATE = "cdn-default-certificate" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-326", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_42"],
        run: cdn_default_certificate,
    }
}

fn cdn_default_certificate(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.unless_set(cdn, "certificate", || {
            CDN_DEFAULT_CERTIFICATE.on(
                cdn,
                "default_certificate",
                format!("`{}` has no certificate of its own", cdn.name),
            )
        });
    }
}
