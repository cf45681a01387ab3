//! A GraphQL API that an API key opens.
use crate::prelude::*;

check! {
    /// # GraphQL API with API keys
    ///
    /// An API key is enough to query this API.
    ///
    /// ## Why it matters
    ///
    /// The key of a GraphQL API is part of every web page and app that uses it, so that everyone has
    /// it. It names no user: resolvers cannot tell whose data they may return.
    ///
    /// ## What to do
    ///
    /// Use a user pool, another issuer or IAM, and keep a key for public fields only, marked with
    /// `@aws_api_key`.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: API_KEY } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AMAZON_COGNITO_USER_POOLS } }
    /// ```
    /// ```hcl fires
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "API_KEY"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    /// ```
    GRAPHQL_API_KEY = "graphql-api-key" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-287", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &[],
        run: graphql_api_key,
    }
}

fn graphql_api_key(app: &App, findings: &mut Findings) {
    for api in app.all(Kind::GraphqlApi) {
        findings.when(api.is("auth", "API_KEY"), || {
            GRAPHQL_API_KEY
                .on(api, "auth", format!("an API key opens `{}`", api.name))
                .fix(Fix::risky("require IAM", api.set("auth", "AWS_IAM")))
        });
        // A second way in is meant for single fields; those need a look of their own.
        let keys = api.list("more_auth").iter();
        let key = keys.filter_map(|way| way.get("auth")).find(|auth| auth.as_str() == Some("API_KEY"));
        if let Some(auth) = key {
            let text = format!("an API key also opens fields of `{}`", api.name);
            findings.push(GRAPHQL_API_KEY.at(api, text).at(auth.at).severity(Severity::Low));
        }
    }
}
