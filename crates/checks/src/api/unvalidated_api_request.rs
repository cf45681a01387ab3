//! A REST method that passes on requests unchecked.
use super::shared::label;
use crate::prelude::*;
use crate::repair::{camel, free_name};

check! {
    /// # Unvalidated API request
    ///
    /// Requests reach the backend without a look at their shape.
    ///
    /// ## Why it matters
    ///
    /// API Gateway can refuse requests with missing parameters or a body that does not fit its
    /// schema, before a function runs. Each malformed request that it stops is one that the
    /// function's code need not survive, nor the account pay for.
    ///
    /// ## What to do
    ///
    /// Define a model for the body and required parameters, and name a request validator in the
    /// method.
    ///
    /// ```yaml fires
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: POST, AuthorizationType: AWS_IAM }
    /// ```
    /// ```yaml quiet
    /// Method:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: POST, AuthorizationType: AWS_IAM, RequestValidatorId: v }
    /// Preflight:
    ///   Type: AWS::ApiGateway::Method
    ///   Properties: { RestApiId: a, ResourceId: r, HttpMethod: OPTIONS, AuthorizationType: NONE, Integration: { Type: MOCK } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_method" "post" {
    ///   rest_api_id   = "a"
    ///   resource_id   = "r"
    ///   http_method   = "POST"
    ///   authorization = "AWS_IAM"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_method" "post" {
    ///   rest_api_id          = "a"
    ///   resource_id          = "r"
    ///   http_method          = "POST"
    ///   authorization        = "AWS_IAM"
    ///   request_validator_id = "v"
    /// }
    /// ```
    UNVALIDATED_API_REQUEST = "unvalidated-api-request" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-20", "OWASP-SLS:S1", "OWASP-API-2023:API8", "CSA:SAS-1"],
        also_known_as: &["CKV2_AWS_53"],
        run: unvalidated_api_request,
    }
}

fn unvalidated_api_request(app: &App, findings: &mut Findings) {
    const METHODS: &[&str] = &["AWS::ApiGateway::Method", "aws_api_gateway_method", "openapi::Operation"];
    for route in app.of_type(METHODS) {
        let is_mock = route.is("integration_type", "MOCK").is_true();
        if is_mock || route.text("method").is_some_and(|method| method == "OPTIONS") {
            continue;
        }
        // HTTP APIs have no validators.
        let api = super::shared::api_of(app, route);
        if api.is_some_and(|api| !api.is("protocol", "REST").is_true()) {
            continue;
        }
        findings.unless_set(route, "validator", || {
            UNVALIDATED_API_REQUEST
                .at(route, format!("`{}` passes on requests unchecked", label(route)))
                .fix_if(validate(app, route))
        });
    }
}

/// An API described by a document says it there.
fn validate(app: &App, route: &Node) -> Option<Fix> {
    if !super::shared::is_resource(route) {
        return None;
    }
    let api = super::shared::api_of(app, route)?;
    let types = ["AWS::ApiGateway::RequestValidator", "aws_api_gateway_request_validator"];
    let name = free_name(app, &format!("{}Validator", camel(&api.name)));
    let validator = NewNode::new(route, name.as_str(), types)
        .property(["Name", "name"], name.as_str())
        .property(["RestApiId", "rest_api_id"], Data::reference(&api.name))
        .property(["ValidateRequestBody", "validate_request_body"], true)
        .property(["ValidateRequestParameters", "validate_request_parameters"], true);
    let set = route.set("validator", Data::reference(&name));
    Some(Fix::risky("check requests", validator.create()).and(set))
}
