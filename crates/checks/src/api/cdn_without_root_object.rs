//! A CDN that passes requests for `/` on to its origin.
use crate::prelude::*;

check! {
    /// # CDN without default root object
    ///
    /// A request for `/` goes to the origin as it is.
    ///
    /// ## Why it matters
    ///
    /// A bucket answers it with the list of its files, when it may be listed: names that nobody was
    /// meant to see.
    ///
    /// ## What to do
    ///
    /// Name the object that `/` shows, often `index.html`.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true, DefaultRootObject: index.html } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled             = true
    ///   default_root_object = "index.html"
    /// }
    /// ```
    CDN_WITHOUT_ROOT_OBJECT = "cdn-without-root-object" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-548", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_305"],
        run: cdn_without_root_object,
    }
}

fn cdn_without_root_object(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.unless_set(cdn, "root_object", || {
            CDN_WITHOUT_ROOT_OBJECT
                .at(cdn, format!("`{}` passes `/` on to its origin", cdn.name))
                .fix(Fix::risky("show `index.html`", cdn.set("root_object", "index.html")))
        });
    }
}
