//! Review flow without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Review flow without customer key
    ///
    /// Results of human reviews are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read what people reviewed, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```hcl fires
    /// resource "aws_sagemaker_flow_definition" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_flow_definition" "x" {
    ///   output_config {
    ///     kms_key_id = "k"
    ///   }
    /// }
    /// ```
    REVIEW_FLOW_WITHOUT_KEY = "review-flow-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_372"],
        run: review_flow_without_key,
    }
}

fn review_flow_without_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_sagemaker_flow_definition"]) {
        findings.unless_set(node, "output_key", || {
            REVIEW_FLOW_WITHOUT_KEY
                .at(node, format!("`{}` has no customer key", node.name))
                .fix(with_own_key(app, node, "output_key", "encrypt with a customer key"))
        });
    }
}
