//! Records of this stream are stored without encryption by a key.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Kinesis::Stream", "aws_kinesis_stream"];

check! {
    /// # Stream without encryption
    ///
    /// Records of this stream are stored without encryption by a key.
    ///
    /// ## Why it matters
    ///
    /// Records stay in the stream for a day or longer, often with everything that users do.
    ///
    /// ## What to do
    ///
    /// Set the encryption type to `KMS`.
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
    UNENCRYPTED_STREAM = "unencrypted-stream" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_43", "W49", "KINESIS_STREAM_ENCRYPTED"],
        run: unencrypted_stream,
    }
}

fn unencrypted_stream(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!node.is("encryption", "KMS"), || {
            UNENCRYPTED_STREAM.on(node, "encryption", format!("`{}` is not encrypted", node.name)).fix(
                Fix::safe("encrypt with the key service", node.set("encryption", "KMS"))
                    .and(node.set("key", "alias/aws/kinesis")),
            )
        });
    }
}
