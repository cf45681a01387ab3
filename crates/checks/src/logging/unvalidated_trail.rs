//! A trail whose files can be changed unnoticed.
use crate::prelude::*;

check! {
    /// # Trail without file validation
    ///
    /// Nobody can tell whether the audit files were changed.
    ///
    /// ## Why it matters
    ///
    /// Intruders remove their traces. With validation every file is signed in a digest, so that a
    /// missing or changed one shows.
    ///
    /// ## What to do
    ///
    /// Switch log file validation on. It costs nothing.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, EnableLogFileValidation: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name             = "b"
    ///   enable_log_file_validation = true
    /// }
    /// ```
    UNVALIDATED_TRAIL = "unvalidated-trail" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-354", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_36"],
        run: unvalidated_trail,
    }
}

fn unvalidated_trail(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail).filter(|trail| !trail.has("is_store")) {
        findings.unless_on(trail, "validation", || {
            UNVALIDATED_TRAIL
                .on(trail, "validation", format!("files of `{}` can be changed unnoticed", trail.name))
                .fix(Fix::safe("validate files", trail.set("validation", true)))
        });
    }
}
