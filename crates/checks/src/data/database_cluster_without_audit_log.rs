//! This MySQL cluster sends no audit log to the log service.
use super::facts::{holds, one_of};
use crate::prelude::*;
use crate::repair::with_words;

check! {
    /// # Database cluster without an audit log
    ///
    /// This MySQL cluster sends no audit log to the log service.
    ///
    /// ## Why it matters
    ///
    /// Without it nobody can say who signed in and what they changed.
    ///
    /// ## What to do
    ///
    /// Export the `audit` log, and switch it on in the parameter group.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-mysql"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-postgresql }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-mysql"
    ///   enabled_cloudwatch_logs_exports = ["audit"]
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_AUDIT_LOG = "database-cluster-without-audit-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_325"],
        run: database_cluster_without_audit_log,
    }
}

fn database_cluster_without_audit_log(app: &App, findings: &mut Findings) {
    const ENGINES: &[&str] = &["aurora", "aurora-mysql", "mysql"];
    for node in app.of_type(&["AWS::RDS::DBCluster", "aws_rds_cluster"]) {
        if node.has("engine") && one_of(node, "engine", ENGINES).is_false() {
            continue;
        }
        findings.when(!holds(node, "log_exports", &["audit"]), || {
            DATABASE_CLUSTER_WITHOUT_AUDIT_LOG
                .on(node, "log_exports", format!("`{}` sends no audit log", node.name))
                .fix_if(
                    with_words(node, "log_exports", &["audit"])
                        .map(|patch| Fix::safe("send the audit log", patch)),
                )
        });
    }
}
