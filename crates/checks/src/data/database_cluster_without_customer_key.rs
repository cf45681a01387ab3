//! This cluster is encrypted, if at all, with a key of the provider.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

const TYPES: &[&str] = &[
    "aws_rds_cluster",
    "aws_docdb_cluster",
    "aws_neptune_cluster",
    "AWS::RDS::DBCluster",
    "AWS::DocDB::DBCluster",
    "AWS::Neptune::DBCluster",
];

check! {
    /// # Database cluster without a customer key
    ///
    /// This cluster is encrypted, if at all, with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// With a key of your own, every use of it is logged, and disabling it makes the data unreadable at
    /// once.
    ///
    /// ## What to do
    ///
    /// Name a key of your own. The key cannot be changed later.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { StorageEncrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_docdb_cluster" "store" {
    ///   storage_encrypted = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { StorageEncrypted: true, KmsKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_docdb_cluster" "store" {
    ///   storage_encrypted = true
    ///   kms_key_id = "k"
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_CUSTOMER_KEY = "database-cluster-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_327", "CKV_AWS_182", "CKV_AWS_347"],
        run: database_cluster_without_customer_key,
    }
}

fn database_cluster_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "key") {
            findings.push(
                DATABASE_CLUSTER_WITHOUT_CUSTOMER_KEY
                    .on(node, "key", format!("`{}` names no customer key", node.name))
                    .fix(with_own_key(
                        app,
                        node,
                        "key",
                        "encrypt with a customer key (replaces the cluster)",
                    )),
            );
        }
    }
}
