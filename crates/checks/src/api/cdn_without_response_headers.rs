//! A CDN that adds no security headers.
use crate::prelude::*;

check! {
    /// # CDN without security headers
    ///
    /// No policy adds security headers to what this distribution answers.
    ///
    /// ## Why it matters
    ///
    /// Content security policy, frame options and transport security tell browsers what a page may
    /// do. At the edge they cover every page, also those of an origin that forgets them.
    ///
    /// ## What to do
    ///
    /// Create a response headers policy, or use the managed `SecurityHeadersPolicy`, in every
    /// behaviour.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: https-only } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: https-only, ResponseHeadersPolicyId: h } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   default_cache_behavior {
    ///     viewer_protocol_policy = "https-only"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   default_cache_behavior {
    ///     viewer_protocol_policy     = "https-only"
    ///     response_headers_policy_id = "h"
    ///   }
    /// }
    /// ```
    CDN_WITHOUT_RESPONSE_HEADERS = "cdn-without-response-headers" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_32"],
        run: cdn_without_response_headers,
    }
}

fn cdn_without_response_headers(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        let further = cdn.list("behaviors").iter().any(|behavior| behavior.get("response_headers").is_some());
        if !further {
            findings.unless_set(cdn, "response_headers", || {
                CDN_WITHOUT_RESPONSE_HEADERS.at(cdn, format!("`{}` adds no security headers", cdn.name)).fix(
                    Fix::risky(
                        "add the provider's security headers",
                        cdn.set("response_headers", SECURITY_HEADERS),
                    ),
                )
            });
        }
    }
}

/// The policy that CloudFront calls `Managed-SecurityHeadersPolicy`.
const SECURITY_HEADERS: &str = "67f7725c-6f97-4210-82d7-5512b31e9d03";
