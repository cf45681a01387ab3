//! The password of this store stands in the template.
use super::facts::is_plain_secret;
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Password written in the template
    ///
    /// The password of this store stands in the template.
    ///
    /// ## Why it matters
    ///
    /// Everyone who can read the repository or the deployed template knows it, and its history keeps it.
    ///
    /// ## What to do
    ///
    /// Let the secret manager keep the password (`ManageMasterUserPassword`), or refer to a secret. Change
    /// the password that was written: it is known.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { MasterUsername: app, MasterUserPassword: hunter2-hunter2 }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   username = "app"
    ///   password = "hunter2-hunter2"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { MasterUsername: app, ManageMasterUserPassword: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   username = "app"
    ///   password = var.password
    /// }
    /// ```
    /// ```yaml quiet
    /// Db:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}' }
    /// ```
    DATABASE_PASSWORD_IN_TEMPLATE = "database-password-in-template" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["F23", "F34", "F35", "F44", "F52", "F70"],
        run: database_password_in_template,
    }
}

fn database_password_in_template(app: &App, findings: &mut Findings) {
    const PLACES: &[(Kind, &str)] = &[
        (Kind::Database, "password"),
        (Kind::DatabaseCluster, "password"),
        (Kind::Warehouse, "password"),
        (Kind::SearchDomain, "master_password"),
        (Kind::Cache, "auth_token"),
    ];
    for node in &app.nodes {
        let place = PLACES.iter().find(|(kind, _)| *kind == node.kind).map(|(_, attr)| *attr);
        let written = place.and_then(|attr| node.get(attr));
        let user = node.kind == Kind::Broker;
        let of_user = user.then(|| {
            node.list("users")
                .iter()
                .find_map(|one| one.get("password").filter(|value| is_plain_secret(value)))
        });
        let Some(value) = written.filter(|value| is_plain_secret(value)).or(of_user.flatten()) else {
            continue;
        };
        findings.push(
            DATABASE_PASSWORD_IN_TEMPLATE
                .at(node, format!("the password of `{}` stands in the template", node.name))
                .at(value.at)
                .fix_if(keep_elsewhere(node, value)),
        );
    }
}

/// Some databases let the secret manager keep and rotate their password.
fn keep_elsewhere(node: &Node, value: &Value) -> Option<Fix> {
    const MANAGED: &[&str] = &[
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBCluster",
        "AWS::Redshift::Cluster",
        "aws_db_instance",
        "aws_rds_cluster",
        "aws_redshift_cluster",
    ];
    if MANAGED.contains(&node.provider_type.as_str()) {
        let managed = node.set("managed_password", true);
        return Some(Fix::risky("let the secret manager keep it", node.unset("password")).and(managed));
    }
    ask_for(node, "password", value)
}
