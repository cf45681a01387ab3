//! This key cannot be used.
use crate::prelude::*;

check! {
    /// # Key that is switched off
    ///
    /// This key cannot be used.
    ///
    /// ## Why it matters
    ///
    /// Everything that is encrypted with it is unreadable until it is switched on, and what should be
    /// encrypted with it fails.
    ///
    /// ## What to do
    ///
    /// Switch it on, or schedule its deletion when nothing needs it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { Enabled: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_kms_key" "store" {
    ///   is_enabled = false
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { Enabled: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kms_key" "store" {
    ///   is_enabled = true
    /// }
    /// ```
    DISABLED_KEY = "disabled-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_227"],
        run: disabled_key,
    }
}

fn disabled_key(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Key) {
        findings.when(!node.flag_or("enabled", true), || {
            DISABLED_KEY
                .on(node, "enabled", format!("`{}` is switched off", node.name))
                .fix(Fix::safe("switch it on", node.set("enabled", true)))
        });
    }
}
