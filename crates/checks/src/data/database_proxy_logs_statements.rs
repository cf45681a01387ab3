//! Debug logging of this proxy writes every statement to the log.
use crate::prelude::*;

check! {
    /// # Database proxy that logs statements
    ///
    /// Debug logging of this proxy writes every statement to the log.
    ///
    /// ## Why it matters
    ///
    /// Statements hold the data of users, and passwords when somebody sets one.
    ///
    /// ## What to do
    ///
    /// Switch debug logging off outside of an investigation.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBProxy
    ///   Properties: { DebugLogging: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_proxy" "store" {
    ///   debug_logging = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBProxy
    ///   Properties: { DebugLogging: false }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_proxy" "store" {
    ///   debug_logging = false
    /// }
    /// ```
    DATABASE_PROXY_LOGS_STATEMENTS = "database-proxy-logs-statements" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-532", "OWASP-SLS:S3", "CSA:SAS-5"],
        also_known_as: &[],
        run: database_proxy_logs_statements,
    }
}

fn database_proxy_logs_statements(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DatabaseProxy) {
        findings.when(node.flag("debug_logging"), || {
            DATABASE_PROXY_LOGS_STATEMENTS
                .on(node, "debug_logging", format!("`{}` logs every statement", node.name))
                .fix(Fix::safe("switch it off", node.set("debug_logging", false)))
        });
    }
}
