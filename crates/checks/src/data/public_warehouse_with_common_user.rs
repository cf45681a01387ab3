//! This warehouse may be reached from the internet, and its first user has the name that everybody tries.
use super::facts::one_of;
use crate::prelude::*;

check! {
    /// # Public warehouse with a common user name
    ///
    /// This warehouse may be reached from the internet, and its first user has the name that everybody
    /// tries.
    ///
    /// ## Why it matters
    ///
    /// Half of the credentials is known.
    ///
    /// ## What to do
    ///
    /// Choose another name, and take the public address away.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { MasterUsername: awsuser, PubliclyAccessible: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   master_username = "admin"
    ///   publicly_accessible = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { MasterUsername: sales_owner, PubliclyAccessible: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   master_username = "admin"
    ///   publicly_accessible = false
    /// }
    /// ```
    PUBLIC_WAREHOUSE_WITH_COMMON_USER = "public-warehouse-with-common-user" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_391", "REDSHIFT_DEFAULT_ADMIN_CHECK"],
        run: public_warehouse_with_common_user,
    }
}

fn public_warehouse_with_common_user(app: &App, findings: &mut Findings) {
    const NAMES: &[&str] = &["awsuser", "administrator", "admin"];
    for node in app.of_type(&["AWS::Redshift::Cluster", "aws_redshift_cluster"]) {
        let public = node.flag_or("public", node.provider_type == "aws_redshift_cluster");
        findings.when(one_of(node, "username", NAMES) & public, || {
            PUBLIC_WAREHOUSE_WITH_COMMON_USER
                .on(node, "username", format!("the user of `{}` has a common name", node.name))
                .fix(Fix::risky("take the public address away", node.set("public", false)))
        });
    }
}
