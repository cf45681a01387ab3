//! This database has no standby in another zone.
use crate::prelude::*;

check! {
    /// # Database in one zone
    ///
    /// This database has no standby in another zone.
    ///
    /// ## Why it matters
    ///
    /// When the zone fails, the application stands still until it is back.
    ///
    /// ## What to do
    ///
    /// Switch on several zones for production.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "mysql"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { MultiAZ: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   multi_az = true
    /// }
    /// ```
    DATABASE_IN_ONE_ZONE = "database-in-one-zone" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_157", "RDS_MULTI_AZ_SUPPORT"],
        run: database_in_one_zone,
    }
}

fn database_in_one_zone(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::RDS::DBInstance", "aws_db_instance"]) {
        // Aurora replicates its storage across zones by itself.
        let aurora = node.text("engine").is_some_and(|engine| engine.contains("aurora"));
        if aurora && node.provider_type == "AWS::RDS::DBInstance" {
            continue;
        }
        findings.unless_on(node, "multi_zone", || {
            DATABASE_IN_ONE_ZONE
                .on(node, "multi_zone", format!("`{}` has no standby in another zone", node.name))
                .fix(Fix::safe("add a standby", node.set("multi_zone", true)))
        });
    }
}
