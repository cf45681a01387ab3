//! A CDN without access logs.
use crate::prelude::*;
use crate::repair::{camel, free_name, is_terraform};

check! {
    /// # CDN without access logs
    ///
    /// Nobody can tell what was asked of this distribution.
    ///
    /// ## Why it matters
    ///
    /// What the edge answers from its cache never reaches the logs behind it. Scraping, probing and
    /// floods show only here.
    ///
    /// ## What to do
    ///
    /// Write standard logs to a bucket, or real-time logs to a stream.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true, Logging: { Bucket: b } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   logging_config {
    ///     bucket = "b.s3.amazonaws.com"
    ///   }
    /// }
    /// ```
    UNLOGGED_CDN = "unlogged-cdn" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_86", "W10"],
        run: unlogged_cdn,
    }
}

fn unlogged_cdn(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        findings.unless_set(cdn, "log_bucket", || {
            UNLOGGED_CDN
                .at(cdn, format!("`{}` writes no access logs", cdn.name))
                .fix_if(log_to_bucket(app, cdn))
        });
    }
}

/// CloudFront writes through an access list. Terraform sets that beside the bucket.
fn log_to_bucket(app: &App, cdn: &Node) -> Option<Fix> {
    let name = free_name(app, &format!("{}Logs", camel(&cdn.name)));
    let bucket = NewNode::new(cdn, name, ["AWS::S3::Bucket", "aws_s3_bucket"])
        .property(
            ["OwnershipControls.Rules", ""],
            Data::list([Data::map([("ObjectOwnership", "BucketOwnerPreferred".into())])]),
        )
        .with("block_public_acls", true)
        .with("ignore_public_acls", true)
        .with("block_public_policy", true)
        .with("restrict_public_buckets", true);
    let set = cdn.set("log_bucket", bucket.attribute("DomainName"));
    (!is_terraform(cdn)).then(|| Fix::risky("write access logs", bucket.create()).and(set))
}
