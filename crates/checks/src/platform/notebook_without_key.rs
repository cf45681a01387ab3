//! Notebook without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Notebook without customer key
    ///
    /// The notebook or studio domain keeps its files without a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read training data and notebooks, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { Tags: [] } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { KmsKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   kms_key_id = "k"
    /// }
    /// ```
    NOTEBOOK_WITHOUT_KEY = "notebook-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_187", "CKV_AWS_22", "W1201"],
        run: notebook_without_key,
    }
}

fn notebook_without_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&[
        "AWS::SageMaker::NotebookInstance",
        "AWS::SageMaker::Domain",
        "aws_sagemaker_notebook_instance",
        "aws_sagemaker_domain",
    ]) {
        findings.unless_set(node, "key", || {
            NOTEBOOK_WITHOUT_KEY.at(node, format!("`{}` has no customer key", node.name)).fix(with_own_key(
                app,
                node,
                "key",
                "encrypt with a customer key (replaces the notebook)",
            ))
        });
    }
}
