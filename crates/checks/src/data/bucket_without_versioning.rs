//! An object that is overwritten or deleted in this bucket is gone.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::S3::Bucket", "aws_s3_bucket"];

check! {
    /// # Bucket without versions
    ///
    /// An object that is overwritten or deleted in this bucket is gone.
    ///
    /// ## Why it matters
    ///
    /// A wrong deployment, a faulty function or an attacker with write access destroys data for good.
    /// Versions make that a nuisance instead.
    ///
    /// ## What to do
    ///
    /// Switch versioning on, and let a lifecycle rule remove old versions after some weeks.
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
    ///   Properties: { VersioningConfiguration: { Status: Enabled } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    ///   versioning {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    BUCKET_WITHOUT_VERSIONING = "bucket-without-versioning" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_21", "S3_BUCKET_VERSIONING_ENABLED"],
        run: bucket_without_versioning,
    }
}

fn bucket_without_versioning(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "versioning", || {
            BUCKET_WITHOUT_VERSIONING
                .on(node, "versioning", format!("`{}` keeps no old versions of its objects", node.name))
                .fix(Fix::safe("keep old versions", node.set("versioning", true)))
        });
    }
}
