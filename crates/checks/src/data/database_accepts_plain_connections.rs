//! The parameter group of this database does not force TLS.
use super::facts::parameter;
use crate::prelude::*;
use crate::repair::set_parameter;

check! {
    /// # Database that accepts connections without TLS
    ///
    /// The parameter group of this database does not force TLS.
    ///
    /// ## Why it matters
    ///
    /// A client that is set up wrongly sends its password and its data readable to everyone in the network.
    ///
    /// ## What to do
    ///
    /// Set `rds.force_ssl` (PostgreSQL, SQL Server) or `require_secure_transport` (MySQL, MariaDB) to 1.
    ///
    /// ```yaml fires
    /// Db:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, DBParameterGroupName: !Ref Group }
    /// Group:
    ///   Type: AWS::RDS::DBParameterGroup
    ///   Properties: { Family: postgres16, Parameters: { rds.force_ssl: '0' } }
    /// ```
    /// ```yaml quiet
    /// Db:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, DBParameterGroupName: !Ref Group }
    /// Group:
    ///   Type: AWS::RDS::DBParameterGroup
    ///   Properties: { Family: postgres16, Parameters: { rds.force_ssl: '1' } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "d" {
    ///   engine               = "mysql"
    ///   parameter_group_name = aws_db_parameter_group.g.name
    /// }
    /// resource "aws_db_parameter_group" "g" {
    ///   family = "mysql8.0"
    ///   parameter {
    ///     name  = "require_secure_transport"
    ///     value = "1"
    ///   }
    /// }
    /// ```
    DATABASE_ACCEPTS_PLAIN_CONNECTIONS = "database-accepts-plain-connections" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_69"],
        run: database_accepts_plain_connections,
    }
}

fn database_accepts_plain_connections(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::RDS::DBInstance", "aws_db_instance"]) {
        for group in app.targets(node, Relation::Uses).filter(|group| group.kind == Kind::DatabaseParameters)
        {
            findings.when(!forces_tls(group), || {
                DATABASE_ACCEPTS_PLAIN_CONNECTIONS
                    .on(node, "parameters", format!("`{}` accepts connections without TLS", node.name))
                    .related(group.name_at, "its parameters are set here")
                    .fix_if(wanted(group).and_then(|(name, value)| set_parameter(group, name, value)))
            });
        }
    }
}

/// Each family of engines has its own parameter for it. Other engines have none.
fn wanted(group: &Node) -> Option<(&'static str, &'static str)> {
    let family = group.text("family").unwrap_or_default();
    Some(if family.starts_with("postgres") || family.contains("sqlserver") {
        ("rds.force_ssl", "1")
    } else if family.starts_with("mysql") || family.starts_with("mariadb") {
        ("require_secure_transport", "1")
    } else if family.contains("db2-ae") {
        ("db2comm", "SSL")
    } else {
        return None;
    })
}

fn forces_tls(group: &Node) -> Tri {
    let Some((name, wanted)) = wanted(group) else { return Tri::True };
    match parameter(group, name) {
        None => Tri::False,
        Some(value) if value.is_literal() => (value.display() == wanted).into(),
        Some(_) => Tri::Unknown,
    }
}
