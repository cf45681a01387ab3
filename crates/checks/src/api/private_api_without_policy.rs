//! A private API that does not say which networks may call it.
use super::shared::is_private;
use crate::prelude::*;

check! {
    /// # Private API without resource policy
    ///
    /// The API is private, but does not say to whom.
    ///
    /// ## Why it matters
    ///
    /// A private API answers what its resource policy allows. Without one nobody gets in; a policy
    /// for every principal without a condition opens it to every network endpoint of every account
    /// that reaches it.
    ///
    /// ## What to do
    ///
    /// Allow `execute-api:Invoke` for your own network endpoint (`aws:SourceVpce`) or network
    /// (`aws:SourceVpc`) only.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a, EndpointConfiguration: { Types: [ PRIVATE ] } } }
    /// ```
    /// ```yaml quiet
    /// Api:
    ///   Type: AWS::ApiGateway::RestApi
    ///   Properties:
    ///     Name: a
    ///     EndpointConfiguration: { Types: [ PRIVATE ] }
    ///     Policy:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "execute-api:/*", Condition: { StringEquals: { aws:SourceVpce: vpce-1 } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_rest_api" "a" {
    ///   name = "a"
    ///   endpoint_configuration {
    ///     types = ["PRIVATE"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_rest_api" "a" {
    ///   name = "a"
    /// }
    /// ```
    PRIVATE_API_WITHOUT_POLICY = "private-api-without-policy" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-862", "OWASP-SLS:S3", "OWASP-API-2023:API5", "CSA:SAS-2"],
        also_known_as: &[],
        run: private_api_without_policy,
    }
}

fn private_api_without_policy(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::Api).filter(|api| is_private(api) && api.resource_policies.is_empty()) {
        // SAM writes the policy of `Auth.ResourcePolicy` itself.
        if !api.provider_type.starts_with("AWS::Serverless::") {
            findings.push(PRIVATE_API_WITHOUT_POLICY.on(
                api,
                "endpoint_types",
                format!("`{}` does not say who may call it", api.name),
            ));
        }
    }
}
