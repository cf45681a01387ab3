//! This delivery stream is not encrypted with a key of your own.
use super::facts::written;
use crate::prelude::*;
use crate::repair::{is_terraform, with_own_key_and};

check! {
    /// # Delivery stream without a customer key
    ///
    /// This delivery stream is not encrypted with a key of your own.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it stops all access at once.
    ///
    /// ## What to do
    ///
    /// Set the key type to `CUSTOMER_MANAGED_CMK` and name the key.
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
    ///   Properties: { DeliveryStreamEncryptionConfigurationInput: { KeyType: CUSTOMER_MANAGED_CMK, KeyARN: k } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kinesis_firehose_delivery_stream" "store" {
    ///   server_side_encryption {
    ///     enabled  = true
    ///     key_type = "CUSTOMER_MANAGED_CMK"
    ///     key_arn  = "k"
    ///   }
    /// }
    /// ```
    DELIVERY_STREAM_WITHOUT_CUSTOMER_KEY = "delivery-stream-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_241"],
        run: delivery_stream_without_customer_key,
    }
}

fn delivery_stream_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DeliveryStream).filter(|node| !node.flag("sourced").is_true()) {
        let own = node.flag("encrypted")
            & node.is("key_type", "CUSTOMER_MANAGED_CMK")
            & written(node, "key").into();
        // In CloudFormation naming the kind of key switches it on.
        let switch = is_terraform(node).then(|| node.set("encrypted", true));
        findings.when(!own, || {
            DELIVERY_STREAM_WITHOUT_CUSTOMER_KEY
                .on(node, "key_type", format!("`{}` is not encrypted with a customer key", node.name))
                .fix(with_own_key_and(
                    app,
                    node,
                    "key",
                    "encrypt with a customer key",
                    switch.into_iter().chain([node.set("key_type", "CUSTOMER_MANAGED_CMK")]),
                ))
        });
    }
}
