//! This snapshot names no key of your own.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &["aws_neptune_cluster_snapshot", "aws_db_snapshot_copy"];

check! {
    /// # Database snapshot without a customer key
    ///
    /// This snapshot names no key of your own.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, restoring needs a permission on the key too, and every use of it is logged.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```hcl fires
    /// resource "aws_neptune_cluster_snapshot" "store" {
    ///   db_cluster_identifier = "n"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster_snapshot" "store" {
    ///   db_cluster_identifier = "n"
    ///   kms_key_id = "k"
    /// }
    /// ```
    DATABASE_SNAPSHOT_WITHOUT_CUSTOMER_KEY = "database-snapshot-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_280", "CKV_AWS_266"],
        run: database_snapshot_without_customer_key,
    }
}

fn database_snapshot_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                DATABASE_SNAPSHOT_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(
                        app,
                        node,
                        "key",
                        "encrypt with a customer key (replaces the snapshot)",
                    )),
            );
        }
    }
}
