//! No log of this cluster is sent to the log service.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_words;

const TYPES: &[&str] = &["AWS::RDS::DBCluster", "aws_rds_cluster"];

check! {
    /// # Database cluster whose logs stay inside
    ///
    /// No log of this cluster is sent to the log service.
    ///
    /// ## Why it matters
    ///
    /// Errors and sign-ins are lost with the instances, and no alarm can watch them.
    ///
    /// ## What to do
    ///
    /// Export the logs that the engine has.
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
    ///   Properties: { EnableCloudwatchLogsExports: [error] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "store" {
    ///   enabled_cloudwatch_logs_exports = ["error"]
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_LOG_EXPORTS = "database-cluster-without-log-exports" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_324"],
        run: database_cluster_without_log_exports,
    }
}

fn database_cluster_without_log_exports(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "log_exports") {
            findings.push(
                DATABASE_CLUSTER_WITHOUT_LOG_EXPORTS
                    .on(node, "log_exports", format!("`{}` sends no log to the log service", node.name))
                    .fix_if(
                        logs_of(node)
                            .and_then(|words| with_words(node, "log_exports", words))
                            .map(|patch| Fix::safe("send its logs", patch)),
                    ),
            );
        }
    }
}

/// The logs that the engine has.
fn logs_of(node: &Node) -> Option<&'static [&'static str]> {
    let engine = node.text("engine")?;
    Some(if engine.contains("postgres") {
        &["postgresql"]
    } else if engine == "aurora" || engine.contains("mysql") {
        &["audit", "error", "slowquery"]
    } else if engine == "mariadb" {
        &["error", "slowquery"]
    } else if engine.starts_with("sqlserver") {
        &["error"]
    } else if engine.starts_with("oracle") {
        &["alert", "audit"]
    } else {
        return None;
    })
}
