//! The storage of this cluster is not encrypted.
use crate::prelude::*;

check! {
    /// # Database cluster without encryption
    ///
    /// The storage of this cluster is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets hold of a snapshot or a backup reads the data. Encryption cannot be switched on later
    /// without a copy.
    ///
    /// ## What to do
    ///
    /// Encrypt the storage when the cluster is made. For one that exists: restore an encrypted copy of a
    /// snapshot.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-postgresql }
    /// ```
    /// ```hcl fires
    /// resource "aws_docdb_cluster" "store" {
    ///   cluster_identifier = "d"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-postgresql, StorageEncrypted: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_docdb_cluster" "store" {
    ///   cluster_identifier = "d"
    ///   storage_encrypted = true
    /// }
    /// ```
    UNENCRYPTED_DATABASE_CLUSTER = "unencrypted-database-cluster" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[
            "CKV_AWS_96",
            "CKV_AWS_74",
            "CKV_AWS_44",
            "CKV_AWS_292",
            "CKV_AWS_140",
            "F26",
            "F30",
        ],
        run: unencrypted_database_cluster,
    }
}

fn unencrypted_database_cluster(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DatabaseCluster) {
        // A copy is encrypted as its source is; the first kind of serverless clusters always are.
        let inherits = node.has("source") && node.provider_type.starts_with("AWS::RDS::DBCluster");
        let global_copy = node.has("source") && node.provider_type.contains("lobal");
        let serverless =
            node.is("engine_mode", "serverless").is_true() && !node.provider_type.starts_with("AWS::");
        if inherits || global_copy || serverless {
            continue;
        }
        findings.unless_on(node, "encrypted", || {
            UNENCRYPTED_DATABASE_CLUSTER
                .on(node, "encrypted", format!("the storage of `{}` is not encrypted", node.name))
                .fix(Fix::risky("encrypt the storage (replaces the cluster)", node.set("encrypted", true)))
        });
    }
}
