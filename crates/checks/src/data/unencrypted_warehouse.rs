//! The data of this warehouse is not encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse without encryption
    ///
    /// The data of this warehouse is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Snapshots and disks hold everything that was gathered from everywhere.
    ///
    /// ## What to do
    ///
    /// Encrypt the cluster.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { ClusterType: single-node }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_identifier = "w"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { Encrypted: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   encrypted = true
    /// }
    /// ```
    UNENCRYPTED_WAREHOUSE = "unencrypted-warehouse" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_64", "F28"],
        run: unencrypted_warehouse,
    }
}

fn unencrypted_warehouse(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_WAREHOUSE
                .on(node, "encrypted", format!("`{}` is not encrypted", node.name))
                .fix(Fix::risky("encrypt it", node.set("encrypted", true)))
        });
    }
}
