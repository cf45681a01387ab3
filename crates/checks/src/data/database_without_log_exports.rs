//! No log of this database is sent to the log service.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_words;

const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance"];

check! {
    /// # Database whose logs stay inside
    ///
    /// No log of this database is sent to the log service.
    ///
    /// ## Why it matters
    ///
    /// Errors and sign-ins are lost with the instance, and no alarm can watch them.
    ///
    /// ## What to do
    ///
    /// Export the logs that the engine has.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, EnableCloudwatchLogsExports: [postgresql] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   enabled_cloudwatch_logs_exports = ["postgresql"]
    /// }
    /// ```
    DATABASE_WITHOUT_LOG_EXPORTS = "database-without-log-exports" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_129", "RDS_LOGGING_ENABLED"],
        run: database_without_log_exports,
    }
}

fn database_without_log_exports(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "log_exports") {
            findings.push(
                DATABASE_WITHOUT_LOG_EXPORTS
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
