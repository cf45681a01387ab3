//! This stream names no key for its encryption.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Kinesis::Stream", "aws_kinesis_stream"];

check! {
    /// # Stream without a named key
    ///
    /// This stream names no key for its encryption.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, reading needs a permission on the key too, and every use of it is logged.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Kinesis::Stream
    ///   Properties: { ShardCount: 1 }
    /// ```
    /// ```hcl fires
    /// resource "aws_kinesis_stream" "store" {
    ///   name = "s"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Kinesis::Stream
    ///   Properties: { ShardCount: 1, StreamEncryption: { EncryptionType: KMS, KeyId: alias/app } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kinesis_stream" "store" {
    ///   name = "s"
    ///   encryption_type = "KMS"
    ///   kms_key_id = "alias/app"
    /// }
    /// ```
    STREAM_WITHOUT_CUSTOMER_KEY = "stream-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_185"],
        run: stream_without_customer_key,
    }
}

fn stream_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                STREAM_WITHOUT_CUSTOMER_KEY.on(node, "key", format!("`{}` names no key", node.name)).fix(
                    Fix::risky("encrypt with the service key", node.set("encryption", "KMS"))
                        .and(node.set("key", "alias/aws/kinesis")),
                ),
            );
        }
    }
}
