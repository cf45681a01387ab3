//! Security fixes are not installed on this warehouse by themselves.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse without automatic upgrades
    ///
    /// Security fixes are not installed on this warehouse by themselves.
    ///
    /// ## Why it matters
    ///
    /// A warehouse that nobody upgrades stays open to what is publicly known.
    ///
    /// ## What to do
    ///
    /// Leave version upgrades on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { AllowVersionUpgrade: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   allow_version_upgrade = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { AllowVersionUpgrade: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_identifier = "w"
    /// }
    /// ```
    WAREHOUSE_WITHOUT_UPGRADES = "warehouse-without-upgrades" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_141"],
        run: warehouse_without_upgrades,
    }
}

fn warehouse_without_upgrades(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!node.flag_or("upgrades", true), || {
            WAREHOUSE_WITHOUT_UPGRADES
                .on(node, "upgrades", format!("`{}` installs no upgrades", node.name))
                .fix(Fix::safe("upgrade by itself", node.set("upgrades", true)))
        });
    }
}
