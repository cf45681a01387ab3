//! A quality job whose containers talk in the clear.
use crate::prelude::*;

check! {
    /// # Plain traffic between job containers
    ///
    /// Containers of the job talk to each other without encryption.
    ///
    /// ## Why it matters
    ///
    /// Data crosses the network between machines of one job where others may listen.
    ///
    /// ## What to do
    ///
    /// Encrypt the traffic between containers.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { Tags: [] } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::DataQualityJobDefinition, Properties: { NetworkConfig: { EnableInterContainerTrafficEncryption: true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_data_quality_job_definition" "x" {
    ///   network_config {
    ///     enable_inter_container_traffic_encryption = true
    ///   }
    /// }
    /// ```
    PLAIN_QUALITY_JOB_TRAFFIC = "plain-quality-job-traffic" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_369"],
        run: plain_quality_job_traffic,
    }
}

fn plain_quality_job_traffic(app: &App, findings: &mut Findings) {
    const JOBS: &[&str] =
        &["AWS::SageMaker::DataQualityJobDefinition", "aws_sagemaker_data_quality_job_definition"];
    for job in app.of_type(JOBS) {
        findings.unless_on(job, "traffic_encrypted", || {
            PLAIN_QUALITY_JOB_TRAFFIC
                .on(job, "traffic_encrypted", format!("containers of `{}` talk in the clear", job.name))
                .fix(Fix::safe("encrypt it", job.set("traffic_encrypted", true)))
        });
    }
}
