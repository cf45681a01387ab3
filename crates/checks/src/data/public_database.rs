//! This database has an address on the internet.
use crate::prelude::*;

check! {
    /// # Database with a public address
    ///
    /// This database has an address on the internet.
    ///
    /// ## Why it matters
    ///
    /// Only its security group and its password stand between everyone and the data. Scanners try both
    /// within minutes.
    ///
    /// ## What to do
    ///
    /// Keep it in private subnets. Reach it through a proxy, a private endpoint or a session manager.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { PubliclyAccessible: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   publicly_accessible = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { PubliclyAccessible: false }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   publicly_accessible = false
    /// }
    /// ```
    PUBLIC_DATABASE = "public-database" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_17", "CKV_AWS_102", "F22", "RDS_INSTANCE_PUBLIC_ACCESS_CHECK"],
        run: public_database,
    }
}

fn public_database(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Database) {
        findings.when(node.flag("public"), || {
            PUBLIC_DATABASE
                .on(node, "public", format!("`{}` has a public address", node.name))
                .fix(Fix::risky("take the public address away", node.set("public", false)))
        });
    }
}
