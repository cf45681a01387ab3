//! No backup selection of this configuration names the cluster.
use crate::prelude::*;

check! {
    /// # Database cluster outside of every backup plan
    ///
    /// No backup selection of this configuration names the cluster.
    ///
    /// ## Why it matters
    ///
    /// Automatic backups go with the cluster and its account. A plan keeps copies elsewhere, for as long as
    /// you need.
    ///
    /// ## What to do
    ///
    /// Select the cluster in a backup plan, by ARN or by label.
    ///
    /// ```hcl fires
    /// resource "aws_rds_cluster" "c" {
    ///   engine = "aurora-mysql"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "c" {
    ///   engine = "aurora-mysql"
    /// }
    /// resource "aws_backup_selection" "s" {
    ///   plan_id   = "p"
    ///   resources = [aws_rds_cluster.c.arn]
    /// }
    /// ```
    DATABASE_CLUSTER_OUTSIDE_BACKUP_PLANS = "database-cluster-outside-backup-plans" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_8", "RDS_RESOURCES_PROTECTED_BY_BACKUP_PLAN"],
        run: database_cluster_outside_backup_plans,
    }
}

fn database_cluster_outside_backup_plans(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_rds_cluster"]) {
        let selected = app.sources(node, Relation::Protects).any(|other| other.kind == Kind::BackupSelection);
        if !selected {
            findings.push(
                DATABASE_CLUSTER_OUTSIDE_BACKUP_PLANS
                    .at(node, format!("no backup plan names `{}`", node.name)),
            );
        }
    }
}
