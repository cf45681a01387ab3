//! This queue uses `alias/aws/sqs`, a key whose policy you cannot change.
use crate::prelude::*;

check! {
    /// # Queue encrypted with the shared service key
    ///
    /// This queue uses `alias/aws/sqs`, a key whose policy you cannot change.
    ///
    /// ## Why it matters
    ///
    /// Other services and other accounts cannot use that key, so topics and buckets fail to deliver in
    /// silence, and access to the key cannot be taken away from anybody.
    ///
    /// ## What to do
    ///
    /// Use a key of your own, or the service's managed encryption.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { KmsMasterKeyId: alias/aws/sqs }
    /// ```
    /// ```hcl fires
    /// resource "aws_sqs_queue" "store" {
    ///   kms_master_key_id = "alias/aws/sqs"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { KmsMasterKeyId: alias/app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sqs_queue" "store" {
    ///   kms_master_key_id = "alias/app"
    /// }
    /// ```
    QUEUE_WITH_PROVIDER_KEY = "queue-with-provider-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_73"],
        run: queue_with_provider_key,
    }
}

fn queue_with_provider_key(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        findings.when(node.is("key", "alias/aws/sqs"), || {
            let managed = Fix::risky("use the service's managed encryption", node.set("encrypted", true));
            QUEUE_WITH_PROVIDER_KEY
                .on(node, "key", format!("`{}` uses the shared service key", node.name))
                .fix(managed.and(node.unset("key")))
        });
    }
}
