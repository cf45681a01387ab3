//! A client that gets tokens in the address of a page.
use crate::prelude::*;
use crate::repair::without_words;

check! {
    /// # Implicit OAuth flow
    ///
    /// Tokens are handed over in the address of a page.
    ///
    /// ## Why it matters
    ///
    /// Addresses end up in the browser's history, in referrer headers and in logs. OAuth 2.1 drops
    /// the implicit flow for that reason.
    ///
    /// ## What to do
    ///
    /// Use the authorization code flow with PKCE.
    ///
    /// ```yaml fires
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, AllowedOAuthFlows: [ implicit ] } }
    /// ```
    /// ```yaml quiet
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, AllowedOAuthFlows: [ code ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                = "c"
    ///   user_pool_id        = "p"
    ///   allowed_oauth_flows = ["implicit"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name                = "c"
    ///   user_pool_id        = "p"
    ///   allowed_oauth_flows = ["code"]
    /// }
    /// ```
    IMPLICIT_OAUTH_FLOW = "implicit-oauth-flow" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-522", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: implicit_oauth_flow,
    }
}

fn implicit_oauth_flow(app: &App, findings: &mut Findings) {
    for client in app.all(Kind::UserPoolClient) {
        if let Some(flow) = client.list("oauth_flows").iter().find(|flow| flow.as_str() == Some("implicit")) {
            let has_code = client.list("oauth_flows").iter().any(|flow| flow.as_str() == Some("code"));
            let patch = if has_code {
                without_words(client, "oauth_flows", |flow| flow == "implicit")
            } else {
                flow.rewrite("code")
            };
            findings.push(
                IMPLICIT_OAUTH_FLOW
                    .at(client, format!("`{}` gets tokens in an address", client.name))
                    .at(flow.at)
                    .fix(Fix::risky("use codes", patch)),
            );
        }
    }
}
