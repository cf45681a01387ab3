//! The parameter `require_ssl` of this group is not on.
use super::facts::parameter;
use crate::prelude::*;
use crate::repair::set_parameter;

check! {
    /// # Warehouse that accepts connections without TLS
    ///
    /// The parameter `require_ssl` of this group is not on.
    ///
    /// ## Why it matters
    ///
    /// A client that is set up wrongly sends its password and its data readable to everyone on the way.
    ///
    /// ## What to do
    ///
    /// Set `require_ssl` to `true`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::ClusterParameterGroup
    ///   Properties: { ParameterGroupFamily: redshift-1.0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_parameter_group" "store" {
    ///   family = "redshift-1.0"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::ClusterParameterGroup
    ///   Properties: { Parameters: [{ ParameterName: require_ssl, ParameterValue: 'true' }] }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_parameter_group" "store" {
    ///   parameter {
    ///     name  = "require_ssl"
    ///     value = "true"
    ///   }
    /// }
    /// ```
    WAREHOUSE_ACCEPTS_PLAIN_CONNECTIONS = "warehouse-accepts-plain-connections" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_105", "REDSHIFT_REQUIRE_TLS_SSL"],
        run: warehouse_accepts_plain_connections,
    }
}

fn warehouse_accepts_plain_connections(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::Redshift::ClusterParameterGroup", "aws_redshift_parameter_group"]) {
        let required = parameter(node, "require_ssl").map_or(Tri::False, Value::truth);
        findings.when(!required, || {
            WAREHOUSE_ACCEPTS_PLAIN_CONNECTIONS
                .on(node, "values", format!("`{}` does not require TLS", node.name))
                .fix_if(set_parameter(node, "require_ssl", "true"))
        });
    }
}
