//! A GraphQL API that does not log its fields.
use crate::prelude::*;

check! {
    /// # GraphQL fields without logs
    ///
    /// The API's logs do not say which fields failed, or were asked for.
    ///
    /// ## Why it matters
    ///
    /// A query that fails in one field still succeeds as a whole. Without field logs neither errors
    /// in resolvers nor attempts to read forbidden fields are seen.
    ///
    /// ## What to do
    ///
    /// Set the field log level to `ERROR`; `ALL` also records what went well, and costs more.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM, LogConfig: { CloudWatchLogsRoleArn: r, FieldLogLevel: NONE } } }
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
    ///     field_log_level          = "ALL"
    ///   }
    /// }
    /// ```
    GRAPHQL_FIELDS_UNLOGGED = "graphql-fields-unlogged" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_194"],
        run: graphql_fields_unlogged,
    }
}

fn graphql_fields_unlogged(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::GraphqlApi) {
        findings.when(!(api.is("log_level", "ALL") | api.is("log_level", "ERROR")), || {
            let finding = GRAPHQL_FIELDS_UNLOGGED.on(
                api,
                "log_level",
                format!("`{}` does not log its fields", api.name),
            );
            // Without a role there are no logs to set a level for.
            if api.has("log_role") {
                finding.fix(Fix::safe("log errors of fields", api.set("log_level", "ERROR")))
            } else {
                finding
            }
        });
    }
}
