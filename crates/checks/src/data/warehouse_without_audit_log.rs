//! Connections and queries of this warehouse are not logged.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse without an audit log
    ///
    /// Connections and queries of this warehouse are not logged.
    ///
    /// ## Why it matters
    ///
    /// Without the log nobody can say who read what.
    ///
    /// ## What to do
    ///
    /// Send the audit log to a bucket or to the log service.
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
    ///   Properties: { LoggingProperties: { BucketName: logs } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   logging {
    ///     enable = true
    ///   }
    /// }
    /// ```
    WAREHOUSE_WITHOUT_AUDIT_LOG = "warehouse-without-audit-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_71", "REDSHIFT_AUDIT_LOGGING_ENABLED"],
        run: warehouse_without_audit_log,
    }
}

fn warehouse_without_audit_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "logging", || {
            WAREHOUSE_WITHOUT_AUDIT_LOG.on(node, "logging", format!("`{}` keeps no audit log", node.name))
        });
    }
}
