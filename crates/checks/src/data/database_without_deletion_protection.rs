//! Nothing keeps this database from being deleted.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance"];

check! {
    /// # Database that one call deletes
    ///
    /// Nothing keeps this database from being deleted.
    ///
    /// ## Why it matters
    ///
    /// A mistake in a script or a replacement in a deployment deletes the database with its data.
    ///
    /// ## What to do
    ///
    /// Switch deletion protection on.
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
    ///   Properties: { DeletionProtection: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   deletion_protection = true
    /// }
    /// ```
    DATABASE_WITHOUT_DELETION_PROTECTION = "database-without-deletion-protection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_293", "F80", "RDS_INSTANCE_DELETION_PROTECTION_ENABLED"],
        run: database_without_deletion_protection,
    }
}

fn database_without_deletion_protection(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if node.has("cluster") && node.provider_type.starts_with("AWS::") {
            continue;
        }
        findings.unless_on(node, "deletion_protection", || {
            DATABASE_WITHOUT_DELETION_PROTECTION
                .on(node, "deletion_protection", format!("`{}` can be deleted by one call", node.name))
                .fix(Fix::safe("protect it", node.set("deletion_protection", true)))
        });
    }
}
