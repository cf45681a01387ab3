//! A network endpoint through which everything may be done.
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Network endpoint without policy
    ///
    /// Any identity may do anything to any resource through this endpoint.
    ///
    /// ## Why it matters
    ///
    /// An endpoint is also a way out: code that was broken into copies data through it to a bucket of
    /// another account. An endpoint policy stops that, whatever credentials are used.
    ///
    /// ## What to do
    ///
    /// Allow your own organization's identities and resources only.
    ///
    /// ```yaml fires
    /// Endpoint: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcId: v, ServiceName: com.amazonaws.us-east-1.s3 } }
    /// ```
    /// ```yaml quiet
    /// Endpoint:
    ///   Type: AWS::EC2::VPCEndpoint
    ///   Properties:
    ///     VpcId: v
    ///     ServiceName: com.amazonaws.us-east-1.s3
    ///     PolicyDocument: { Statement: [ { Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*", Condition: { StringEquals: { aws:ResourceOrgID: o-1 } } } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_vpc_endpoint" "e" {
    ///   vpc_id       = "v"
    ///   service_name = "com.amazonaws.us-east-1.dynamodb"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_vpc_endpoint" "e" {
    ///   vpc_id       = "v"
    ///   service_name = "com.amazonaws.us-east-1.dynamodb"
    ///   policy       = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "dynamodb:*", Resource = "arn:aws:dynamodb:*:1:table/t" }] })
    /// }
    /// ```
    OPEN_ENDPOINT_POLICY = "open-endpoint-policy" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: open_endpoint_policy,
    }
}

fn open_endpoint_policy(app: &App, findings: &mut Findings) {
    for endpoint in app.all(Kind::NetworkEndpoint).filter(|endpoint| !endpoint.has("is_service")) {
        if endpoint.resource_policies.is_empty() {
            findings.push(
                OPEN_ENDPOINT_POLICY
                    .at(endpoint, format!("anything may be done through `{}`", endpoint.name)),
            );
            continue;
        }
        let statements = endpoint.resource_policies.iter().flat_map(|policy| &policy.statements);
        let open = statements.into_iter().find(|statement| {
            statement.allows()
                && statement.has_action("*")
                && statement.on_everything()
                && statement.conditions.is_empty()
        });
        if let Some(statement) = open {
            let text = format!("anything may be done through `{}`", endpoint.name);
            findings.push(
                OPEN_ENDPOINT_POLICY
                    .at(endpoint, text)
                    .at(statement.at)
                    .fix_if(own_account_only(endpoint, statement)),
            );
        }
    }
}
