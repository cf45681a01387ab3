//! This parameter is stored as plain text.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_ssm_parameter"];

check! {
    /// # Parameter that is not encrypted
    ///
    /// This parameter is stored as plain text.
    ///
    /// ## Why it matters
    ///
    /// A plain parameter can be read by everyone who may list the account's configuration, and shows up in
    /// consoles and exports. Most parameters are no secrets; this one may be.
    ///
    /// ## What to do
    ///
    /// Make it a `SecureString` when it is a secret.
    ///
    /// ```hcl fires
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/stage"
    ///   type = "String"
    ///   value = "x"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/token"
    ///   type = "SecureString"
    ///   value = var.token
    /// }
    /// ```
    PLAIN_PARAMETER = "plain-parameter" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-312", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["CKV2_AWS_34"],
        run: plain_parameter,
    }
}

fn plain_parameter(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!node.is("kind", "SecureString"), || {
            PLAIN_PARAMETER
                .on(node, "kind", format!("`{}` is stored as plain text", node.name))
                .fix(Fix::risky("encrypt it", node.set("kind", "SecureString")))
        });
    }
}
