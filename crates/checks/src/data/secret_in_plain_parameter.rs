//! The name of this parameter says that it is secret, and it is stored as plain text.
use super::facts::sounds_secret;
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Secret in a parameter that is not encrypted
    ///
    /// The name of this parameter says that it is secret, and it is stored as plain text.
    ///
    /// ## Why it matters
    ///
    /// A plain parameter can be read by everyone who may list the account's configuration, and shows up in
    /// consoles and exports.
    ///
    /// ## What to do
    ///
    /// Make it a `SecureString`, or move it to the secret manager.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SSM::Parameter
    ///   Properties: { Name: /app/db-password, Type: String, Value: '{{resolve:secretsmanager:s}}' }
    /// ```
    /// ```hcl fires
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/db-password"
    ///   type = "String"
    ///   value = var.p
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SSM::Parameter
    ///   Properties: { Name: /app/db-password-arn, Type: String, Value: x }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/db-password"
    ///   type = "SecureString"
    ///   value = var.p
    /// }
    /// ```
    SECRET_IN_PLAIN_PARAMETER = "secret-in-plain-parameter" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-312", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_plain_parameter,
    }
}

fn secret_in_plain_parameter(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Parameter) {
        if sounds_secret(node.text("name").unwrap_or(&node.name)) && node.text("kind") == Some("String") {
            findings.push(
                SECRET_IN_PLAIN_PARAMETER
                    .on(node, "kind", format!("`{}` keeps a secret as plain text", node.name))
                    .fix_if(
                        is_terraform(node)
                            .then(|| Fix::risky("encrypt it", node.set("kind", "SecureString"))),
                    ),
            );
        }
    }
}
