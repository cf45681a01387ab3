//! The material of this key stays the same for ever.
use crate::prelude::*;

check! {
    /// # Key that never rotates
    ///
    /// The material of this key stays the same for ever.
    ///
    /// ## Why it matters
    ///
    /// The longer one key protects data, the more is lost with it. The service rotates by itself and keeps
    /// old material for old data.
    ///
    /// ## What to do
    ///
    /// Switch rotation on. Asymmetric keys and imported material cannot rotate by themselves.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { Description: orders }
    /// ```
    /// ```hcl fires
    /// resource "aws_kms_key" "store" {
    ///   description = "orders"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KMS::Key
    ///   Properties: { EnableKeyRotation: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_kms_key" "store" {
    ///   enable_key_rotation = true
    /// }
    /// ```
    KEY_WITHOUT_ROTATION = "key-without-rotation" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-324", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_7", "F19", "CMK_BACKING_KEY_ROTATION_ENABLED"],
        run: key_without_rotation,
    }
}

fn key_without_rotation(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::KMS::Key", "aws_kms_key"]) {
        // Only symmetric keys can rotate by themselves.
        let symmetric = |spec: &str| spec.contains("SYMMETRIC_DEFAULT") || spec.contains("HMAC");
        if node.text("spec").is_some_and(|spec| !symmetric(spec)) {
            continue;
        }
        findings.unless_on(node, "rotation", || {
            KEY_WITHOUT_ROTATION
                .on(node, "rotation", format!("`{}` never rotates", node.name))
                .fix(Fix::safe("rotate every year", node.set("rotation", true)))
        });
    }
}
