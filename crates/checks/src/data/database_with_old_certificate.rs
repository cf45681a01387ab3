//! The certificate of this database comes from an authority that has expired.
use super::facts::one_of;
use crate::prelude::*;

const TYPES: &[&str] = &["aws_db_instance", "AWS::RDS::DBInstance", "aws_rds_cluster_instance"];

check! {
    /// # Database with an old certificate authority
    ///
    /// The certificate of this database comes from an authority that has expired.
    ///
    /// ## Why it matters
    ///
    /// Clients that verify the certificate cannot connect, and those that do not can be deceived.
    ///
    /// ## What to do
    ///
    /// Use `rds-ca-rsa2048-g1`, `rds-ca-rsa4096-g1` or `rds-ca-ecc384-g1`.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { CACertificateIdentifier: rds-ca-2019 }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   ca_cert_identifier = "rds-ca-2015"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { CACertificateIdentifier: rds-ca-rsa2048-g1 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   ca_cert_identifier = "rds-ca-ecc384-g1"
    /// }
    /// ```
    DATABASE_WITH_OLD_CERTIFICATE = "database-with-old-certificate" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-298", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_211"],
        run: database_with_old_certificate,
    }
}

fn database_with_old_certificate(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !node.has("ca") {
            continue;
        }
        findings.when(
            !one_of(node, "ca", &["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]),
            || {
                DATABASE_WITH_OLD_CERTIFICATE
                    .on(node, "ca", format!("`{}` uses an old certificate authority", node.name))
                    .fix(Fix::risky("use a current authority", node.set("ca", "rds-ca-rsa2048-g1")))
            },
        );
    }
}
