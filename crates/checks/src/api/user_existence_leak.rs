//! A client that tells who has an account.
use crate::prelude::*;

check! {
    /// # Sign-in tells who has an account
    ///
    /// Error messages say whether a user exists.
    ///
    /// ## Why it matters
    ///
    /// "User does not exist" and "incorrect password" let anyone test a list of addresses, and attack
    /// or blackmail those that are known.
    ///
    /// ## What to do
    ///
    /// Set `PreventUserExistenceErrors` to `ENABLED`. Older clients keep the legacy answers until it
    /// is set.
    ///
    /// ```yaml fires
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, PreventUserExistenceErrors: LEGACY } }
    /// ```
    /// ```yaml quiet
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, PreventUserExistenceErrors: ENABLED } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name         = "c"
    ///   user_pool_id = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                          = "c"
    ///   user_pool_id                  = "p"
    ///   prevent_user_existence_errors = "ENABLED"
    /// }
    /// ```
    USER_EXISTENCE_LEAK = "user-existence-leak" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-204", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-10"],
        also_known_as: &[],
        run: user_existence_leak,
    }
}

fn user_existence_leak(app: &App, findings: &mut Findings) {
    for client in app.all(Kind::UserPoolClient) {
        findings.when(!client.is("user_errors", "ENABLED"), || {
            USER_EXISTENCE_LEAK
                .on(client, "user_errors", format!("`{}` tells who has an account", client.name))
                .fix(Fix::risky("answer the same for everyone", client.set("user_errors", "ENABLED")))
        });
    }
}
