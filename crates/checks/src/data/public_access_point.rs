//! Every switch against public access is off on this access point.
use crate::prelude::*;

const SWITCHES: &[&str] = &["block_public_acls", "block_public_policy", "restrict_public_buckets"];

check! {
    /// # Access point that may become public
    ///
    /// Every switch against public access is off on this access point.
    ///
    /// ## Why it matters
    ///
    /// The switches of an access point cannot be changed later. A public policy on it opens the objects
    /// behind it.
    ///
    /// ## What to do
    ///
    /// Leave the block out: then the provider switches everything on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::AccessPoint
    ///   Properties: { Bucket: data, PublicAccessBlockConfiguration: { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_access_point" "store" {
    ///   bucket = "data"
    ///   name = "files"
    ///   public_access_block_configuration {
    ///     block_public_acls       = false
    ///     block_public_policy     = false
    ///     ignore_public_acls      = false
    ///     restrict_public_buckets = false
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::AccessPoint
    ///   Properties: { Bucket: data }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_access_point" "store" {
    ///   bucket = "data"
    ///   name = "files"
    ///   public_access_block_configuration {
    ///     block_public_acls       = true
    ///     block_public_policy     = true
    ///     ignore_public_acls      = true
    ///     restrict_public_buckets = true
    ///   }
    /// }
    /// ```
    PUBLIC_ACCESS_POINT = "public-access-point" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_392"],
        run: public_access_point,
    }
}

fn public_access_point(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::BucketSetting).filter(|node| node.has("access_block")) {
        let on = Tri::any(SWITCHES.iter().map(|attr| node.flag(attr)));
        findings.when(!on, || {
            PUBLIC_ACCESS_POINT
                .on(node, "access_block", format!("`{}` may become public", node.name))
                .fix(Fix::safe("let the provider switch everything on", node.unset("access_block")))
        });
    }
}
