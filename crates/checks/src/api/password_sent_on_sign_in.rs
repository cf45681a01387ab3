//! A client that sends passwords instead of proving them.
use crate::prelude::*;
use crate::repair::without_words;

check! {
    /// # Password sent on sign-in
    ///
    /// The client may send the password itself to sign in.
    ///
    /// ## Why it matters
    ///
    /// The secure remote password flow proves a password without sending it. With the plain flow
    /// every proxy, log and script between user and pool can see it.
    ///
    /// ## What to do
    ///
    /// Allow `ALLOW_USER_SRP_AUTH` only, or passkeys; keep the plain flow for the time of a
    /// migration.
    ///
    /// ```yaml fires
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, ExplicitAuthFlows: [ ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH ] } }
    /// ```
    /// ```yaml quiet
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, ExplicitAuthFlows: [ ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                = "c"
    ///   user_pool_id        = "p"
    ///   explicit_auth_flows = ["ALLOW_USER_PASSWORD_AUTH"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                = "c"
    ///   user_pool_id        = "p"
    ///   explicit_auth_flows = ["ALLOW_USER_SRP_AUTH"]
    /// }
    /// ```
    PASSWORD_SENT_ON_SIGN_IN = "password-sent-on-sign-in" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-522", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: password_sent_on_sign_in,
    }
}

fn password_sent_on_sign_in(app: &App, findings: &mut Findings) {
    const FLOWS: &[&str] = &["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"];
    for client in app.all(Kind::UserPoolClient) {
        let mut flows = client.list("auth_flows").iter();
        if let Some(flow) = flows.find(|flow| flow.as_str().is_some_and(|text| FLOWS.contains(&text))) {
            let safe = |flow: &Value| flow.as_str() == Some("ALLOW_USER_SRP_AUTH");
            let patch = if client.list("auth_flows").iter().any(safe) {
                without_words(client, "auth_flows", |flow| FLOWS.contains(&flow))
            } else {
                flow.rewrite("ALLOW_USER_SRP_AUTH")
            };
            findings.push(
                PASSWORD_SENT_ON_SIGN_IN
                    .at(client, format!("`{}` sends passwords to sign in", client.name))
                    .at(flow.at)
                    .fix(Fix::risky("sign in without sending it", patch)),
            );
        }
    }
}
