//! This warehouse names no database, so that it gets the name that everybody knows.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse with the default database
    ///
    /// This warehouse names no database, so that it gets the name that everybody knows.
    ///
    /// ## Why it matters
    ///
    /// A known name is one thing less to guess.
    ///
    /// ## What to do
    ///
    /// Name the first database.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { ClusterType: single-node }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_identifier = "w"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { DBName: sales }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   database_name = "sales"
    /// }
    /// ```
    WAREHOUSE_WITH_DEFAULT_DATABASE = "warehouse-with-default-database" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_320", "REDSHIFT_DEFAULT_DB_NAME_CHECK"],
        run: warehouse_with_default_database,
    }
}

fn warehouse_with_default_database(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "database") {
            findings.push(WAREHOUSE_WITH_DEFAULT_DATABASE.on(
                node,
                "database",
                format!("`{}` names no database", node.name),
            ));
        }
    }
}
