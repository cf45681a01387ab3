//! What this database waits for is not recorded.
use crate::prelude::*;

check! {
    /// # Database without performance insights
    ///
    /// What this database waits for is not recorded.
    ///
    /// ## Why it matters
    ///
    /// Without it a slow or abusive query is hard to find.
    ///
    /// ## What to do
    ///
    /// Switch performance insights on.
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
    ///   Properties: { Engine: postgres, EnablePerformanceInsights: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   performance_insights_enabled = true
    /// }
    /// ```
    DATABASE_WITHOUT_INSIGHTS = "database-without-insights" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_353"],
        run: database_without_insights,
    }
}

fn database_without_insights(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance", "aws_rds_cluster_instance"];
    for node in app.of_type(TYPES).filter(|node| has_insights(node)) {
        findings.unless_on(node, "insights", || {
            DATABASE_WITHOUT_INSIGHTS
                .on(node, "insights", format!("`{}` has no performance insights", node.name))
                .fix(Fix::safe("switch them on", node.set("insights", true)))
        });
    }
}

/// Small instances of MySQL and MariaDB, and Db2, do not have the feature.
fn has_insights(node: &Node) -> bool {
    const SMALL: &[&str] =
        &["db.t2.micro", "db.t2.small", "db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"];
    let engine = node.text("engine").unwrap_or_default();
    let small = node.text("class").is_some_and(|class| SMALL.contains(&class));
    !(engine.starts_with("db2-") || (small && ["mysql", "mariadb"].contains(&engine)))
}
