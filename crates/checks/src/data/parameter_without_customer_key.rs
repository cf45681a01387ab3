//! This secure parameter is encrypted with the provider's shared key.
use super::facts::written;
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Secure parameter without a customer key
    ///
    /// This secure parameter is encrypted with the provider's shared key.
    ///
    /// ## Why it matters
    ///
    /// Every identity of the account that may read parameters can use the shared key.
    ///
    /// ## What to do
    ///
    /// Name a key of your own.
    ///
    /// ```hcl fires
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "p"
    ///   type = "SecureString"
    ///   value = var.p
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "p"
    ///   type = "SecureString"
    ///   key_id = "alias/app"
    ///   value = var.p
    /// }
    /// ```
    PARAMETER_WITHOUT_CUSTOMER_KEY = "parameter-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_337"],
        run: parameter_without_customer_key,
    }
}

fn parameter_without_customer_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_ssm_parameter"]).filter(|node| !written(node, "key")) {
        findings.when(node.is("kind", "SecureString"), || {
            PARAMETER_WITHOUT_CUSTOMER_KEY
                .on(node, "key", format!("`{}` is encrypted with the shared key", node.name))
                .fix(with_own_key(app, node, "key", "encrypt with a customer key"))
        });
    }
}
