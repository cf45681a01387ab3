//! A trail that is switched off.
use crate::prelude::*;

check! {
    /// # Stopped trail
    ///
    /// The trail records nothing.
    ///
    /// ## Why it matters
    ///
    /// The audit record of the account ends where the trail was stopped. That is also the first thing
    /// that an intruder does.
    ///
    /// ## What to do
    ///
    /// Switch logging on.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: false, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   enable_logging = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    STOPPED_TRAIL = "stopped-trail" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_251"],
        run: stopped_trail,
    }
}

fn stopped_trail(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail) {
        findings.when(!trail.flag_or("logging", true), || {
            STOPPED_TRAIL
                .on(trail, "logging", format!("`{}` records nothing", trail.name))
                .fix(Fix::safe("switch it on", trail.set("logging", true)))
        });
    }
}
