//! Users return from sign-in over plain HTTP.
use crate::prelude::*;
use crate::repair::over_tls;

check! {
    /// # Sign-in returns over plain HTTP
    ///
    /// Codes and tokens of a sign-in are sent to an address without TLS.
    ///
    /// ## Why it matters
    ///
    /// Whoever sees the request can use the code or the token in the user's place.
    ///
    /// ## What to do
    ///
    /// Use `https` callback addresses; `http://localhost` is fine for development.
    ///
    /// ```yaml fires
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, CallbackURLs: [ "http://app.example/back" ] } }
    /// ```
    /// ```yaml quiet
    /// Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: p, CallbackURLs: [ "https://app.example/back", "http://localhost:3000" ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name          = "c"
    ///   user_pool_id  = "p"
    ///   callback_urls = ["http://app.example/back"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool_client" "c" {
    ///   name          = "c"
    ///   user_pool_id  = "p"
    ///   callback_urls = ["https://app.example/back"]
    /// }
    /// ```
    PLAIN_HTTP_SIGN_IN_RETURN = "plain-http-sign-in-return" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: plain_http_sign_in_return,
    }
}

fn plain_http_sign_in_return(app: &App, findings: &mut Findings) {
    for client in app.all(Kind::UserPoolClient) {
        let plain = client.list("callback_urls").iter().find(|url| {
            let text = url.display();
            let host = text.strip_prefix("http://").unwrap_or_default();
            !host.is_empty() && !host.starts_with("localhost") && !host.starts_with("127.0.0.1")
        });
        if let Some(url) = plain {
            findings.push(
                PLAIN_HTTP_SIGN_IN_RETURN
                    .at(client, format!("users of `{}` return over plain HTTP", client.name))
                    .at(url.at)
                    .fix_if(over_tls(url)),
            );
        }
    }
}
