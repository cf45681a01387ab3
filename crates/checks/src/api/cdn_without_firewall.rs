//! A CDN without a web application firewall.
use crate::prelude::*;

check! {
    /// # CDN without firewall
    ///
    /// No firewall looks at the requests to this distribution.
    ///
    /// ## Why it matters
    ///
    /// The edge is the cheapest place to stop floods, scanners and well-known attack strings: nothing
    /// behind it has run yet.
    ///
    /// ## What to do
    ///
    /// Create a web ACL of scope `CLOUDFRONT` in us-east-1, and name its ARN in the distribution.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true, WebACLId: w } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled    = true
    ///   web_acl_id = "w"
    /// }
    /// ```
    CDN_WITHOUT_FIREWALL = "cdn-without-firewall" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_68"],
        run: cdn_without_firewall,
    }
}

fn cdn_without_firewall(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.unless_set(cdn, "firewall", || {
            CDN_WITHOUT_FIREWALL.at(cdn, format!("no firewall stands in front of `{}`", cdn.name))
        });
    }
}
