//! Neither the audit log nor the profiler log of this cluster is sent to the log service.
use super::facts::holds;
use crate::prelude::*;
use crate::repair::with_words;

const TYPES: &[&str] = &["AWS::DocDB::DBCluster", "aws_docdb_cluster"];

check! {
    /// # Document database that exports no log
    ///
    /// Neither the audit log nor the profiler log of this cluster is sent to the log service.
    ///
    /// ## Why it matters
    ///
    /// Without them nobody can say who signed in and what they read.
    ///
    /// ## What to do
    ///
    /// Export `audit` and `profiler`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DocDB::DBCluster
    ///   Properties: { StorageEncrypted: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_docdb_cluster" "store" {
    ///   cluster_identifier = "d"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DocDB::DBCluster
    ///   Properties: { EnableCloudwatchLogsExports: [audit] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_docdb_cluster" "store" {
    ///   enabled_cloudwatch_logs_exports = ["profiler"]
    /// }
    /// ```
    DOCUMENT_DATABASE_WITHOUT_LOGS = "document-database-without-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_85", "DOCDB_CLUSTER_AUDIT_LOGGING_ENABLED"],
        run: document_database_without_logs,
    }
}

fn document_database_without_logs(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!holds(node, "log_exports", &["audit", "profiler"]), || {
            DOCUMENT_DATABASE_WITHOUT_LOGS
                .on(node, "log_exports", format!("`{}` exports no log", node.name))
                .fix_if(
                    with_words(node, "log_exports", &["audit", "profiler"])
                        .map(|patch| Fix::safe("send its logs", patch)),
                )
        });
    }
}
