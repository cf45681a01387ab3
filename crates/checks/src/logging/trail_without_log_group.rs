//! A trail that no alarm can watch.
use crate::prelude::*;

check! {
    /// # Trail without log group
    ///
    /// Events of the trail do not reach CloudWatch Logs.
    ///
    /// ## Why it matters
    ///
    /// Files in a bucket arrive after a quarter of an hour and sit there. In a log group, alarms can
    /// see the use of the root user or a disabled trail within minutes.
    ///
    /// ## What to do
    ///
    /// Send the trail's events to a log group, with a role that may write there.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, CloudWatchLogsLogGroupArn: !GetAtt Logs.Arn } }
    /// Logs: { Type: AWS::Logs::LogGroup }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name             = "b"
    ///   cloud_watch_logs_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:t:*"
    /// }
    /// ```
    TRAIL_WITHOUT_LOG_GROUP = "trail-without-log-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_10"],
        run: trail_without_log_group,
    }
}

fn trail_without_log_group(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail).filter(|trail| !trail.has("is_store")) {
        findings.unless_set(trail, "log_group", || {
            TRAIL_WITHOUT_LOG_GROUP.at(trail, format!("events of `{}` reach no log group", trail.name))
        });
    }
}
