//! The parameter `tls` of this group is `disabled`.
use super::facts::parameter;
use crate::prelude::*;
use crate::repair::set_parameter;

check! {
    /// # Document database with TLS switched off
    ///
    /// The parameter `tls` of this group is `disabled`.
    ///
    /// ## Why it matters
    ///
    /// Passwords and documents go through the network readable.
    ///
    /// ## What to do
    ///
    /// Leave `tls` at its default, `enabled`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DocDB::DBClusterParameterGroup
    ///   Properties: { Family: docdb5.0, Parameters: { tls: disabled } }
    /// ```
    /// ```hcl fires
    /// resource "aws_docdb_cluster_parameter_group" "store" {
    ///   family = "docdb5.0"
    ///   parameter {
    ///     name  = "tls"
    ///     value = "disabled"
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DocDB::DBClusterParameterGroup
    ///   Properties: { Family: docdb5.0, Parameters: { tls: enabled } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_docdb_cluster_parameter_group" "store" {
    ///   family = "docdb5.0"
    ///   parameter {
    ///     name  = "tls"
    ///     value = "enabled"
    ///   }
    /// }
    /// ```
    DOCUMENT_DATABASE_WITHOUT_TLS = "document-database-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_90"],
        run: document_database_without_tls,
    }
}

fn document_database_without_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::DocDB::DBClusterParameterGroup", "aws_docdb_cluster_parameter_group"]) {
        if parameter(node, "tls").and_then(Value::as_str) == Some("disabled") {
            findings.push(
                DOCUMENT_DATABASE_WITHOUT_TLS
                    .on(node, "values", format!("`{}` switches TLS off", node.name))
                    .fix_if(set_parameter(node, "tls", "enabled")),
            );
        }
    }
}
