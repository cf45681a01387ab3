//! Objects in this bucket are encrypted with the provider's key, over which you have no control.
use super::facts::one_of;
use crate::prelude::*;

const TYPES: &[&str] = &["aws_s3_bucket", "AWS::S3::Bucket"];

check! {
    /// # Bucket without a customer key
    ///
    /// Objects in this bucket are encrypted with the provider's key, over which you have no control.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, reading needs a permission on the key too, every use of it is logged, and
    /// disabling it makes the data unreadable at once.
    ///
    /// ## What to do
    ///
    /// Encrypt with `aws:kms` and a key of your own where the data deserves it, and switch the bucket key
    /// on to keep its cost low.
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
    ///   Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms } }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   server_side_encryption_configuration {
    ///     rule {
    ///       apply_server_side_encryption_by_default {
    ///         sse_algorithm = "aws:kms"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    BUCKET_WITHOUT_CUSTOMER_KEY = "bucket-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_145", "S3_DEFAULT_ENCRYPTION_KMS"],
        run: bucket_without_customer_key,
    }
}

fn bucket_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!one_of(node, "encryption", &["aws:kms", "aws:kms:dsse"]), || {
            BUCKET_WITHOUT_CUSTOMER_KEY
                .on(node, "encryption", format!("`{}` is not encrypted with a customer key", node.name))
                .fix(Fix::risky("encrypt with the key service", node.set("encryption", "aws:kms")))
        });
    }
}
