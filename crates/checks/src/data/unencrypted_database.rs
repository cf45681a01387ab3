//! The storage of this database is not encrypted.
use crate::prelude::*;

check! {
    /// # Database without encryption
    ///
    /// The storage of this database is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets hold of a snapshot, a backup or a disk reads the data. Encryption cannot be switched on
    /// later without a copy.
    ///
    /// ## What to do
    ///
    /// Encrypt the storage when the database is made. For one that exists: copy a snapshot with encryption
    /// and restore it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, StorageEncrypted: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    ///   storage_encrypted = true
    /// }
    /// ```
    UNENCRYPTED_DATABASE = "unencrypted-database" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_16", "F27", "RDS_STORAGE_ENCRYPTED"],
        run: unencrypted_database,
    }
}

fn unencrypted_database(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::RDS::DBInstance", "aws_db_instance"]) {
        // The storage of Aurora belongs to the cluster.
        let in_cluster =
            node.has("cluster") || node.text("engine").is_some_and(|engine| engine.contains("aurora"));
        if in_cluster && node.provider_type == "AWS::RDS::DBInstance" {
            continue;
        }
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_DATABASE
                .on(node, "encrypted", format!("the storage of `{}` is not encrypted", node.name))
                .fix(Fix::risky("encrypt the storage (replaces the database)", node.set("encrypted", true)))
        });
    }
}
