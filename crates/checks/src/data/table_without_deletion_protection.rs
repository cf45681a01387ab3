//! Nothing keeps this table from being deleted.
use crate::prelude::*;

check! {
    /// # Table that one call deletes
    ///
    /// Nothing keeps this table from being deleted.
    ///
    /// ## Why it matters
    ///
    /// A mistake in a script or a replacement in a deployment deletes the table with its data.
    ///
    /// ## What to do
    ///
    /// Switch deletion protection on, and keep the table when it leaves the template.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    /// ```
    /// ```hcl fires
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties: { DeletionProtectionEnabled: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dynamodb_table" "store" {
    ///   name = "t"
    ///   deletion_protection_enabled = true
    /// }
    /// ```
    TABLE_WITHOUT_DELETION_PROTECTION = "table-without-deletion-protection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED"],
        run: table_without_deletion_protection,
    }
}

fn table_without_deletion_protection(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::DynamoDB::Table", "aws_dynamodb_table"]) {
        findings.unless_on(node, "deletion_protection", || {
            TABLE_WITHOUT_DELETION_PROTECTION
                .on(node, "deletion_protection", format!("`{}` can be deleted by one call", node.name))
                .fix(Fix::safe("protect it", node.set("deletion_protection", true)))
        });
    }
}
