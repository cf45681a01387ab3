//! A notebook with its own way to the internet.
use crate::prelude::*;

check! {
    /// # Notebook with direct internet access
    ///
    /// The notebook reaches the internet past your network.
    ///
    /// ## Why it matters
    ///
    /// Code from anywhere runs in a notebook, beside data and a role. With direct access nothing of
    /// yours sees what it sends.
    ///
    /// ## What to do
    ///
    /// Disable direct internet access, and attach a subnet.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { DirectInternetAccess: Enabled } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { DirectInternetAccess: Disabled } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   direct_internet_access = "Enabled"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   direct_internet_access = "Disabled"
    /// }
    /// ```
    NOTEBOOK_ON_INTERNET = "notebook-on-internet" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-668", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_122", "W1210"],
        run: notebook_on_internet,
    }
}

fn notebook_on_internet(app: &App, findings: &mut Findings) {
    const NOTEBOOKS: &[&str] = &["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"];
    for notebook in app.of_type(NOTEBOOKS) {
        let told = Tri::from(notebook.has("internet"));
        findings.when(told & !notebook.is("internet", "Disabled"), || {
            NOTEBOOK_ON_INTERNET
                .on(notebook, "internet", format!("`{}` has its own way to the internet", notebook.name))
                .fix(Fix::risky("disable it", notebook.set("internet", "Disabled")))
        });
    }
}
