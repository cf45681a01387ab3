//! The parameters of this PostgreSQL cluster do not log statements.
use super::facts::logs_statements;
use crate::prelude::*;

check! {
    /// # PostgreSQL cluster that logs no statements
    ///
    /// The parameters of this PostgreSQL cluster do not log statements.
    ///
    /// ## Why it matters
    ///
    /// Without statements in the log nobody can say what an intruder read.
    ///
    /// ## What to do
    ///
    /// Set `log_statement` and `log_min_duration_statement` in its parameter group.
    ///
    /// ```hcl fires
    /// resource "aws_rds_cluster" "d" {
    ///   engine = "aurora-postgresql"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "d" {
    ///   engine = "aurora-postgresql"
    ///   db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.g.name
    /// }
    /// resource "aws_rds_cluster_parameter_group" "g" {
    ///   family = "aurora-postgresql15"
    ///   parameter {
    ///     name  = "log_statement"
    ///     value = "all"
    ///   }
    ///   parameter {
    ///     name  = "log_min_duration_statement"
    ///     value = "1"
    ///   }
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_QUERY_LOG = "database-cluster-without-query-log" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_27"],
        run: database_cluster_without_query_log,
    }
}

fn database_cluster_without_query_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_rds_cluster", "AWS::RDS::DBCluster"]) {
        if node.is("engine", "aurora-postgresql").is_true() && !logs_statements(app, node) {
            findings.push(
                DATABASE_CLUSTER_WITHOUT_QUERY_LOG.at(node, format!("`{}` logs no statements", node.name)),
            );
        }
    }
}
