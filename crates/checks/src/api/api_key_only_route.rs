//! A route whose only guard is an API key.
use super::shared::{entrances, is_resource, label};
use crate::prelude::*;

check! {
    /// # Route guarded by an API key only
    ///
    /// An API key is all that this route asks of its callers.
    ///
    /// ## Why it matters
    ///
    /// API keys travel in every request, sit in client code and logs, never expire by themselves and
    /// say nothing about who is calling. Amazon's own guide says not to use them for authentication:
    /// they exist to count and slow down known clients.
    ///
    /// ## What to do
    ///
    /// Keep the key for its usage plan, and add an authorizer or IAM for the identity of the caller.
    ///
    /// ```yaml fires
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: GET, AuthorizationType: NONE, ApiKeyRequired: true }
    /// ```
    /// ```yaml quiet
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: GET, AuthorizationType: AWS_IAM, ApiKeyRequired: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_method" "get" {
    ///   rest_api_id      = "a"
    ///   resource_id      = "r"
    ///   http_method      = "GET"
    ///   authorization    = "NONE"
    ///   api_key_required = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_method" "get" {
    ///   rest_api_id   = "a"
    ///   resource_id   = "r"
    ///   http_method   = "GET"
    ///   authorization = "COGNITO_USER_POOLS"
    /// }
    /// ```
    API_KEY_ONLY_ROUTE = "api-key-only-route" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-287", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: api_key_only_route,
    }
}

fn api_key_only_route(app: &App, findings: &mut Findings) {
    for route in entrances(app) {
        findings.when(route.is("auth", "api-key"), || {
            let text = format!("`{}` asks for an API key and nothing else", label(route));
            let finding = API_KEY_ONLY_ROUTE.on(route, "auth", text);
            if route.kind == Kind::ApiRoute && is_resource(route) {
                finding.fix(Fix::risky("require IAM", route.set("authorization", "AWS_IAM")))
            } else {
                finding
            }
        });
    }
}
