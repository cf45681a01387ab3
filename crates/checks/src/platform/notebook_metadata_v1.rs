//! A notebook whose metadata service answers plain requests.
use crate::prelude::*;

check! {
    /// # Notebook with metadata service version 1
    ///
    /// Any request from the notebook gets its credentials.
    ///
    /// ## Why it matters
    ///
    /// A page that a notebook renders, or a library that fetches an address, can ask for the
    /// credentials of its role.
    ///
    /// ## What to do
    ///
    /// Set the least version to 2.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { RoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: "2" } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   role_arn = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   instance_metadata_service_configuration {
    ///     minimum_instance_metadata_service_version = "2"
    ///   }
    /// }
    /// ```
    NOTEBOOK_METADATA_V1 = "notebook-metadata-v1" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-918", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_371"],
        run: notebook_metadata_v1,
    }
}

fn notebook_metadata_v1(app: &App, findings: &mut Findings) {
    const NOTEBOOKS: &[&str] = &["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"];
    for notebook in app.of_type(NOTEBOOKS) {
        let modern = notebook.get("metadata_version").map_or(Tri::False, |version| match version.as_int() {
            Some(number) => (number >= 2).into(),
            None => Tri::Unknown,
        });
        findings.when(!modern, || {
            NOTEBOOK_METADATA_V1
                .on(
                    notebook,
                    "metadata_version",
                    format!("`{}` gives its credentials to any request", notebook.name),
                )
                .fix(Fix::risky("ask for tokens", notebook.set("metadata_version", "2")))
        });
    }
}
