//! A notebook whose users are root.
use crate::prelude::*;

check! {
    /// # Notebook with root access
    ///
    /// Users of the notebook are root on its machine.
    ///
    /// ## Why it matters
    ///
    /// Root can switch off what watches the machine, and read the work of others who use it.
    ///
    /// ## What to do
    ///
    /// Disable root access.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { RoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SageMaker::NotebookInstance, Properties: { RootAccess: Disabled } }
    /// ```
    /// ```hcl fires
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   role_arn = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sagemaker_notebook_instance" "x" {
    ///   root_access = "Disabled"
    /// }
    /// ```
    NOTEBOOK_ROOT_ACCESS = "notebook-root-access" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_307"],
        run: notebook_root_access,
    }
}

fn notebook_root_access(app: &App, findings: &mut Findings) {
    const NOTEBOOKS: &[&str] = &["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"];
    for notebook in app.of_type(NOTEBOOKS) {
        findings.when(!notebook.is("root", "Disabled"), || {
            NOTEBOOK_ROOT_ACCESS
                .on(notebook, "root", format!("users of `{}` are root", notebook.name))
                .fix(Fix::risky("disable root access", notebook.set("root", "Disabled")))
        });
    }
}
