//! An API that calls its backend without TLS.
use crate::prelude::*;
use crate::repair::over_tls;

check! {
    /// # Backend called over plain HTTP
    ///
    /// Requests travel from the API to its backend in the clear.
    ///
    /// ## Why it matters
    ///
    /// Tokens and data that reached the API over TLS cross the internet unprotected on the last leg,
    /// for everyone on the way to read and change.
    ///
    /// ## What to do
    ///
    /// Call the backend over HTTPS, or through a private link.
    ///
    /// ```yaml fires
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: { Type: HTTP_PROXY, Uri: "http://backend.example/a" } }
    /// ```
    /// ```yaml quiet
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: { Type: HTTP_PROXY, Uri: "https://backend.example/a" } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_integration" "a" {
    ///   api_id           = "a"
    ///   integration_type = "HTTP_PROXY"
    ///   integration_uri  = "http://backend.example/a"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_integration" "a" {
    ///   api_id           = "a"
    ///   integration_type = "HTTP_PROXY"
    ///   integration_uri  = "https://backend.example/a"
    /// }
    /// ```
    PLAIN_HTTP_INTEGRATION = "plain-http-integration" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &[],
        run: plain_http_integration,
    }
}

fn plain_http_integration(app: &App, findings: &mut Findings) {
    let integrations = app.all(Kind::ApiIntegration).filter(|node| !node.has("connection"));
    let targets = integrations.map(|node| (node, "target"));
    // Routes of an integration that is written apart repeat its address.
    let inline = app.all(Kind::ApiRoute).filter(|route| {
        !app.targets(route, Relation::Invokes).any(|target| target.kind == Kind::ApiIntegration)
            && !route.has("connection")
            && route.provider_type != "aws_api_gateway_method"
    });
    for (node, attr) in targets.chain(inline.map(|route| (route, "integration"))) {
        let Some(uri) = node.get(attr) else { continue };
        if uri.display().starts_with("http://") {
            findings.push(
                PLAIN_HTTP_INTEGRATION
                    .on(node, attr, format!("`{}` is called over plain HTTP", uri.display()))
                    .fix_if(over_tls(uri)),
            );
        }
    }
}
