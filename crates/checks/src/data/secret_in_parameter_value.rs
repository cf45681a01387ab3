//! A parameter whose name says that it is secret has its value in the template.
use super::facts::{is_plain_secret, sounds_secret};
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Secret written as the value of a parameter
    ///
    /// A parameter whose name says that it is secret has its value in the template.
    ///
    /// ## Why it matters
    ///
    /// Everyone who can read the repository knows the value, and its history keeps it.
    ///
    /// ## What to do
    ///
    /// Store it in the secret manager, or as a `SecureString` that is set outside the template. Change the
    /// value that was written.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SSM::Parameter
    ///   Properties: { Name: /app/api_key, Type: String, Value: 4f9aK2pQ8xW7zR1m }
    /// ```
    /// ```hcl fires
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/db_password"
    ///   type = "String"
    ///   value = "4f9aK2pQ8xW7zR1m"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SSM::Parameter
    ///   Properties: { Name: /app/stage, Type: String, Value: production }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ssm_parameter" "store" {
    ///   name = "/app/db_password"
    ///   type = "SecureString"
    ///   value = var.password
    /// }
    /// ```
    SECRET_IN_PARAMETER_VALUE = "secret-in-parameter-value" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["CKV_AWS_384"],
        run: secret_in_parameter_value,
    }
}

fn secret_in_parameter_value(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Parameter) {
        let name = node.text("name").unwrap_or(&node.name);
        let is_test = |text: &str| ["test", "example"].iter().any(|word| text.to_lowercase().contains(word));
        let reveals = |value: &&Value| {
            is_plain_secret(value)
                && value.as_str().is_some_and(|text| !is_test(text) && looks_generated(text))
        };
        let Some(value) = node.get("value").filter(reveals) else { continue };
        if sounds_secret(name) && !is_test(name) {
            findings.push(
                SECRET_IN_PARAMETER_VALUE
                    .on(node, "value", format!("the value of `{}` stands in the template", node.name))
                    .at(value.at)
                    .fix_if(ask_for(node, "value", value)),
            );
        }
    }
}

/// Long enough, without spaces, and of several kinds of letters: not a word, an address or a flag.
fn looks_generated(text: &str) -> bool {
    let has = |test: fn(&char) -> bool| text.chars().any(|letter| test(&letter));
    let kinds = [
        has(char::is_ascii_digit),
        has(char::is_ascii_lowercase),
        has(char::is_ascii_uppercase),
        has(char::is_ascii_punctuation),
    ];
    let mixed = kinds.iter().filter(|kind| **kind).count();
    let points = text.starts_with("arn:") || text.contains("://") || text.starts_with('/');
    text.len() >= 12 && mixed >= 2 && !points && !text.contains(char::is_whitespace)
}
