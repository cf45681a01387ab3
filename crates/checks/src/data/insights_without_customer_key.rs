//! Insights of this database, which show its statements, are encrypted with a key of the provider.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Performance insights without a customer key
    ///
    /// Insights of this database, which show its statements, are encrypted with a key of the provider.
    ///
    /// ## Why it matters
    ///
    /// Statements often hold data. With a key of your own, reading them needs a permission on the key too.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { EnablePerformanceInsights: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   performance_insights_enabled = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { EnablePerformanceInsights: true, PerformanceInsightsKMSKeyId: k }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   performance_insights_enabled = true
    ///   performance_insights_kms_key_id = "k"
    /// }
    /// ```
    INSIGHTS_WITHOUT_CUSTOMER_KEY = "insights-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_354"],
        run: insights_without_customer_key,
    }
}

fn insights_without_customer_key(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance", "aws_rds_cluster_instance"];
    for node in app.of_type(TYPES) {
        findings.when(node.flag("insights") & (!node.has("insights_key")).into(), || {
            INSIGHTS_WITHOUT_CUSTOMER_KEY
                .on(node, "insights_key", format!("insights of `{}` have no customer key", node.name))
                .fix(with_own_key(app, node, "insights_key", "encrypt with a customer key"))
        });
    }
}
