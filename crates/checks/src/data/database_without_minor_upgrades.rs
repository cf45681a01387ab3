//! Security fixes are not installed on this database by themselves.
use crate::prelude::*;

check! {
    /// # Database without automatic minor upgrades
    ///
    /// Security fixes are not installed on this database by themselves.
    ///
    /// ## Why it matters
    ///
    /// Minor versions carry the fixes. A database that nobody upgrades stays open to what is publicly
    /// known.
    ///
    /// ## What to do
    ///
    /// Switch automatic minor upgrades on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { AutoMinorVersionUpgrade: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   auto_minor_version_upgrade = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { AutoMinorVersionUpgrade: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   auto_minor_version_upgrade = true
    /// }
    /// ```
    DATABASE_WITHOUT_MINOR_UPGRADES = "database-without-minor-upgrades" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_226", "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED"],
        run: database_without_minor_upgrades,
    }
}

fn database_without_minor_upgrades(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance", "aws_rds_cluster_instance"];
    for node in app.of_type(TYPES) {
        // Absent, the provider upgrades; the template still had better say so.
        if !node.has("minor_upgrades") && node.provider_type.starts_with("AWS::") {
            continue;
        }
        findings.unless_on(node, "minor_upgrades", || {
            let finding = DATABASE_WITHOUT_MINOR_UPGRADES.on(
                node,
                "minor_upgrades",
                format!("`{}` does not ask for minor upgrades", node.name),
            );
            let finding = if node.has("minor_upgrades") { finding } else { finding.severity(Severity::Info) };
            finding.fix(Fix::safe("upgrade by itself", node.set("minor_upgrades", true)))
        });
    }
}
