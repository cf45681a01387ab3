//! This warehouse has, or may get, an address on the internet.
use crate::prelude::*;

check! {
    /// # Warehouse with a public address
    ///
    /// This warehouse has, or may get, an address on the internet.
    ///
    /// ## Why it matters
    ///
    /// Only its security group and its password stand between everyone and the data.
    ///
    /// ## What to do
    ///
    /// Set the public address off, and reach the warehouse from inside the network.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { PubliclyAccessible: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   publicly_accessible = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { PubliclyAccessible: false }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   publicly_accessible = false
    /// }
    /// ```
    PUBLIC_WAREHOUSE = "public-warehouse" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_87", "REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK"],
        run: public_warehouse,
    }
}

fn public_warehouse(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Warehouse) {
        // Older versions of Terraform's provider made clusters public unless told otherwise.
        let unsaid = !node.has("public");
        if unsaid
            && !["AWS::Redshift::Cluster", "aws_redshift_cluster"].contains(&node.provider_type.as_str())
        {
            continue;
        }
        findings.when(node.flag_or("public", true), || {
            let finding = PUBLIC_WAREHOUSE.on(
                node,
                "public",
                if unsaid {
                    format!("`{}` does not say that it has no public address", node.name)
                } else {
                    format!("`{}` has a public address", node.name)
                },
            );
            let finding = if unsaid { finding.severity(Severity::Low) } else { finding };
            finding.fix(Fix::risky("take the public address away", node.set("public", false)))
        });
    }
}
