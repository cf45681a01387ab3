//! A CDN that may use SSL 3.0 towards its origin.
use crate::prelude::*;

check! {
    /// # CDN with SSL 3.0 to its origin
    ///
    /// The distribution may connect to its origin with SSL 3.0.
    ///
    /// ## Why it matters
    ///
    /// SSL 3.0 is broken (POODLE, CVE-2014-3566): who stands between edge and origin can read what it
    /// protects.
    ///
    /// ## What to do
    ///
    /// Allow `TLSv1.2` only.
    ///
    /// ```yaml fires
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: a.example, CustomOriginConfig: { OriginProtocolPolicy: https-only, OriginSSLProtocols: [ SSLv3, TLSv1.2 ] } } ] }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: a.example, CustomOriginConfig: { OriginProtocolPolicy: https-only, OriginSSLProtocols: [ TLSv1.2 ] } } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   origin {
    ///     domain_name = "a.example"
    ///     custom_origin_config {
    ///       origin_protocol_policy = "https-only"
    ///       origin_ssl_protocols   = ["SSLv3"]
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   origin {
    ///     domain_name = "a.example"
    ///     custom_origin_config {
    ///       origin_protocol_policy = "https-only"
    ///       origin_ssl_protocols   = ["TLSv1.2"]
    ///     }
    ///   }
    /// }
    /// ```
    CDN_SSLV3_ORIGIN = "cdn-sslv3-origin" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_54"],
        run: cdn_sslv3_origin,
    }
}

fn cdn_sslv3_origin(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        let protocols = cdn.list("origins").iter().filter_map(|origin| origin.get("tls"));
        let is_old = |protocol: &&Value| protocol.as_str() == Some("SSLv3");
        let mut protocols =
            protocols.filter_map(|list| Some((list, list.one_or_many().iter().find(is_old)?)));
        if let Some((list, old)) = protocols.next() {
            let patch = list.rewrite(Data::list(["TLSv1.2".into()]));
            findings.push(
                CDN_SSLV3_ORIGIN
                    .at(cdn, format!("`{}` may use SSL 3.0 to its origin", cdn.name))
                    .at(old.at)
                    .fix(Fix::risky("use TLS 1.2", patch)),
            );
        }
    }
}
