//! A GraphQL API that writes no logs.
use crate::prelude::*;

check! {
    /// # GraphQL API without logs
    ///
    /// Nobody can tell what was asked of this API.
    ///
    /// ## Why it matters
    ///
    /// All queries of a GraphQL API go to one path, so that the logs of a CDN or a firewall in front
    /// say nothing. Only the API's own logs tell who asked for which fields.
    ///
    /// ## What to do
    ///
    /// Give the API a role that may write to CloudWatch Logs, and set its log configuration.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM, LogConfig: { CloudWatchLogsRoleArn: r, FieldLogLevel: ERROR } } }
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
    ///   log_config {
    ///     cloudwatch_logs_role_arn = "r"
    ///     field_log_level          = "ERROR"
    ///   }
    /// }
    /// ```
    UNLOGGED_GRAPHQL_API = "unlogged-graphql-api" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_193"],
        run: unlogged_graphql_api,
    }
}

fn unlogged_graphql_api(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::GraphqlApi) {
        findings.unless_set(api, "log_role", || {
            UNLOGGED_GRAPHQL_API.at(api, format!("`{}` writes no logs", api.name))
        });
    }
}
