//! Quality job output without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Quality job output without customer key
    ///
    /// Results of the job are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read statistics over your data, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { DataQualityJobOutputConfig: { MonitoringOutputs: [{ S3Output: { LocalPath: /out, S3Uri: "s3://reports" } }] } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { DataQualityJobOutputConfig: { KmsKeyId: k } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   data_quality_job_output_config {
    ///     kms_key_id = "k"
    ///   }
    /// }
    /// ```
    QUALITY_JOB_OUTPUT_WITHOUT_KEY = "quality-job-output-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_367"],
        run: quality_job_output_without_key,
    }
}

fn quality_job_output_without_key(app: &App, findings: &mut Findings) {
    for node in app
        .of_type(&["AWS::SageMaker::DataQualityJobDefinition", "aws_sagemaker_data_quality_job_definition"])
    {
        findings.unless_set(node, "output_key", || {
            QUALITY_JOB_OUTPUT_WITHOUT_KEY
                .at(node, format!("`{}` has no customer key", node.name))
                .fix(with_own_key(app, node, "output_key", "encrypt with a customer key"))
        });
    }
}
