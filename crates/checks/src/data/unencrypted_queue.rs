//! This queue neither names a key nor switches the service's own encryption on.
use super::facts::written;
use crate::prelude::*;

check! {
    /// # Queue that does not say how it is encrypted
    ///
    /// This queue neither names a key nor switches the service's own encryption on.
    ///
    /// ## Why it matters
    ///
    /// New queues are encrypted by default, but queues made before that, and in some partitions, are not.
    /// Messages often hold personal data.
    ///
    /// ## What to do
    ///
    /// Name a key, or switch managed encryption on, so that the template says what is meant.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { SqsManagedSseEnabled: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_sqs_queue" "store" {
    ///   name = "q"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { KmsMasterKeyId: alias/app }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sqs_queue" "store" {
    ///   name = "q"
    ///   sqs_managed_sse_enabled = true
    /// }
    /// ```
    UNENCRYPTED_QUEUE = "unencrypted-queue" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_27", "W48"],
        run: unencrypted_queue,
    }
}

fn unencrypted_queue(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        if written(node, "key") {
            continue;
        }
        findings.unless_on(node, "encrypted", || {
            let finding = UNENCRYPTED_QUEUE.on(
                node,
                "encrypted",
                format!("`{}` does not say how it is encrypted", node.name),
            );
            let finding = if node.has("encrypted") { finding.severity(Severity::Medium) } else { finding };
            finding.fix(Fix::safe("switch managed encryption on", node.set("encrypted", true)))
        });
    }
}
