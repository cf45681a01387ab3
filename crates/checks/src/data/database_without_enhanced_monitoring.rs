//! Metrics of the operating system of this database are not kept.
use super::facts::below;
use crate::prelude::*;

check! {
    /// # Database without enhanced monitoring
    ///
    /// Metrics of the operating system of this database are not kept.
    ///
    /// ## Why it matters
    ///
    /// Without them an exhausted disk or memory, caused by an attack or by a query, is hard to explain.
    ///
    /// ## What to do
    ///
    /// Set a monitoring interval of 60 seconds or less.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "postgres"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: postgres, MonitoringInterval: 60 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   monitoring_interval = 30
    /// }
    /// ```
    DATABASE_WITHOUT_ENHANCED_MONITORING = "database-without-enhanced-monitoring" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_118", "RDS_ENHANCED_MONITORING_ENABLED"],
        run: database_without_enhanced_monitoring,
    }
}

fn database_without_enhanced_monitoring(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance", "aws_rds_cluster_instance"];
    for node in app.of_type(TYPES) {
        findings.when(below(node, "monitoring_seconds", 1, 0), || {
            DATABASE_WITHOUT_ENHANCED_MONITORING
                .on(node, "monitoring_seconds", format!("`{}` has no enhanced monitoring", node.name))
                .fix(Fix::risky("measure every minute", node.set("monitoring_seconds", 60)))
        });
    }
}
