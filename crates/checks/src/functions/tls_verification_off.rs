//! An environment variable switches off the verification of TLS certificates.
use crate::prelude::*;

check! {
    /// # Certificates not verified
    ///
    /// An environment variable switches off the verification of TLS certificates.
    ///
    /// ## Why it matters
    ///
    /// Anyone on the path can then pose as the other side, read what is sent and change the answer.
    ///
    /// ## What to do
    ///
    /// Remove the variable. For a private authority add its certificate: `NODE_EXTRA_CA_CERTS`,
    /// `REQUESTS_CA_BUNDLE`.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { NODE_TLS_REJECT_UNAUTHORIZED: '1' } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   environment {
    ///     variables = { PYTHONHTTPSVERIFY = "0" }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   environment {
    ///     variables = { STAGE = "prod" }
    ///   }
    /// }
    /// ```
    TLS_VERIFICATION_OFF = "tls-verification-off" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-295", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: tls_verification_off,
    }
}

/// Variables that switch verification off, and the value that does so.
const SWITCHES: &[(&str, &str)] = &[
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
    ("PYTHONHTTPSVERIFY", "0"),
    ("GIT_SSL_NO_VERIFY", "true"),
    ("GIT_SSL_NO_VERIFY", "1"),
];

fn tls_verification_off(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let variables = function.get("environment").map_or(&[][..], Value::entries);
        let found = variables.iter().find(|entry| {
            let value = entry.value.display();
            SWITCHES.iter().any(|(name, off)| entry.key.text == *name && value.eq_ignore_ascii_case(off))
        });
        if let Some(entry) = found {
            let message = format!("`{}` does not verify certificates: `{}`", function.name, entry.key.text);
            findings.push(TLS_VERIFICATION_OFF.at(function, message).at(entry.key.at).fix(verify(entry)));
        }
    }
}

fn verify(entry: &model::Entry) -> Fix {
    let on = if entry.key.text.starts_with("GIT") { "false" } else { "1" };
    Fix::risky("verify certificates", entry.value.rewrite(on))
}
