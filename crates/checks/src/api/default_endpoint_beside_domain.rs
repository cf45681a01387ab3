//! An API that also answers on its default host name.
use super::shared::is_private;
use crate::prelude::*;

check! {
    /// # Default endpoint beside a custom domain
    ///
    /// The API has a host name of its own, and still answers on the default one.
    ///
    /// ## Why it matters
    ///
    /// Client certificates, a CDN's firewall and rate limits hang on the custom domain. Who calls the
    /// `execute-api` address instead walks around all of them.
    ///
    /// ## What to do
    ///
    /// Disable the default endpoint once the custom domain works.
    ///
    /// ```sam fires
    /// Api: { Type: AWS::Serverless::HttpApi, Properties: { Domain: { DomainName: api.example.com, CertificateArn: c } } }
    /// ```
    /// ```sam quiet
    /// Api: { Type: AWS::Serverless::HttpApi, Properties: { DisableExecuteApiEndpoint: true, Domain: { DomainName: api.example.com, CertificateArn: c } } }
    /// ```
    /// ```yaml fires
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }
    /// Mapping: { Type: AWS::ApiGateway::BasePathMapping, Properties: { RestApiId: !Ref Api, DomainName: api.example.com } }
    /// ```
    /// ```hcl fires
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    /// }
    ///
    /// resource "aws_apigatewayv2_api_mapping" "api" {
    ///   api_id      = aws_apigatewayv2_api.api.id
    ///   domain_name = "api.example.com"
    ///   stage       = "$default"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_apigatewayv2_api" "api" {
    ///   name          = "a"
    ///   protocol_type = "HTTP"
    /// }
    /// ```
    DEFAULT_ENDPOINT_BESIDE_DOMAIN = "default-endpoint-beside-domain" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-668", "OWASP-SLS:S3", "OWASP-API-2023:API9", "CSA:SAS-3"],
        also_known_as: &[],
        run: default_endpoint_beside_domain,
    }
}

fn default_endpoint_beside_domain(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::Api).filter(|api| !is_private(api)) {
        let mapped =
            app.sources(api, Relation::PartOf).any(|part| part.kind == Kind::ApiPart && part.has("domain"));
        if !mapped && !api.has("domain") {
            continue;
        }
        findings.when(api.flag_or("default_endpoint", true), || {
            DEFAULT_ENDPOINT_BESIDE_DOMAIN
                .on(api, "default_endpoint", format!("`{}` also answers on its default host name", api.name))
                .fix(Fix::risky("disable the default endpoint", api.set("default_endpoint", false)))
        });
    }
}
