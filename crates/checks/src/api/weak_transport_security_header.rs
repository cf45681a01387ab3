//! A headers policy without a strong transport security header.
use crate::prelude::*;

check! {
    /// # Weak strict transport security
    ///
    /// Browsers are not told, or not for long, to use HTTPS only.
    ///
    /// ## Why it matters
    ///
    /// Without `Strict-Transport-Security` the first request of every visit may go over HTTP, where
    /// it can be caught and kept there.
    ///
    /// ## What to do
    ///
    /// Set a maximum age of a year, with subdomains and preload, and override the origin's header.
    ///
    /// ```yaml fires
    /// Headers: { Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: { ResponseHeadersPolicyConfig: { Name: h } } }
    /// ```
    /// ```yaml quiet
    /// Headers:
    ///   Type: AWS::CloudFront::ResponseHeadersPolicy
    ///   Properties:
    ///     ResponseHeadersPolicyConfig:
    ///       Name: h
    ///       SecurityHeadersConfig:
    ///         StrictTransportSecurity: { AccessControlMaxAgeSec: 31536000, IncludeSubdomains: true, Preload: true, Override: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_response_headers_policy" "h" {
    ///   name = "h"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_response_headers_policy" "h" {
    ///   name = "h"
    ///   security_headers_config {
    ///     strict_transport_security {
    ///       access_control_max_age_sec = 31536000
    ///       include_subdomains         = true
    ///       preload                    = true
    ///       override                   = true
    ///     }
    ///   }
    /// }
    /// ```
    WEAK_TRANSPORT_SECURITY_HEADER = "weak-transport-security-header" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_259"],
        run: weak_transport_security_header,
    }
}

fn weak_transport_security_header(app: &App, findings: &mut Findings) {
    const YEAR_SECONDS: i64 = 31_536_000;
    for headers in app.all(Kind::ResponseHeaders) {
        let long = headers.get("hsts_seconds").map_or(Tri::False, |age| match age.as_int() {
            Some(seconds) => (seconds >= YEAR_SECONDS).into(),
            None => age.truth() & Tri::Unknown,
        });
        let flags = ["hsts_subdomains", "hsts_preload", "hsts_override"].map(|flag| headers.flag(flag));
        findings.when(!(long & Tri::all(flags)), || {
            WEAK_TRANSPORT_SECURITY_HEADER
                .on(headers, "hsts", format!("`{}` does not keep browsers on HTTPS", headers.name))
                .fix(keep_on_https(headers))
        });
    }
}

fn keep_on_https(headers: &Node) -> Fix {
    let fix = Fix::risky("keep browsers on HTTPS for a year", headers.set("hsts_seconds", 31_536_000));
    let flags = ["hsts_subdomains", "hsts_preload", "hsts_override"];
    flags.into_iter().fold(fix, |fix, flag| fix.and(headers.set(flag, true)))
}
