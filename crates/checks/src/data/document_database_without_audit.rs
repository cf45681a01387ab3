//! The parameter `audit_logs` of this group is not switched on.
use super::facts::parameter;
use crate::prelude::*;
use crate::repair::set_parameter;

check! {
    /// # Document database that audits nothing
    ///
    /// The parameter `audit_logs` of this group is not switched on.
    ///
    /// ## Why it matters
    ///
    /// Exporting the audit log does nothing as long as the engine writes none.
    ///
    /// ## What to do
    ///
    /// Set `audit_logs` to `enabled`, `ddl` or `all`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DocDB::DBClusterParameterGroup
    ///   Properties: { Family: docdb5.0, Parameters: { tls: enabled } }
    /// ```
    /// ```hcl fires
    /// resource "aws_docdb_cluster_parameter_group" "store" {
    ///   family = "docdb5.0"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DocDB::DBClusterParameterGroup
    ///   Properties: { Family: docdb5.0, Parameters: { audit_logs: enabled } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_docdb_cluster_parameter_group" "store" {
    ///   family = "docdb5.0"
    ///   parameter {
    ///     name  = "audit_logs"
    ///     value = "enabled"
    ///   }
    /// }
    /// ```
    DOCUMENT_DATABASE_WITHOUT_AUDIT = "document-database-without-audit" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_104"],
        run: document_database_without_audit,
    }
}

fn document_database_without_audit(app: &App, findings: &mut Findings) {
    const ON: &[&str] = &["enabled", "ddl", "all", "dml_read", "dml_write"];
    for node in app.of_type(&["AWS::DocDB::DBClusterParameterGroup", "aws_docdb_cluster_parameter_group"]) {
        let on = match parameter(node, "audit_logs") {
            None => Tri::False,
            Some(value) => value
                .as_str()
                .map_or(Tri::Unknown, |text| text.split(',').any(|word| ON.contains(&word.trim())).into()),
        };
        findings.when(!on, || {
            DOCUMENT_DATABASE_WITHOUT_AUDIT
                .on(node, "values", format!("`{}` switches no audit log on", node.name))
                .fix_if(set_parameter(node, "audit_logs", "enabled"))
        });
    }
}
