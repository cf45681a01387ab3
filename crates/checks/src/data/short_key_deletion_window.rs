//! After a deletion is asked for, this key is gone in less than 14 days.
use super::facts::below;
use crate::prelude::*;

check! {
    /// # Key that is deleted within days
    ///
    /// After a deletion is asked for, this key is gone in less than 14 days.
    ///
    /// ## Why it matters
    ///
    /// With the key goes everything that it encrypts, for good. Two weeks are little time to notice.
    ///
    /// ## What to do
    ///
    /// Leave the window at 30 days.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { PendingWindowInDays: 7 }
    /// ```
    /// ```hcl fires
    /// resource "aws_kms_key" "store" {
    ///   deletion_window_in_days = 7
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { PendingWindowInDays: 30 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kms_key" "store" {
    ///   deletion_window_in_days = 30
    /// }
    /// ```
    SHORT_KEY_DELETION_WINDOW = "short-key-deletion-window" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: short_key_deletion_window,
    }
}

fn short_key_deletion_window(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Key) {
        findings.when(below(node, "deletion_days", 14, 30), || {
            SHORT_KEY_DELETION_WINDOW
                .on(
                    node,
                    "deletion_days",
                    format!("`{}` is gone within days once its deletion is asked for", node.name),
                )
                .fix(Fix::safe("take 30 days", node.set("deletion_days", 30)))
        });
    }
}
