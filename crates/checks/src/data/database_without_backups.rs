//! The automatic backups of this database are switched off.
use crate::prelude::*;

check! {
    /// # Database without automatic backups
    ///
    /// The automatic backups of this database are switched off.
    ///
    /// ## Why it matters
    ///
    /// What is deleted or encrypted by an attacker is gone.
    ///
    /// ## What to do
    ///
    /// Keep backups for at least 7 days; 35 is the most.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { BackupRetentionPeriod: 0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   backup_retention_period = 0
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { BackupRetentionPeriod: 7 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   backup_retention_period = 7
    /// }
    /// ```
    DATABASE_WITHOUT_BACKUPS = "database-without-backups" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_133", "W75", "DB_INSTANCE_BACKUP_ENABLED"],
        run: database_without_backups,
    }
}

fn database_without_backups(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] =
        &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "aws_db_instance", "aws_rds_cluster"];
    for node in app.of_type(TYPES) {
        // Absent, the provider keeps backups for a day.
        let kept =
            |value: &Value| value.as_int().map_or(Tri::Unknown, |days| (1..=35).contains(&days).into());
        let off = node.get("backup_days").map_or(Tri::False, |value| !kept(value));
        findings.when(off, || {
            DATABASE_WITHOUT_BACKUPS
                .on(node, "backup_days", format!("`{}` keeps no automatic backups", node.name))
                .fix(Fix::safe("keep them for a week", node.set("backup_days", 7)))
        });
    }
}
