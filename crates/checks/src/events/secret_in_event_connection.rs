//! What an event connection signs in with stands in the template.
use crate::facts::secrets::named_secret;
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Secret written in an event connection
    ///
    /// What this connection signs in with stands in the template.
    ///
    /// ## Why it matters
    ///
    /// Everyone who can read the repository can call the other service in this application's name,
    /// and the history keeps the secret. The default value of a parameter is no safer than the place
    /// where it is used.
    ///
    /// ## What to do
    ///
    /// Resolve it from Secrets Manager (`{{resolve:secretsmanager:…}}`), or take it from a parameter
    /// with `NoEcho` and no default. Then change the secret: the old value is known.
    ///
    /// ```yaml fires
    /// Tickets:
    ///   Type: AWS::Events::Connection
    ///   Properties:
    ///     AuthorizationType: API_KEY
    ///     AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: x-api-key, ApiKeyValue: 7Hq2zLw94TbXn0Rv } }
    /// ```
    /// ```yaml quiet
    /// Tickets:
    ///   Type: AWS::Events::Connection
    ///   Properties:
    ///     AuthorizationType: API_KEY
    ///     AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: x-api-key, ApiKeyValue: "{{resolve:secretsmanager:tickets:SecretString:key}}" } }
    /// Shop:
    ///   Type: AWS::Events::Connection
    ///   Properties:
    ///     AuthorizationType: BASIC
    ///     AuthParameters: { BasicAuthParameters: { Username: shop, Password: "<PASSWORD_UPDATE_ME>" } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_connection" "tickets" {
    ///   name               = "tickets"
    ///   authorization_type = "BASIC"
    ///   auth_parameters {
    ///     basic {
    ///       username = "events"
    ///       password = "correct-horse-7"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_event_connection" "tickets" {
    ///   name               = "tickets"
    ///   authorization_type = "API_KEY"
    ///   auth_parameters {
    ///     api_key {
    ///       key   = "x-api-key"
    ///       value = var.key
    ///     }
    ///   }
    /// }
    /// variable "key" {}
    /// ```
    SECRET_IN_EVENT_CONNECTION = "secret-in-event-connection" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_event_connection,
    }
}

/// Attributes that hold a secret, as a variable's name would say it.
const SECRETS: &[(&str, &str)] =
    &[("password", "PASSWORD"), ("api_key", "API_KEY"), ("client_secret", "CLIENT_SECRET")];

fn secret_in_event_connection(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::Events::Connection", "aws_cloudwatch_event_connection"];
    for connection in app.of_type(TYPES) {
        let written = SECRETS.iter().find_map(|(attr, name)| {
            let what = named_secret(name, connection.text(attr)?)?;
            Some((*attr, what))
        });
        if let Some((attr, what)) = written {
            let message = format!("`{}` signs in with {what} that stands in the template", connection.name);
            findings.push(
                SECRET_IN_EVENT_CONNECTION
                    .on(connection, attr, message)
                    .fix_if(connection.get(attr).and_then(|value| ask_for(connection, attr, value))),
            );
        }
    }
}
