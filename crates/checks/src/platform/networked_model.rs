//! A model that may open connections.
use crate::prelude::*;

check! {
    /// # Model without network isolation
    ///
    /// Containers of the model may connect to the internet.
    ///
    /// ## Why it matters
    ///
    /// A model that was made by others may hold code. With network isolation it cannot send what it
    /// is asked to anyone.
    ///
    /// ## What to do
    ///
    /// Switch network isolation on.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::Model, Properties: { ExecutionRoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::Model, Properties: { EnableNetworkIsolation: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_model" "x" {
    ///   name = "m"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_model" "x" {
    ///   enable_network_isolation = true
    /// }
    /// ```
    NETWORKED_MODEL = "networked-model" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-668", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_370"],
        run: networked_model,
    }
}

fn networked_model(app: &App, findings: &mut Findings) {
    for model in app.of_type(&["AWS::SageMaker::Model", "aws_sagemaker_model"]) {
        findings.unless_on(model, "isolated", || {
            NETWORKED_MODEL
                .on(model, "isolated", format!("`{}` may open connections", model.name))
                .fix(Fix::risky("isolate it", model.set("isolated", true)))
        });
    }
}
