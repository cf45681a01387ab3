//! A trail that sees one region only.
use crate::prelude::*;

check! {
    /// # Trail of one region
    ///
    /// What happens in other regions is not recorded.
    ///
    /// ## Why it matters
    ///
    /// Who gets hold of credentials starts machines where nobody looks.
    ///
    /// ## What to do
    ///
    /// Let the trail record every region.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, IsMultiRegionTrail: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name        = "b"
    ///   is_multi_region_trail = true
    /// }
    /// ```
    SINGLE_REGION_TRAIL = "single-region-trail" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_67"],
        run: single_region_trail,
    }
}

fn single_region_trail(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail) {
        // An event data store records every region unless it is told otherwise.
        findings.when(!trail.flag_or("multi_region", trail.has("is_store")), || {
            SINGLE_REGION_TRAIL
                .on(trail, "multi_region", format!("`{}` records one region", trail.name))
                .fix(Fix::safe("record every region", trail.set("multi_region", true)))
        });
    }
}
