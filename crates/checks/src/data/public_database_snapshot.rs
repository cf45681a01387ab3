//! Anybody may restore this snapshot.
use super::facts::holds;
use crate::prelude::*;
use crate::repair::without_words;

check! {
    /// # Database snapshot for everyone
    ///
    /// Anybody may restore this snapshot.
    ///
    /// ## Why it matters
    ///
    /// Everyone with an account of the provider can make a database of their own with all of its data.
    /// Public snapshots are listed, and watched.
    ///
    /// ## What to do
    ///
    /// Share with single accounts, by number.
    ///
    /// ```hcl fires
    /// resource "aws_db_snapshot" "store" {
    ///   db_snapshot_identifier = "s"
    ///   shared_accounts = ["all"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_snapshot" "store" {
    ///   db_snapshot_identifier = "s"
    ///   shared_accounts = ["111122223333"]
    /// }
    /// ```
    PUBLIC_DATABASE_SNAPSHOT = "public-database-snapshot" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_302", "RDS_SNAPSHOTS_PUBLIC_PROHIBITED"],
        run: public_database_snapshot,
    }
}

fn public_database_snapshot(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DatabaseSnapshot) {
        findings.when(holds(node, "shared_with", &["all"]), || {
            PUBLIC_DATABASE_SNAPSHOT
                .on(node, "shared_with", format!("`{}` may be restored by anybody", node.name))
                .fix(Fix::risky(
                    "share it with nobody else",
                    without_words(node, "shared_with", |account| account == "all"),
                ))
        });
    }
}
