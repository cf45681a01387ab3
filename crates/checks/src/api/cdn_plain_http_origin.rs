//! A CDN that may reach its origin without TLS.
use crate::prelude::*;

check! {
    /// # CDN reaches its origin over plain HTTP
    ///
    /// Requests may travel from the edge to the origin in the clear.
    ///
    /// ## Why it matters
    ///
    /// The visitor sees a lock, while cookies, tokens and data cross the internet unprotected on the
    /// second leg.
    ///
    /// ## What to do
    ///
    /// Set the origin's protocol policy to `https-only`.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: a.elb.amazonaws.com, CustomOriginConfig: { OriginProtocolPolicy: http-only } } ] }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: a.elb.amazonaws.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   origin {
    ///     domain_name = "a.elb.amazonaws.com"
    ///     custom_origin_config {
    ///       origin_protocol_policy = "match-viewer"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   origin {
    ///     domain_name = "a.elb.amazonaws.com"
    ///     custom_origin_config {
    ///       origin_protocol_policy = "https-only"
    ///     }
    ///   }
    /// }
    /// ```
    CDN_PLAIN_HTTP_ORIGIN = "cdn-plain-http-origin" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_72"],
        run: cdn_plain_http_origin,
    }
}

fn cdn_plain_http_origin(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn).filter(|cdn| !cdn.flag_or("enabled", true).is_false()) {
        for origin in cdn.list("origins").iter().filter(|origin| origin.get("custom").is_some()) {
            // A bucket that serves as a web site speaks HTTP only.
            if origin.get("host").is_some_and(|host| is_web_site(app, host)) {
                continue;
            }
            let Some(policy) = origin.get("protocol") else { continue };
            let secure = match policy.as_str() {
                Some(text) => (text == "https-only").into(),
                None => Tri::Unknown,
            };
            findings.when(!secure, || {
                let text = format!("`{}` may reach its origin over plain HTTP", cdn.name);
                CDN_PLAIN_HTTP_ORIGIN
                    .at(cdn, text)
                    .at(policy.at)
                    .fix(Fix::risky("use HTTPS", policy.rewrite("https-only")))
            });
        }
    }
}

fn is_web_site(app: &App, host: &Value) -> bool {
    let bucket = host.first_reference().and_then(|reference| app.named(&reference.target));
    host.display().contains("s3-website") || bucket.is_some_and(|node| node.kind == Kind::Bucket)
}
