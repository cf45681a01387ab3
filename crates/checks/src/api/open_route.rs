//! A route that anyone on the internet may call.
use super::shared::{
    api_of, asks_for_certificates, entrances, has_limiting_policy, is_canned, is_meant_to_be_open,
    is_private, is_resource, label,
};
use crate::prelude::*;

check! {
    /// # Open route
    ///
    /// Nobody has to prove who they are to call this route.
    ///
    /// ## Why it matters
    ///
    /// The function behind an open route runs for everyone who finds its address, with whatever input
    /// they send. Its own code is then the only guard, and each call is paid for. Most break-ins into
    /// serverless applications begin at a route that was meant to be temporary or internal.
    ///
    /// ## What to do
    ///
    /// Ask for an IAM signature, a token of a user pool or another issuer, or a custom authorizer. A
    /// route that has to stay open (a landing page, a webhook whose sender is verified in the
    /// handler) can be accepted with that reason.
    ///
    /// ```yaml fires
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: !Ref Api, ResourceId: r, HttpMethod: POST, AuthorizationType: NONE }
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
    /// ```
    /// ```yaml quiet
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: !Ref Api, ResourceId: r, HttpMethod: POST, AuthorizationType: AWS_IAM }
    /// Preflight:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: !Ref Api, ResourceId: r, HttpMethod: OPTIONS, AuthorizationType: NONE }
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
    /// ```
    /// ```sam fires
    /// Orders:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Runtime: python3.13
    ///     Handler: app.handler
    ///     InlineCode: "def handler(event, context): pass"
    ///     Events: { Post: { Type: HttpApi, Properties: { Path: /orders, Method: POST } } }
    /// ```
    /// ```sam fires
    /// Api:
    ///   Type: AWS::Serverless::Api
    ///   Properties:
    ///     StageName: prod
    ///     DefinitionBody:
    ///       openapi: 3.0.1
    ///       paths: { /orders: { post: { security: [ { bearer: [] } ] } } }
    ///       components: { securitySchemes: { bearer: { type: http, scheme: bearer } } }
    /// ```
    /// ```sam quiet
    /// Api:
    ///   Type: AWS::Serverless::Api
    ///   Properties:
    ///     StageName: prod
    ///     Auth: { DefaultAuthorizer: AWS_IAM }
    ///     DefinitionBody: { openapi: 3.0.1, paths: { /orders: { post: {} } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_route" "post" {
    ///   api_id    = aws_apigatewayv2_api.orders.id
    ///   route_key = "POST /orders"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_route" "post" {
    ///   api_id             = aws_apigatewayv2_api.orders.id
    ///   route_key          = "POST /orders"
    ///   authorization_type = "JWT"
    /// }
    /// ```
    OPEN_ROUTE = "open-route" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-306", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_59", "CKV_AWS_309", "W59"],
        run: open_route,
    }
}

fn open_route(app: &App, findings: &mut Findings) {
    for route in entrances(app) {
        findings.when(route.is("auth", "none"), || {
            let api = api_of(app, route);
            let mut finding = OPEN_ROUTE.on(route, "auth", format!("`{}` answers anyone", label(route)));
            let fenced = api.is_some_and(|api| {
                is_private(api) || has_limiting_policy(api) || asks_for_certificates(app, api)
            });
            if fenced || is_canned(app, route) || is_meant_to_be_open(route) {
                finding = finding.severity(Severity::Low);
            }
            if route.kind == Kind::ApiRoute && is_resource(route) {
                finding = finding.fix(Fix::risky("require IAM", route.set("authorization", "AWS_IAM")));
            }
            finding
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(api: &str) -> Severity {
        severity_of(&format!(
            "Transform: AWS::Serverless-2016-10-31\n\
             Resources:\n  \
               Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: prod, {api} }} }}\n  \
               Get:\n    \
                 Type: AWS::Serverless::Function\n    \
                 Properties:\n      \
                   CodeUri: src\n      \
                   Events: {{ Get: {{ Type: Api, Properties: {{ RestApiId: !Ref Api, Path: /, Method: GET }} }} }}\n"
        ))
    }

    fn severity_of(template: &str) -> Severity {
        let project = testkit::project([("template.yaml", template)]);
        let findings = crate::run(&project, [&&OPEN_ROUTE], testkit::TODAY);
        findings.found.first().expect("an open route").severity
    }

    #[test]
    fn a_policy_counts_only_when_it_limits_callers() {
        assert_eq!(severity("Name: orders"), Severity::High);
        assert_eq!(severity("EndpointConfiguration: { Type: PRIVATE }"), Severity::Low);
        let blocked = "Auth: { ResourcePolicy: { IpRangeBlacklist: [ 203.0.113.0/24 ] } }";
        assert_eq!(severity(blocked), Severity::High);
    }

    #[test]
    fn certificates_count_only_where_no_other_address_is_left() {
        let template = |closed: bool| {
            format!(
                "Parameters: {{ Host: {{ Type: String, Default: api.example.com }} }}
Resources:
  Api: {{ Type: AWS::ApiGatewayV2::Api, Properties: {{ Name: a, ProtocolType: HTTP, Target: f, DisableExecuteApiEndpoint: {closed} }} }}
  Domain: {{ Type: AWS::ApiGatewayV2::DomainName, Properties: {{ DomainName: !Ref Host, MutualTlsAuthentication: {{ TruststoreUri: s3://b/k }} }} }}
  Mapping: {{ Type: AWS::ApiGatewayV2::ApiMapping, Properties: {{ DomainName: !Ref Host, ApiId: !Ref Api, Stage: $default }} }}
"
            )
        };
        assert_eq!(severity_of(&template(true)), Severity::Low);
        assert_eq!(severity_of(&template(false)), Severity::High);
    }
}
