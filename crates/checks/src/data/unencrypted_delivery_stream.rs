//! Records that wait in this delivery stream are not encrypted by a key.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Delivery stream without encryption
    ///
    /// Records that wait in this delivery stream are not encrypted by a key.
    ///
    /// ## Why it matters
    ///
    /// Records are buffered until they are written. A stream that is fed from another one is encrypted as
    /// that one is.
    ///
    /// ## What to do
    ///
    /// Switch server-side encryption on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KinesisFirehose::DeliveryStream
    ///   Properties: { DeliveryStreamType: DirectPut }
    /// ```
    /// ```hcl fires
    /// resource "aws_kinesis_firehose_delivery_stream" "store" {
    ///   name = "d"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KinesisFirehose::DeliveryStream
    ///   Properties: { DeliveryStreamEncryptionConfigurationInput: { KeyType: AWS_OWNED_CMK } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kinesis_firehose_delivery_stream" "store" {
    ///   name = "d"
    ///   server_side_encryption {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    UNENCRYPTED_DELIVERY_STREAM = "unencrypted-delivery-stream" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_240", "W88", "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED"],
        run: unencrypted_delivery_stream,
    }
}

fn unencrypted_delivery_stream(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DeliveryStream).filter(|node| !node.flag("sourced").is_true()) {
        // In CloudFormation naming the kind of key switches it on.
        let patch = if is_terraform(node) {
            node.set("encrypted", true)
        } else {
            node.set("key_type", "AWS_OWNED_CMK")
        };
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_DELIVERY_STREAM
                .on(node, "encrypted", format!("`{}` is not encrypted", node.name))
                .fix(Fix::safe("switch encryption on", patch))
        });
    }
}
