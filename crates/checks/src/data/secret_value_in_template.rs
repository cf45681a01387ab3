//! The value of this secret stands in the template.
use super::facts::is_plain_secret;
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Secret value written in the template
    ///
    /// The value of this secret stands in the template.
    ///
    /// ## Why it matters
    ///
    /// Everyone who can read the repository or the deployed template knows it, and its history keeps it.
    ///
    /// ## What to do
    ///
    /// Let the secret manager generate the value, or set it outside the template. Change the value that was
    /// written: it is known.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SecretsManager::Secret
    ///   Properties: { SecretString: 'h3ll0-w0rld-42' }
    /// ```
    /// ```hcl fires
    /// resource "aws_secretsmanager_secret_version" "store" {
    ///   secret_id = "s"
    ///   secret_string = "h3ll0-w0rld-42"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SecretsManager::Secret
    ///   Properties: { GenerateSecretString: { PasswordLength: 32 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_secretsmanager_secret_version" "store" {
    ///   secret_id = "s"
    ///   secret_string = "changeme"
    /// }
    /// ```
    SECRET_VALUE_IN_TEMPLATE = "secret-value-in-template" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_value_in_template,
    }
}

fn secret_value_in_template(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Secret) {
        let Some(value) = node.get("value").filter(|value| reveals(value)) else { continue };
        findings.push(
            SECRET_VALUE_IN_TEMPLATE
                .on(node, "value", format!("the value of `{}` stands in the template", node.name))
                .at(value.at)
                .fix_if(ask_for(node, "value", value)),
        );
    }
}

/// Plain text that is no stand-in. JSON text counts when it says more than names of fields.
fn reveals(value: &Value) -> bool {
    const STAND_INS: &[&str] = &[
        "changeme",
        "change-me",
        "placeholder",
        "replace",
        "todo",
        "dummy",
        "your",
        "{}",
        "xxx",
        "example",
        "<",
    ];
    let says = |text: &str| {
        let lower = text.to_lowercase();
        !STAND_INS.iter().any(|word| lower.contains(word)) && !lower.contains(":\"\"")
    };
    is_plain_secret(value) && value.as_str().is_some_and(says)
}
