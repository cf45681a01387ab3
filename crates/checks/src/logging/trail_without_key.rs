//! A trail whose files have no customer key.
use crate::prelude::*;
use crate::repair::with_trail_key;

check! {
    /// # Trail without customer key
    ///
    /// The audit files are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// Whoever may read the bucket can then read the record of every call in the account, and nobody
    /// sees that it was read.
    ///
    /// ## What to do
    ///
    /// Name a KMS key that only auditors may decrypt with.
    ///
    /// ```yaml fires
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b } }
    /// ```
    /// ```yaml quiet
    /// Trail: { Type: AWS::CloudTrail::Trail, Properties: { IsLogging: true, S3BucketName: b, KMSKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail" "t" {
    ///   s3_bucket_name = "b"
    ///   kms_key_id     = "k"
    /// }
    /// ```
    TRAIL_WITHOUT_KEY = "trail-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_35"],
        run: trail_without_key,
    }
}

fn trail_without_key(app: &App, findings: &mut Findings) {
    for trail in app.all(Kind::Trail).filter(|trail| !trail.has("is_store")) {
        findings.unless_set(trail, "key", || {
            TRAIL_WITHOUT_KEY
                .at(trail, format!("`{}` has no customer key", trail.name))
                .fix_if(with_trail_key(app, trail))
        });
    }
}
