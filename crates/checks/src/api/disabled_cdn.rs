//! A CDN that is switched off.
use crate::prelude::*;

check! {
    /// # Disabled CDN
    ///
    /// This distribution answers nobody.
    ///
    /// ## Why it matters
    ///
    /// A distribution that is switched off still holds its host names, certificates and origins: a
    /// forgotten piece that somebody can switch on again.
    ///
    /// ## What to do
    ///
    /// Enable it, or remove it.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: false } } }
    /// ```
    /// ```yaml quiet
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    /// }
    /// ```
    DISABLED_CDN = "disabled-cdn" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1059", "OWASP-SLS:S9", "CSA:SAS-11"],
        also_known_as: &["CKV_AWS_216"],
        run: disabled_cdn,
    }
}

fn disabled_cdn(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.unless_on(cdn, "enabled", || {
            DISABLED_CDN
                .on(cdn, "enabled", format!("`{}` is switched off", cdn.name))
                .fix(Fix::risky("enable it", cdn.set("enabled", true)))
        });
    }
}
