//! The audit log of this cluster is not sent to the log service.
use super::facts::holds;
use crate::prelude::*;
use crate::repair::with_words;

const TYPES: &[&str] = &["AWS::Neptune::DBCluster", "aws_neptune_cluster"];

check! {
    /// # Graph database without an audit log
    ///
    /// The audit log of this cluster is not sent to the log service.
    ///
    /// ## Why it matters
    ///
    /// Without it nobody can say who asked what.
    ///
    /// ## What to do
    ///
    /// Export `audit`, and switch it on in the parameter group.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Neptune::DBCluster
    ///   Properties: { StorageEncrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_neptune_cluster" "store" {
    ///   cluster_identifier = "d"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Neptune::DBCluster
    ///   Properties: { EnableCloudwatchLogsExports: [audit] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_neptune_cluster" "store" {
    ///   enable_cloudwatch_logs_exports = ["audit"]
    /// }
    /// ```
    GRAPH_DATABASE_WITHOUT_AUDIT_LOG = "graph-database-without-audit-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_101", "NEPTUNE_CLUSTER_CLOUDWATCH_LOG_EXPORT_ENABLED"],
        run: graph_database_without_audit_log,
    }
}

fn graph_database_without_audit_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!holds(node, "log_exports", &["audit"]), || {
            GRAPH_DATABASE_WITHOUT_AUDIT_LOG
                .on(node, "log_exports", format!("`{}` exports no audit log", node.name))
                .fix_if(
                    with_words(node, "log_exports", &["audit"])
                        .map(|patch| Fix::safe("send the audit log", patch)),
                )
        });
    }
}
