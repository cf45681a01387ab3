//! A trail that tells nobody of new files.
use crate::prelude::*;

check! {
    /// # Trail without notifications
    ///
    /// No topic hears of the trail's new files.
    ///
    /// ## Why it matters
    ///
    /// Tools that look at audit files as they come need to be told. Those that read the log group or
    /// the bucket's own events do not.
    ///
    /// ## What to do
    ///
    /// Name a topic, unless something else reads the trail.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, SnsTopicName: t } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    ///   sns_topic_name = "t"
    /// }
    /// ```
    SILENT_TRAIL = "silent-trail" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_252"],
        run: silent_trail,
    }
}

fn silent_trail(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail).filter(|trail| !trail.has("is_store")) {
        findings.unless_set(trail, "topic", || {
            SILENT_TRAIL.at(trail, format!("no topic hears of the files of `{}`", trail.name))
        });
    }
}
