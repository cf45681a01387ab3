//! Nobody can sign in to this cluster with cloud credentials.
use crate::prelude::*;

const TYPES: &[&str] =
    &["AWS::RDS::DBCluster", "aws_rds_cluster", "AWS::Neptune::DBCluster", "aws_neptune_cluster"];

check! {
    /// # Database cluster that only knows passwords
    ///
    /// Nobody can sign in to this cluster with cloud credentials.
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
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-mysql"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { EnableIAMDatabaseAuthentication: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "store" {
    ///   iam_database_authentication_enabled = true
    /// }
    /// ```
    DATABASE_CLUSTER_WITHOUT_CLOUD_SIGN_IN = "database-cluster-without-cloud-sign-in" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_162", "CKV_AWS_359", "RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED"],
        run: database_cluster_without_cloud_sign_in,
    }
}

fn database_cluster_without_cloud_sign_in(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "iam_auth", || {
            DATABASE_CLUSTER_WITHOUT_CLOUD_SIGN_IN
                .on(node, "iam_auth", format!("`{}` only knows passwords", node.name))
                .fix(Fix::safe("allow cloud sign-in", node.set("iam_auth", true)))
        });
    }
}
