//! An API that pages of any site may call from a browser.
use super::shared::has_star;
use crate::prelude::*;
use crate::repair::without_other_origins;

check! {
    /// # CORS for every origin
    ///
    /// Scripts on any web site may call this API from a visitor's browser and read its answers.
    ///
    /// ## Why it matters
    ///
    /// With `*` a page of anybody can use the API with what the visitor's browser gives: an address
    /// inside the company network, a token that the page got hold of, or nothing at all, to spread
    /// load and cost over visitors. Public data is fine to share this way; most APIs serve one site
    /// only.
    ///
    /// ## What to do
    ///
    /// List the origins of your own sites.
    ///
    /// ```sam fires
    /// Api: { Type: AWS::Serverless::HttpApi, Properties: { CorsConfiguration: { AllowOrigins: [ "*" ] } } }
    /// ```
    /// ```sam quiet
    /// Api: { Type: AWS::Serverless::HttpApi, Properties: { CorsConfiguration: { AllowOrigins: [ "https://www.example.com" ] } } }
    /// ```
    /// ```yaml fires
    /// Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: [ "*" ] } } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: HTTP } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    ///   cors_configuration {
    ///     allow_origins = ["*"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    ///   cors_configuration {
    ///     allow_origins = ["https://www.example.com"]
    ///   }
    /// }
    /// ```
    WILDCARD_CORS = "wildcard-cors" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-942", "OWASP-SLS:S5", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &[],
        run: wildcard_cors,
    }
}

fn wildcard_cors(app: &App, findings: &mut Findings) {
    const KINDS: &[Kind] = &[Kind::Api, Kind::ResponseHeaders, Kind::Trigger];
    for node in app.any(KINDS) {
        // Function URLs have a check of their own.
        if node.kind == Kind::Trigger && node.is("event", "function-url").is_true() {
            continue;
        }
        // Credentials make it worse, and a check of its own.
        let with_credentials = node.kind != Kind::Trigger && node.flag("cors_credentials").is_true();
        let cors = if node.kind == Kind::Api { node.get("cors") } else { None };
        // SAM's short form is the origin itself: `Cors: "'*'"`, or `CorsConfiguration: true`.
        let short =
            cors.is_some_and(|cors| has_star(std::slice::from_ref(cors)) || cors.data == Data::Bool(true));
        if !with_credentials && (short || has_star(node.list("cors_origins"))) {
            let at = cors.map_or_else(|| node.at("cors_origins"), |cors| cors.at);
            // SAM writes it at the API of an event.
            let attr = if cors.is_some() { "cors" } else { "cors_origins" };
            let fix = (node.kind != Kind::Trigger).then(|| without_other_origins(node, attr));
            findings.push(
                WILDCARD_CORS
                    .at(node, format!("`{}` may be called by pages of every origin", node.name))
                    .at(at)
                    .fix_if(fix),
            );
        }
    }
}
