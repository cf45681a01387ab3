//! Model endpoint without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Model endpoint without customer key
    ///
    /// Disks of the endpoint are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read what the model is asked, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::EndpointConfig, Properties: { Tags: [] } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::EndpointConfig, Properties: { KmsKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_endpoint_configuration" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_endpoint_configuration" "x" {
    ///   kms_key_arn = "k"
    /// }
    /// ```
    MODEL_ENDPOINT_WITHOUT_KEY = "model-endpoint-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_98", "W1200"],
        run: model_endpoint_without_key,
    }
}

fn model_endpoint_without_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::SageMaker::EndpointConfig", "aws_sagemaker_endpoint_configuration"]) {
        findings.unless_set(node, "key", || {
            MODEL_ENDPOINT_WITHOUT_KEY.at(node, format!("`{}` has no customer key", node.name)).fix(
                with_own_key(app, node, "key", "encrypt with a customer key (replaces the configuration)"),
            )
        });
    }
}
