//! A client whose users stay signed in for months.
use crate::prelude::*;

check! {
    /// # Long-lived refresh tokens
    ///
    /// Who once signed in stays signed in for more than 90 days.
    ///
    /// ## Why it matters
    ///
    /// A refresh token from a lost device, a backup or a browser extension gives new access tokens
    /// for as long as it lives.
    ///
    /// ## What to do
    ///
    /// Let refresh tokens live for 30 days or less, as they do by default, and switch token
    /// revocation on.
    ///
    /// ```yaml fires
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, RefreshTokenValidity: 3650 } }
    /// ```
    /// ```yaml quiet
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, RefreshTokenValidity: 720, TokenValidityUnits: { RefreshToken: hours } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                   = "c"
    ///   user_pool_id           = "p"
    ///   refresh_token_validity = 3650
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                   = "c"
    ///   user_pool_id           = "p"
    ///   refresh_token_validity = 30
    /// }
    /// ```
    LONG_LIVED_REFRESH_TOKEN = "long-lived-refresh-token" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-613", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: long_lived_refresh_token,
    }
}

fn long_lived_refresh_token(app: &App, findings: &mut Findings) {
    const DAYS_MAX: i64 = 90;
    for client in app.all(Kind::UserPoolClient) {
        let Some(validity) = client.int("refresh_validity") else { continue };
        let units = client.get("units").map(|units| units.only().unwrap_or(units));
        let unit = units.and_then(|units| units.get("RefreshToken").or_else(|| units.get("refresh_token")));
        let days = match unit.and_then(Value::as_str).unwrap_or("days") {
            "days" => validity,
            "hours" => validity / 24,
            _ => 0,
        };
        if days > DAYS_MAX {
            let month = if validity == days { 30 } else { 30 * 24 };
            let text = format!("refresh tokens of `{}` live for {days} days", client.name);
            findings.push(
                LONG_LIVED_REFRESH_TOKEN
                    .on(client, "refresh_validity", text)
                    .fix(Fix::risky("end them after 30 days", client.set("refresh_validity", month))),
            );
        }
    }
}
