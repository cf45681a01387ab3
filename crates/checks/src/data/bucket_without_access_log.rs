//! Requests to this bucket are not logged.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::S3::Bucket", "aws_s3_bucket"];

check! {
    /// # Bucket without an access log
    ///
    /// Requests to this bucket are not logged.
    ///
    /// ## Why it matters
    ///
    /// Without the log nobody can say afterwards who read or deleted which object.
    ///
    /// ## What to do
    ///
    /// Send the access log to another bucket, or record data events of the bucket in an audit trail and
    /// suppress this finding.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { LoggingConfiguration: { DestinationBucketName: logs } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    ///   logging {
    ///    target_bucket = "logs"
    ///    }
    /// }
    /// ```
    BUCKET_WITHOUT_ACCESS_LOG = "bucket-without-access-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_18", "W35", "S3_BUCKET_LOGGING_ENABLED"],
        run: bucket_without_access_log,
    }
}

fn bucket_without_access_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "logging", || {
            BUCKET_WITHOUT_ACCESS_LOG.on(node, "logging", format!("`{}` keeps no access log", node.name))
        });
    }
}
