//! Objects of this bucket stay for ever.
use super::facts::written;
use crate::prelude::*;
use crate::repair::put_property;

const TYPES: &[&str] = &["aws_s3_bucket", "AWS::S3::Bucket"];

check! {
    /// # Bucket without a lifecycle
    ///
    /// Objects of this bucket stay for ever.
    ///
    /// ## Why it matters
    ///
    /// Data that nobody needs any more can still leak, and is paid for.
    ///
    /// ## What to do
    ///
    /// Add rules that expire objects, old versions and failed uploads after the time that you need them.
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
    ///   Properties: { LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: 30 }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    ///   lifecycle_rule {
    ///     enabled = true
    ///     expiration {
    ///       days = 30
    ///     }
    ///   }
    /// }
    /// ```
    BUCKET_WITHOUT_LIFECYCLE = "bucket-without-lifecycle" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &["CKV2_AWS_61", "S3_LIFECYCLE_POLICY_CHECK"],
        run: bucket_without_lifecycle,
    }
}

fn bucket_without_lifecycle(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "lifecycle") {
            findings.push(
                BUCKET_WITHOUT_LIFECYCLE
                    .on(node, "lifecycle", format!("`{}` has no lifecycle rules", node.name))
                    .fix_if(
                        end_failed_uploads(node)
                            .map(|patch| Fix::risky("delete failed uploads after a week", patch)),
                    ),
            );
        }
    }
}

fn end_failed_uploads(node: &Node) -> Option<model::Patch> {
    let rule = Data::map([
        ("Id", "failed-uploads".into()),
        ("Status", "Enabled".into()),
        ("AbortIncompleteMultipartUpload", Data::map([("DaysAfterInitiation", 7.into())])),
    ]);
    put_property(node, &["LifecycleConfiguration", "Rules"], Data::list([rule]))
}
