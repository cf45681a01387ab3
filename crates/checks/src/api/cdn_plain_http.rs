//! A CDN that answers plain HTTP.
use crate::prelude::*;

check! {
    /// # CDN answers plain HTTP
    ///
    /// Visitors may use this distribution without encryption.
    ///
    /// ## Why it matters
    ///
    /// Everyone on the way can read and change what travels over HTTP: session cookies, tokens, the
    /// page itself.
    ///
    /// ## What to do
    ///
    /// Redirect to HTTPS, or refuse HTTP with `https-only`.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: allow-all } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: redirect-to-https } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   default_cache_behavior {
    ///     viewer_protocol_policy = "allow-all"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   default_cache_behavior {
    ///     viewer_protocol_policy = "https-only"
    ///   }
    /// }
    /// ```
    CDN_PLAIN_HTTP = "cdn-plain-http" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-319", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_34"],
        run: cdn_plain_http,
    }
}

fn cdn_plain_http(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        let mut behaviors =
            cdn.list("behaviors").iter().filter_map(|behavior| behavior.get("viewer_protocol"));
        if let Some(open) = behaviors.find(|policy| policy.as_str() == Some("allow-all")) {
            findings.push(
                CDN_PLAIN_HTTP
                    .at(cdn, format!("a behaviour of `{}` answers plain HTTP", cdn.name))
                    .at(open.at),
            );
            continue;
        }
        findings.when(cdn.is("viewer_protocol", "allow-all"), || {
            CDN_PLAIN_HTTP
                .on(cdn, "viewer_protocol", format!("`{}` answers plain HTTP", cdn.name))
                .fix(Fix::safe("redirect to HTTPS", cdn.set("viewer_protocol", "redirect-to-https")))
        });
    }
}
