//! A bucket behind a CDN that does not know the CDN.
use crate::prelude::*;

check! {
    /// # CDN without origin access control
    ///
    /// The distribution reads a bucket as anybody would.
    ///
    /// ## Why it matters
    ///
    /// Without origin access control the bucket has to be open for the CDN to read it. Then everybody
    /// can read it around the CDN, past its firewall, logs and signed addresses.
    ///
    /// ## What to do
    ///
    /// Create an origin access control, name it in the origin, and let the bucket's policy allow this
    /// distribution only.
    ///
    /// ```yaml fires
    /// Bucket: { Type: AWS::S3::Bucket }
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: !GetAtt Bucket.RegionalDomainName, S3OriginConfig: { OriginAccessIdentity: "" } } ] }
    /// ```
    /// ```yaml quiet
    /// Bucket: { Type: AWS::S3::Bucket }
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig: { Enabled: true, Origins: [ { Id: o, DomainName: !GetAtt Bucket.RegionalDomainName, OriginAccessControlId: c, S3OriginConfig: {} } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "b" {}
    ///
    /// resource "aws_cloudfront_distribution" "c" {
    ///   origin {
    ///     domain_name = aws_s3_bucket.b.bucket_regional_domain_name
    ///     origin_id   = "o"
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "b" {}
    ///
    /// resource "aws_cloudfront_distribution" "c" {
    ///   origin {
    ///     domain_name              = aws_s3_bucket.b.bucket_regional_domain_name
    ///     origin_id                = "o"
    ///     origin_access_control_id = "c"
    ///   }
    /// }
    /// ```
    CDN_OPEN_BUCKET_ORIGIN = "cdn-open-bucket-origin" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_46"],
        run: cdn_open_bucket_origin,
    }
}

fn cdn_open_bucket_origin(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        for origin in cdn.list("origins").iter().filter(|origin| is_bucket(app, origin)) {
            let named = |name: &str| origin.get(name).is_some_and(|value| value.as_str() != Some(""));
            if !named("access_control") && !named("identity") {
                let text = format!("`{}` reads a bucket as anybody would", cdn.name);
                findings.push(CDN_OPEN_BUCKET_ORIGIN.at(cdn, text).at(origin.at));
            }
        }
    }
}

/// The origin is a bucket, and not one that serves as a web site, which has to be open.
fn is_bucket(app: &App, origin: &Value) -> bool {
    let Some(host) = origin.get("host") else { return false };
    let reference = host.first_reference().and_then(|reference| app.named(&reference.target));
    let text = host.display();
    origin.get("custom").is_none()
        && !text.contains("s3-website")
        && (reference.is_some_and(|node| node.kind == Kind::Bucket) || text.contains(".s3."))
}
