//! The default encryption of this bucket names no algorithm that protects its objects.
use super::facts::one_of;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::S3::Bucket", "aws_s3_bucket"];

check! {
    /// # Bucket with an unknown encryption
    ///
    /// The default encryption of this bucket names no algorithm that protects its objects.
    ///
    /// ## Why it matters
    ///
    /// Objects that are uploaded without a choice of their own get this encryption. A bucket that says
    /// nothing is encrypted with the provider's keys; one that names something else is a mistake.
    ///
    /// ## What to do
    ///
    /// Use `AES256`, or `aws:kms` with a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: none } }] } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 } }] } }
    /// ```
    UNENCRYPTED_BUCKET = "unencrypted-bucket" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_19", "W41", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"],
        run: unencrypted_bucket,
    }
}

fn unencrypted_bucket(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !node.has("encryption") && !node.has("key") {
            continue;
        }
        findings.when(!one_of(node, "encryption", &["AES256", "aws:kms", "aws:kms:dsse"]), || {
            UNENCRYPTED_BUCKET
                .on(node, "encryption", format!("`{}` is encrypted with no known algorithm", node.name))
                .fix(Fix::safe("use AES-256", node.set("encryption", "AES256")))
        });
    }
}
