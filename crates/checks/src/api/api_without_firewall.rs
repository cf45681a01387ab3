//! A public REST API without a web application firewall.
use super::shared::{api_of, firewalls, is_private, rest_stages};
use crate::prelude::*;
use crate::repair::{firewall, is_terraform, pseudo};

check! {
    /// # API without firewall
    ///
    /// No firewall looks at the requests to this public API.
    ///
    /// ## Why it matters
    ///
    /// A web application firewall stops floods, scanners and well-known attack strings before they
    /// start a function. REST APIs can have one directly; HTTP APIs need a CDN in front.
    ///
    /// ## What to do
    ///
    /// Associate a web ACL with the stage, with a rate limit and the managed rule groups for common
    /// attacks.
    ///
    /// ```yaml fires
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: prod } }
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
    /// ```
    /// ```yaml quiet
    /// Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: prod } }
    /// Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
    /// Association:
    ///   Type: AWS::WAFv2::WebACLAssociation
    ///   Properties:
    ///     WebACLArn: arn:aws:wafv2:us-east-1:111122223333:regional/webacl/x/1
    ///     ResourceArn: !Sub "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Stage}"
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_rest_api" "api" {
    ///   name = "orders"
    ///   endpoint_configuration {
    ///     types = ["REGIONAL"]
    ///   }
    /// }
    ///
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id   = aws_api_gateway_rest_api.api.id
    ///   deployment_id = "d"
    ///   stage_name    = "prod"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_rest_api" "api" {
    ///   name = "orders"
    ///   endpoint_configuration {
    ///     types = ["PRIVATE"]
    ///   }
    /// }
    ///
    /// resource "aws_api_gateway_stage" "prod" {
    ///   rest_api_id   = aws_api_gateway_rest_api.api.id
    ///   deployment_id = "d"
    ///   stage_name    = "prod"
    /// }
    /// ```
    API_WITHOUT_FIREWALL = "api-without-firewall" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_29"],
        run: api_without_firewall,
    }
}

fn api_without_firewall(app: &App, findings: &mut Findings) {
    let associations: Vec<&Node> = app.all(Kind::WafAssociation).collect();
    for stage in rest_stages(app) {
        // The API of a stage may be known elsewhere only.
        let Some(api) = api_of(app, stage) else { continue };
        let named =
            associations.iter().any(|association| names(association, api) || names(association, stage));
        if is_private(api) || named || firewalls(app, stage).next().is_some() {
            continue;
        }
        findings.push(
            API_WITHOUT_FIREWALL
                .at(stage, format!("no firewall stands in front of `{}`", stage.name))
                .fix_if(arn_of(app, stage).map(|arn| firewall(app, stage, arn))),
        );
    }
}

/// The association's ARN has a part that refers to the node: only the first part becomes an edge.
fn names(association: &Node, node: &Node) -> bool {
    let mut found = Vec::new();
    if let Some(target) = association.get("target") {
        target.references(&mut found);
    }
    found.iter().any(|(reference, _)| reference.target == node.name)
}

fn arn_of(app: &App, stage: &Node) -> Option<Data> {
    if is_terraform(stage) {
        return Some(Data::attribute(&stage.name, "Arn"));
    }
    let api = api_of(app, stage)?;
    // SAM makes the stage, and calls it so.
    let name = if stage.kind == Kind::Api { stage.get("stage_name") } else { stage.get("name") };
    let of = if stage.kind == Kind::Api {
        Data::joined([Data::reference(&format!("{}.Stage", stage.name))])
    } else {
        Data::reference(&stage.name)
    };
    let name = name.filter(|name| name.as_str().is_some()).map_or(of, |name| name.data.clone());
    Some(Data::joined([
        "arn:".into(),
        pseudo("Partition"),
        ":apigateway:".into(),
        pseudo("Region"),
        "::/restapis/".into(),
        Data::reference(&api.name),
        "/stages/".into(),
        name,
    ]))
}
