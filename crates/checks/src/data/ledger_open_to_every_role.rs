//! The permission mode of this ledger is not `STANDARD`.
use crate::prelude::*;

check! {
    /// # Ledger without permissions of its own
    ///
    /// The permission mode of this ledger is not `STANDARD`.
    ///
    /// ## Why it matters
    ///
    /// With `ALLOW_ALL`, whoever may send commands may do everything to every table.
    ///
    /// ## What to do
    ///
    /// Use `STANDARD` and grant PartiQL actions by table.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::QLDB::Ledger
    ///   Properties: { PermissionsMode: ALLOW_ALL }
    /// ```
    /// ```hcl fires
    /// resource "aws_qldb_ledger" "store" {
    ///   permissions_mode = "ALLOW_ALL"
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
    LEDGER_OPEN_TO_EVERY_ROLE = "ledger-open-to-every-role" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_170"],
        run: ledger_open_to_every_role,
    }
}

fn ledger_open_to_every_role(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Ledger) {
        findings.when(!node.is("permissions", "STANDARD"), || {
            LEDGER_OPEN_TO_EVERY_ROLE
                .on(node, "permissions", format!("`{}` does not check permissions by table", node.name))
                .fix(Fix::risky("check permissions", node.set("permissions", "STANDARD")))
        });
    }
}
