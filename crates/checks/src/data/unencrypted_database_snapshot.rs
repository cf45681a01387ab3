//! This snapshot is not said to be encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_neptune_cluster_snapshot", "aws_db_cluster_snapshot"];

check! {
    /// # Database snapshot without encryption
    ///
    /// This snapshot is not said to be encrypted.
    ///
    /// ## Why it matters
    ///
    /// A snapshot holds everything that the database held, and is easily shared.
    ///
    /// ## What to do
    ///
    /// Encrypt the database, and name the key of the snapshot.
    ///
    /// ```hcl fires
    /// resource "aws_neptune_cluster_snapshot" "store" {
    ///   db_cluster_identifier = "n"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster_snapshot" "store" {
    ///   db_cluster_identifier = "n"
    ///   storage_encrypted = true
    /// }
    /// ```
    UNENCRYPTED_DATABASE_SNAPSHOT = "unencrypted-database-snapshot" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_279", "CKV_AWS_146"],
        run: unencrypted_database_snapshot,
    }
}

fn unencrypted_database_snapshot(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_DATABASE_SNAPSHOT
                .on(node, "encrypted", format!("`{}` is not encrypted", node.name))
                .fix(Fix::risky("encrypt it", node.set("encrypted", true)))
        });
    }
}
