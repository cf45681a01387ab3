//! Messages of this topic are stored without encryption by a key.
use super::facts::written;
use crate::prelude::*;

check! {
    /// # Topic without encryption
    ///
    /// Messages of this topic are stored without encryption by a key.
    ///
    /// ## Why it matters
    ///
    /// Messages wait on disk until they are delivered. Without a key the service alone decides who can read
    /// them.
    ///
    /// ## What to do
    ///
    /// Name a key. A key of your own lets buckets and buses publish too.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SNS::Topic
    /// ```
    /// ```hcl fires
    /// resource "aws_sns_topic" "store" {
    ///   name = "t"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SNS::Topic
    ///   Properties: { KmsMasterKeyId: alias/app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sns_topic" "store" {
    ///   name = "t"
    ///   kms_master_key_id = "alias/app"
    /// }
    /// ```
    UNENCRYPTED_TOPIC = "unencrypted-topic" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_26", "W47", "SNS_ENCRYPTED_KMS"],
        run: unencrypted_topic,
    }
}

fn unencrypted_topic(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Topic) {
        if !written(node, "key") {
            findings.push(
                UNENCRYPTED_TOPIC
                    .on(node, "key", format!("`{}` is not encrypted with a key", node.name))
                    .fix(Fix::risky("encrypt with the service key", node.set("key", "alias/aws/sns"))),
            );
        }
    }
}
