//! Deletion protection of this ledger is switched off.
use crate::prelude::*;

check! {
    /// # Ledger that one call deletes
    ///
    /// Deletion protection of this ledger is switched off.
    ///
    /// ## Why it matters
    ///
    /// A ledger is kept because its history must not vanish.
    ///
    /// ## What to do
    ///
    /// Leave deletion protection on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::QLDB::Ledger
    ///   Properties: { PermissionsMode: STANDARD, DeletionProtection: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_qldb_ledger" "store" {
    ///   deletion_protection = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::QLDB::Ledger
    ///   Properties: { PermissionsMode: STANDARD }
    /// ```
    /// ```hcl quiet
    /// resource "aws_qldb_ledger" "store" {
    ///   permissions_mode = "STANDARD"
    /// }
    /// ```
    LEDGER_WITHOUT_DELETION_PROTECTION = "ledger-without-deletion-protection" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_172"],
        run: ledger_without_deletion_protection,
    }
}

fn ledger_without_deletion_protection(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Ledger) {
        findings.when(!node.flag_or("deletion_protection", true), || {
            LEDGER_WITHOUT_DELETION_PROTECTION
                .on(node, "deletion_protection", format!("`{}` can be deleted by one call", node.name))
                .fix(Fix::safe("protect it", node.set("deletion_protection", true)))
        });
    }
}
