//! Messages in this broker are encrypted with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key_and;

const TYPES: &[&str] = &["aws_mq_broker", "AWS::AmazonMQ::Broker"];

check! {
    /// # Broker without a customer key
    ///
    /// Messages in this broker are encrypted with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the messages unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: ACTIVEMQ }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   broker_name = "b"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EncryptionOptions: { UseAwsOwnedKey: false, KmsKeyId: k } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   encryption_options {
    ///     kms_key_id        = "k"
    ///     use_aws_owned_key = false
    ///   }
    /// }
    /// ```
    BROKER_WITHOUT_CUSTOMER_KEY = "broker-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_209"],
        run: broker_without_customer_key,
    }
}

fn broker_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            let own = node.set("provider_key", false);
            findings.push(
                BROKER_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key_and(
                        app,
                        node,
                        "key",
                        "encrypt with a customer key (replaces the broker)",
                        [own],
                    )),
            );
        }
    }
}
