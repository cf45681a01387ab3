//! Snapshots of this cluster do not get its labels.
use crate::prelude::*;

const TYPES: &[&str] =
    &["AWS::RDS::DBCluster", "aws_rds_cluster", "AWS::Neptune::DBCluster", "aws_neptune_cluster"];

check! {
    /// # Database cluster that drops its labels
    ///
    /// Snapshots of this cluster do not get its labels.
    ///
    /// ## Why it matters
    ///
    /// Policies and costs that go by labels miss the copies, which hold the same data.
    ///
    /// ## What to do
    ///
    /// Copy tags to snapshots.
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
    ///   Properties: { CopyTagsToSnapshot: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster" "store" {
    ///   copy_tags_to_snapshot = true
    /// }
    /// ```
    DATABASE_CLUSTER_DROPS_TAGS = "database-cluster-drops-tags" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_313", "CKV_AWS_362"],
        run: database_cluster_drops_tags,
    }
}

fn database_cluster_drops_tags(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "copy_tags", || {
            DATABASE_CLUSTER_DROPS_TAGS
                .on(node, "copy_tags", format!("`{}` does not copy its labels to snapshots", node.name))
                .fix(Fix::safe("copy them", node.set("copy_tags", true)))
        });
    }
}
