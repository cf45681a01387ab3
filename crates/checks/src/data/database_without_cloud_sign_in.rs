//! Nobody can sign in to this database with cloud credentials.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance"];

check! {
    /// # Database that only knows passwords
    ///
    /// Nobody can sign in to this database with cloud credentials.
    ///
    /// ## Why it matters
    ///
    /// Passwords are shared, copied and seldom changed. A token of the cloud's identity service lives for
    /// 15 minutes and names its owner.
    ///
    /// ## What to do
    ///
    /// Switch IAM authentication on, and give functions a database user that needs it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: mysql, EnableIAMDatabaseAuthentication: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    ///   iam_database_authentication_enabled = true
    /// }
    /// ```
    DATABASE_WITHOUT_CLOUD_SIGN_IN = "database-without-cloud-sign-in" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_161", "RDS_INSTANCE_IAM_AUTHENTICATION_ENABLED"],
        run: database_without_cloud_sign_in,
    }
}

fn database_without_cloud_sign_in(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !["mysql", "postgres"].iter().any(|engine| node.text("engine") == Some(*engine)) {
            continue;
        }
        findings.unless_on(node, "iam_auth", || {
            DATABASE_WITHOUT_CLOUD_SIGN_IN
                .on(node, "iam_auth", format!("`{}` only knows passwords", node.name))
                .fix(Fix::safe("allow cloud sign-in", node.set("iam_auth", true)))
        });
    }
}
