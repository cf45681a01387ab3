//! Clients may override the settings of this workgroup.
use crate::prelude::*;

check! {
    /// # Query workgroup whose settings can be overridden
    ///
    /// Clients may override the settings of this workgroup.
    ///
    /// ## Why it matters
    ///
    /// A client that chooses its own place and encryption for results takes data where nobody looks.
    ///
    /// ## What to do
    ///
    /// Enforce the settings of the workgroup.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Athena::WorkGroup
    ///   Properties: { Name: w, WorkGroupConfiguration: { EnforceWorkGroupConfiguration: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_athena_workgroup" "store" {
    ///   configuration {
    ///     enforce_workgroup_configuration = false
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Athena::WorkGroup
    ///   Properties: { Name: w, WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_athena_workgroup" "store" {
    ///   configuration {
    ///     enforce_workgroup_configuration = true
    ///   }
    /// }
    /// ```
    QUERY_WORKGROUP_NOT_ENFORCED = "query-workgroup-not-enforced" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_82"],
        run: query_workgroup_not_enforced,
    }
}

fn query_workgroup_not_enforced(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::Athena::WorkGroup", "aws_athena_workgroup"]) {
        // Terraform's provider enforces unless told otherwise.
        if node.provider_type == "aws_athena_workgroup" && !node.has("enforced") {
            continue;
        }
        findings.unless_on(node, "enforced", || {
            QUERY_WORKGROUP_NOT_ENFORCED
                .on(node, "enforced", format!("clients may override the settings of `{}`", node.name))
                .fix(Fix::risky("enforce them", node.set("enforced", true)))
        });
    }
}
