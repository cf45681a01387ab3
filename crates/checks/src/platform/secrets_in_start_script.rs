//! A machine whose start script holds a credential.
use crate::facts::secrets::known_format;
use crate::prelude::*;

check! {
    /// # Secrets in a start script
    ///
    /// A credential stands in the script that this machine runs at its start.
    ///
    /// ## Why it matters
    ///
    /// The script is part of the template and of its history, and every program on the machine can
    /// read it from the metadata service.
    ///
    /// ## What to do
    ///
    /// Give the machine a role, and read secrets from a secret manager in the script. Change the
    /// credential: it has to be taken for known.
    ///
    /// ```yaml fires
    /// Machine:
    ///   Type: AWS::EC2::Instance
    ///   Properties:
    ///     UserData:
    ///       Fn::Base64: |
    ///         #!/bin/bash
    ///         export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLF
    ///         export AWS_SECRET_ACCESS_KEY=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
    /// ```
    /// ```yaml quiet
    /// Machine:
    ///   Type: AWS::EC2::Instance
    ///   Properties:
    ///     UserData:
    ///       Fn::Base64: |
    ///         #!/bin/bash
    ///         yum update -y
    /// ```
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   user_data = <<EOF
    /// export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLF
    /// EOF
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   user_data = <<EOF
    /// yum update -y
    /// EOF
    /// }
    /// ```
    SECRETS_IN_START_SCRIPT = "secrets-in-start-script" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["CKV_AWS_46"],
        run: secrets_in_start_script,
    }
}

fn secrets_in_start_script(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine) {
        let Some(script) = machine.get("user_data") else { continue };
        let text = script.display();
        let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '"' | '\''));
        if let Some(what) = words.into_iter().find_map(known_format) {
            let message = format!("the start script of `{}` holds {what}", machine.name);
            findings.push(SECRETS_IN_START_SCRIPT.on(machine, "user_data", message));
        }
    }
}
