//! An API's resource policy that lets everyone in.
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # API policy for everyone
    ///
    /// The API's own policy allows every caller, without a condition.
    ///
    /// ## Why it matters
    ///
    /// A resource policy is there to narrow who may call. With `Principal: "*"` and no condition it
    /// does nothing, and it reads as if somebody had taken care.
    ///
    /// ## What to do
    ///
    /// Name accounts or roles, or add a condition on the source network or address.
    ///
    /// ```yaml fires
    /// Api:
    ///   Type: AWS::ApiGateway::RestApi
    ///   Properties:
    ///     Name: a
    ///     Policy: { Statement: [ { Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "*" } ] }
    /// ```
    /// ```yaml quiet
    /// Api:
    ///   Type: AWS::ApiGateway::RestApi
    ///   Properties:
    ///     Name: a
    ///     Policy:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "*" }
    ///         - { Effect: Deny, Principal: "*", Action: execute-api:Invoke, Resource: "*", Condition: { NotIpAddress: { aws:SourceIp: 192.0.2.0/24 } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_rest_api" "a" {
    ///   name   = "a"
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "*" }] })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_rest_api" "a" {
    ///   name = "a"
    /// }
    /// ```
    API_POLICY_FOR_EVERYONE = "api-policy-for-everyone" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S2", "OWASP-API-2023:API5", "CSA:SAS-2"],
        also_known_as: &[],
        run: api_policy_for_everyone,
    }
}

fn api_policy_for_everyone(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::Api) {
        let denies = api.resource_policies.iter().flat_map(|policy| &policy.statements);
        if denies.into_iter().any(|statement| statement.effect == Effect::Deny) {
            continue;
        }
        for policy in &api.resource_policies {
            let open = policy.statements.iter().find(|statement| {
                statement.allows() && statement.for_everyone() && statement.conditions.is_empty()
            });
            if let Some(statement) = open {
                findings.push(
                    API_POLICY_FOR_EVERYONE
                        .at(api, format!("the policy of `{}` lets everyone in", api.name))
                        .at(statement.at)
                        .fix_if(own_account_only(api, statement)),
                );
            }
        }
    }
}
