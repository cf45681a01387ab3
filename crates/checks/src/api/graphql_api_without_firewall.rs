//! A GraphQL API without a web application firewall.
use super::shared::firewalls;
use crate::prelude::*;
use crate::repair::firewall;

check! {
    /// # GraphQL API without firewall
    ///
    /// No firewall looks at the requests to this API.
    ///
    /// ## Why it matters
    ///
    /// A web application firewall stops floods, scanners and well-known attack strings before a
    /// resolver runs and is paid for.
    ///
    /// ## What to do
    ///
    /// Associate a web ACL with the API, with a rate limit and the managed rule groups for common
    /// attacks.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// Association: { Type: AWS::WAFv2::WebACLAssociation, Properties: { WebACLArn: w, ResourceArn: !GetAtt Api.Arn } }
    /// ```
    /// ```hcl fires
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    ///
    /// resource "aws_wafv2_web_acl_association" "a" {
    ///   resource_arn = aws_appsync_graphql_api.a.arn
    ///   web_acl_arn  = "w"
    /// }
    /// ```
    GRAPHQL_API_WITHOUT_FIREWALL = "graphql-api-without-firewall" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API8", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_33"],
        run: graphql_api_without_firewall,
    }
}

fn graphql_api_without_firewall(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::GraphqlApi) {
        if firewalls(app, api).next().is_none() {
            findings.push(
                GRAPHQL_API_WITHOUT_FIREWALL
                    .at(api, format!("no firewall stands in front of `{}`", api.name))
                    .fix(firewall(app, api, Data::attribute(&api.name, "Arn"))),
            );
        }
    }
}
