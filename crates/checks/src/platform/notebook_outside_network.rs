//! A notebook outside of your networks.
use crate::prelude::*;

check! {
    /// # Notebook outside a network
    ///
    /// The notebook is attached to no network of yours.
    ///
    /// ## Why it matters
    ///
    /// Then neither security groups nor endpoints nor flow logs apply to it.
    ///
    /// ## What to do
    ///
    /// Attach a private subnet.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { RoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { SubnetId: s } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   role_arn = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   subnet_id = "s"
    /// }
    /// ```
    NOTEBOOK_OUTSIDE_NETWORK = "notebook-outside-network" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-668", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_306"],
        run: notebook_outside_network,
    }
}

fn notebook_outside_network(app: &App, findings: &mut Findings) {
    const NOTEBOOKS: &[&str] = &["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"];
    for notebook in app.of_type(NOTEBOOKS) {
        findings.unless_set(notebook, "subnets", || {
            NOTEBOOK_OUTSIDE_NETWORK.at(notebook, format!("`{}` is attached to no network", notebook.name))
        });
    }
}
