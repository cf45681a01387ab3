//! Credentials sent to an API from pages of any origin.
use super::shared::has_star;
use crate::prelude::*;

check! {
    /// # CORS with credentials for every origin
    ///
    /// Pages of every origin may call this API with the visitor's credentials.
    ///
    /// ## Why it matters
    ///
    /// A browser adds cookies and signed-in state to such calls. Where the origin is answered back
    /// instead of `*`, any page that a user visits can act in the user's name and read what comes
    /// back; where it is not, browsers refuse the call and the setting does nothing.
    ///
    /// ## What to do
    ///
    /// List the origins that need credentials, or drop the credentials.
    ///
    /// ```yaml fires
    /// Api:
    ///   Type: AWS::ApiGatewayV2::Api
    ///   Properties: { Name: a, ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: [ "*" ], AllowCredentials: true } }
    /// ```
    /// ```yaml quiet
    /// Api:
    ///   Type: AWS::ApiGatewayV2::Api
    ///   Properties: { Name: a, ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: [ "https://a.example" ], AllowCredentials: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    ///   cors_configuration {
    ///     allow_origins     = ["*"]
    ///     allow_credentials = true
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    ///   cors_configuration {
    ///     allow_origins     = ["https://a.example"]
    ///     allow_credentials = true
    ///   }
    /// }
    /// ```
    WILDCARD_CORS_WITH_CREDENTIALS = "wildcard-cors-with-credentials" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-942", "OWASP-SLS:S5", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &[],
        run: wildcard_cors_with_credentials,
    }
}

fn wildcard_cors_with_credentials(app: &App, findings: &mut Findings) {
    const KINDS: &[Kind] = &[Kind::Api, Kind::ResponseHeaders];
    for node in app.any(KINDS).filter(|node| has_star(node.list("cors_origins"))) {
        findings.when(node.flag("cors_credentials"), || {
            WILDCARD_CORS_WITH_CREDENTIALS
                .on(node, "cors_credentials", format!("`{}` takes credentials from every origin", node.name))
                .fix(Fix::risky("drop the credentials", node.set("cors_credentials", false)))
        });
    }
}
