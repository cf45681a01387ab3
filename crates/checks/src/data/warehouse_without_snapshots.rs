//! The automatic snapshots of this warehouse are switched off.
use super::facts::below;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse without automatic snapshots
    ///
    /// The automatic snapshots of this warehouse are switched off.
    ///
    /// ## Why it matters
    ///
    /// What is deleted or encrypted by an attacker is gone.
    ///
    /// ## What to do
    ///
    /// Keep snapshots for at least a week.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { AutomatedSnapshotRetentionPeriod: 0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   automated_snapshot_retention_period = 0
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { AutomatedSnapshotRetentionPeriod: 7 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_identifier = "w"
    /// }
    /// ```
    WAREHOUSE_WITHOUT_SNAPSHOTS = "warehouse-without-snapshots" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_343", "REDSHIFT_BACKUP_ENABLED"],
        run: warehouse_without_snapshots,
    }
}

fn warehouse_without_snapshots(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(below(node, "snapshot_days", 1, 1), || {
            WAREHOUSE_WITHOUT_SNAPSHOTS
                .on(node, "snapshot_days", format!("`{}` keeps no automatic snapshots", node.name))
                .fix(Fix::safe("keep them for a week", node.set("snapshot_days", 7)))
        });
    }
}
