//! The password of this connection stands in the template.
use super::facts::is_plain_secret;
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Password written in a data connection
    ///
    /// The password of this connection stands in the template.
    ///
    /// ## Why it matters
    ///
    /// Everyone who can read the repository knows it, and its history keeps it.
    ///
    /// ## What to do
    ///
    /// Refer to a secret with `SECRET_ID`. Change the password that was written: it is known.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Glue::Connection
    ///   Properties: { ConnectionInput: { ConnectionType: JDBC, ConnectionProperties: { USERNAME: etl, PASSWORD: hunter2-hunter2 } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_glue_connection" "store" {
    ///   connection_properties = {
    ///     USERNAME = "etl"
    ///     PASSWORD = "hunter2-hunter2"
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Glue::Connection
    ///   Properties: { ConnectionInput: { ConnectionType: JDBC, ConnectionProperties: { SECRET_ID: s } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_glue_connection" "store" {
    ///   connection_properties = {
    ///     SECRET_ID = "s"
    ///   }
    /// }
    /// ```
    PASSWORD_IN_DATA_CONNECTION = "password-in-data-connection" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: password_in_data_connection,
    }
}

fn password_in_data_connection(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DataJob) {
        let password =
            node.get("connection").and_then(|map| map.get("PASSWORD")).filter(|value| is_plain_secret(value));
        if let Some(value) = password {
            findings.push(
                PASSWORD_IN_DATA_CONNECTION
                    .at(node, format!("the password of `{}` stands in the template", node.name))
                    .at(value.at)
                    .fix_if(ask_for(node, "password", value)),
            );
        }
    }
}
