//! Automatic backups of this document or graph database are kept for less than 7 days.
use super::facts::below;
use crate::prelude::*;

const TYPES: &[&str] =
    &["AWS::DocDB::DBCluster", "aws_docdb_cluster", "AWS::Neptune::DBCluster", "aws_neptune_cluster"];

check! {
    /// # Cluster that keeps backups for less than a week
    ///
    /// Automatic backups of this document or graph database are kept for less than 7 days.
    ///
    /// ## Why it matters
    ///
    /// Damage that is noticed after a long weekend cannot be undone.
    ///
    /// ## What to do
    ///
    /// Keep backups for at least 7 days.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DocDB::DBCluster
    ///   Properties: { StorageEncrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_neptune_cluster" "store" {
    ///   backup_retention_period = 3
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DocDB::DBCluster
    ///   Properties: { BackupRetentionPeriod: 7 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster" "store" {
    ///   backup_retention_period = 14
    /// }
    /// ```
    SHORT_CLUSTER_BACKUPS = "short-cluster-backups" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[
            "CKV_AWS_360",
            "CKV_AWS_361",
            "DOCDB_CLUSTER_BACKUP_RETENTION_CHECK",
            "NEPTUNE_CLUSTER_BACKUP_RETENTION_CHECK",
        ],
        run: short_cluster_backups,
    }
}

fn short_cluster_backups(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(below(node, "backup_days", 7, 1), || {
            SHORT_CLUSTER_BACKUPS
                .on(node, "backup_days", format!("`{}` keeps backups for less than a week", node.name))
                .fix(Fix::safe("keep them for a week", node.set("backup_days", 7)))
        });
    }
}
