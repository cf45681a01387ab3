//! Quality job volume without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Quality job volume without customer key
    ///
    /// Disks of the job are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read the data that the job works on, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { JobResources: { ClusterConfig: { InstanceCount: 1, InstanceType: ml.m5.large, VolumeSizeInGB: 20 } } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { JobResources: { ClusterConfig: { VolumeKmsKeyId: k } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   job_resources {
    ///     cluster_config {
    ///       volume_kms_key_id = "k"
    ///     }
    ///   }
    /// }
    /// ```
    QUALITY_JOB_VOLUME_WITHOUT_KEY = "quality-job-volume-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_368"],
        run: quality_job_volume_without_key,
    }
}

fn quality_job_volume_without_key(app: &App, findings: &mut Findings) {
    for node in app
        .of_type(&["AWS::SageMaker::DataQualityJobDefinition", "aws_sagemaker_data_quality_job_definition"])
    {
        findings.unless_set(node, "volume_key", || {
            QUALITY_JOB_VOLUME_WITHOUT_KEY
                .at(node, format!("`{}` has no customer key", node.name))
                .fix(with_own_key(app, node, "volume_key", "encrypt with a customer key"))
        });
    }
}
