//! Nothing keeps this cluster from being deleted.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::RDS::DBCluster",
    "aws_rds_cluster",
    "AWS::Neptune::DBCluster",
    "aws_neptune_cluster",
    "AWS::DocDB::DBCluster",
    "aws_docdb_cluster",
];

check! {
    /// # Database cluster that one call deletes
    ///
    /// Nothing keeps this cluster from being deleted.
    ///
    /// ## Why it matters
    ///
    /// A mistake in a script or a replacement in a deployment deletes the cluster with its data.
    ///
    /// ## What to do
    ///
    /// Switch deletion protection on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_neptune_cluster" "store" {
    ///   cluster_identifier = "n"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { DeletionProtection: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster" "store" {
    ///   deletion_protection = true
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_DELETION_PROTECTION = "database-cluster-without-deletion-protection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_139", "CKV2_AWS_58", "RDS_CLUSTER_DELETION_PROTECTION_ENABLED"],
        run: database_cluster_without_deletion_protection,
    }
}

fn database_cluster_without_deletion_protection(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "deletion_protection", || {
            DATABASE_CLUSTER_WITHOUT_DELETION_PROTECTION
                .on(node, "deletion_protection", format!("`{}` can be deleted by one call", node.name))
                .fix(Fix::safe("protect it", node.set("deletion_protection", true)))
        });
    }
}
