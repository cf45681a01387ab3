//! A stage that shows no certificate to its backend.
use super::shared::api_of;
use crate::prelude::*;
use crate::repair::{camel, free_name};

check! {
    /// # API without client certificate
    ///
    /// The API does not prove to its backend that a request comes from it.
    ///
    /// ## Why it matters
    ///
    /// An HTTP backend that trusts everyone who knows its address can be called around the API, past
    /// its authorizers, limits and firewall. A client certificate lets the backend tell.
    ///
    /// ## What to do
    ///
    /// Generate a client certificate for the stage, and have the backend verify it. It does nothing
    /// for Lambda integrations, which IAM protects: accept the finding there.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod } }
    /// ```
    /// ```yaml quiet
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: a, StageName: prod, ClientCertificateId: c } }
    /// Http: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: a, StageName: prod } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id   = "a"
    ///   deployment_id = "d"
    ///   stage_name    = "prod"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id           = "a"
    ///   deployment_id         = "d"
    ///   stage_name            = "prod"
    ///   client_certificate_id = "c"
    /// }
    /// ```
    API_WITHOUT_CLIENT_CERTIFICATE = "api-without-client-certificate" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-295", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_51"],
        run: api_without_client_certificate,
    }
}

fn api_without_client_certificate(app: &App, findings: &mut Findings) {
    for stage in app.all(Kind::ApiStage) {
        // HTTP APIs have no client certificates.
        let second = stage.provider_type.to_ascii_lowercase().contains("apigatewayv2");
        let web_socket = api_of(app, stage).map_or(Tri::False, |api| api.is("protocol", "WEBSOCKET"));
        let applies = if second { web_socket } else { Tri::True };
        let calls_backend = Tri::from(!calls_functions_only(app, stage));
        findings.when(applies & calls_backend & Tri::from(!stage.has("client_certificate")), || {
            API_WITHOUT_CLIENT_CERTIFICATE
                .at(stage, format!("`{}` shows its backend no certificate", stage.name))
                .fix(show_one(app, stage))
        });
    }
}

/// Every route of the stage's API is answered by a function: IAM protects these calls.
fn calls_functions_only(app: &App, stage: &Node) -> bool {
    let Some(api) = api_of(app, stage) else { return false };
    let mut routes = app.sources(api, Relation::PartOf).filter(|node| node.kind == Kind::ApiRoute).peekable();
    routes.peek().is_some()
        && routes.all(|route| {
            app.targets(route, Relation::Invokes).any(|target| target.kind == Kind::Function)
                || route.is("integration_type", "MOCK").is_true()
        })
}

fn show_one(app: &App, stage: &Node) -> Fix {
    let types = ["AWS::ApiGateway::ClientCertificate", "aws_api_gateway_client_certificate"];
    let name = free_name(app, &format!("{}Certificate", camel(&stage.name)));
    let certificate = NewNode::new(stage, name, types);
    let set = stage.set("client_certificate", Data::reference(&certificate.name));
    Fix::risky("show a certificate", certificate.create()).and(set)
}
